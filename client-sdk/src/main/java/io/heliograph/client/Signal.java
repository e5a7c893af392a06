package io.heliograph.client;

import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Something that happened on a stream, delivered in order. The set is complete: unknown control
 * events of a newer server arrive as {@link OtherControl}.
 *
 * <p>A connection's life reads {@code Opened, (Message | Comment | Positioned | …)*, Disconnected},
 * or {@code Disconnected} alone if it never opened. Then follow {@code Reconnecting} and the next
 * connection, or {@code Closed}, which is the last signal. After {@code close()} by the caller no
 * more signals are delivered, not even {@code Closed}.
 *
 * <p>{@link Greeted}, {@link Gap}, {@link Live}, {@link Expiring}, {@link Closing} and {@link
 * OtherControl} are the control events of Heliograph, whose types start with {@code stream.}. They
 * are recognized only if the connection has introduced itself: its first event is {@code
 * stream.open} with a {@code protocol}, or {@code stream.closing} with {@code reason} and {@code
 * reconnect}. From any other server, an event of type {@code stream.gap} is an ordinary {@link
 * Message}.
 */
public sealed interface Signal {

  /**
   * The server responded with an event stream.
   *
   * @param uri source of the stream, after redirects; without user and password, and with {@code
   *     ***} for the value of each query parameter whose name indicates a secret, such as {@code
   *     ticket}, {@code access_token}, {@code api_key} and {@code sig}
   * @param heartbeatLimit how long the stream may be silent before the client gives the connection
   *     up; empty if there is no limit
   * @param lastEventId the id that the request resumed from, {@code ""} if it had none
   * @param headers of the response, with case-insensitive names; {@link #toString} contains only
   *     the names, because a cookie is a secret
   */
  record Opened(
      URI uri,
      Optional<Duration> heartbeatLimit,
      String lastEventId,
      Map<String, List<String>> headers)
      implements Signal {
    /** Copies the headers. */
    public Opened {
      var copy = new TreeMap<String, List<String>>(String.CASE_INSENSITIVE_ORDER);
      headers.forEach((name, values) -> copy.put(name, List.copyOf(values)));
      headers = Collections.unmodifiableMap(copy);
    }

    /**
     * {@return the first value of a header; empty if absent}
     *
     * @param name such as {@code X-Request-Id}; case-insensitive
     */
    public Optional<String> header(String name) {
      List<String> values = headers.getOrDefault(name, List.of());
      return values.isEmpty() ? Optional.empty() : Optional.of(values.get(0));
    }

    @Override
    public String toString() {
      return "Opened[uri="
          + uri
          + ", heartbeatLimit="
          + heartbeatLimit
          + ", lastEventId="
          + lastEventId
          + ", headers="
          + headers.keySet()
          + "]";
    }
  }

  /**
   * A Heliograph server introduced the connection ({@code stream.open}).
   *
   * @param connection the server's name for the connection
   * @param user whose stream it is
   * @param mode {@code fresh}, {@code resumed} or {@code gap}
   * @param heartbeat longest silence that the server promises
   * @param protocol the version of the stream's protocol
   */
  record Greeted(
      String connection, String user, String mode, Optional<Duration> heartbeat, int protocol)
      implements Signal {}

  /**
   * An event for the user of this library.
   *
   * @param event as it was sent
   */
  record Message(Event event) implements Signal {}

  /**
   * A comment line, usually a heartbeat.
   *
   * @param text everything after the colon, including a leading space
   */
  record Comment(String text) implements Signal {}

  /**
   * The server moved the resume position without an event. Heliograph does so with the id of a
   * control event ({@code stream.position} and {@code stream.heartbeat} have no other purpose),
   * other servers with a block that contains only an id. Precedes the signal of the control event,
   * except that {@link Greeted} and {@link Gap} precede their position.
   *
   * @param lastEventId the new position; {@code ""} clears it
   */
  record Positioned(String lastEventId) implements Signal {}

  /**
   * Events were lost permanently, because the server no longer keeps them ({@code stream.gap}).
   * Fetch the state from its source, then continue.
   *
   * @param log {@code user}, {@code broadcast}, or {@code all} if every log of the stream has lost
   *     events
   * @param reason {@code expired}, {@code ephemeral}, {@code epoch} or {@code unknown}
   * @param lost number of lost events, if the server knows it
   */
  record Gap(String log, String reason, OptionalLong lost) implements Signal {}

  /**
   * All missed events have been sent; later events are new ({@code stream.live}).
   *
   * @param replayed number of replayed events
   */
  record Live(long replayed) implements Signal {}

  /**
   * The token of the stream expires soon ({@code stream.expiring}). No action is needed: the client
   * calls the {@link TokenProvider} now and reconnects as soon as it has a new token, so that no
   * event waits for it. Without a provider, the server closes the stream when the token ends.
   *
   * @param in remaining time of the token, zero if the server does not say
   */
  record Expiring(Duration in) implements Signal {}

  /**
   * The server closes the stream ({@code stream.closing}).
   *
   * @param reason such as {@code drain}, {@code kicked} or {@code token-expired}
   * @param reconnect false if the client must not reconnect; {@link Closed} follows
   */
  record Closing(String reason, boolean reconnect) implements Signal {}

  /**
   * A control event of Heliograph that this version does not know.
   *
   * @param type starts with {@code stream.}
   * @param data as it was sent
   */
  record OtherControl(String type, String data) implements Signal {}

  /**
   * The connection ended, or could not be made.
   *
   * @param cause why; the next signal says whether the stream continues
   */
  record Disconnected(Cause cause) implements Signal {}

  /**
   * The client waits, then reconnects.
   *
   * @param failures consecutive ends without a stable connection in between, from 1; 0 if the end
   *     was not a failure: the program or an expiring token was the cause, or a server that sent
   *     {@code retry:} ended the response in order
   * @param delay time until the next attempt
   */
  record Reconnecting(int failures, Duration delay) implements Signal {}

  /**
   * The stream has ended permanently. The last signal.
   *
   * @param reason who ended it; never {@link CloseReason#BY_CALLER}
   * @param cause why the last connection ended
   */
  record Closed(CloseReason reason, Cause cause) implements Signal {}
}
