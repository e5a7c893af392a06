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
 * Everything that happens on a stream, in the order in which it happened. The set is complete: what
 * a future server says beyond it arrives as {@link OtherControl}.
 *
 * <p>A connection's life reads {@code Opened, (Message | Comment | Positioned | …)*, Disconnected},
 * or {@code Disconnected} alone where it never opened; then {@code Reconnecting} and the next
 * connection, or {@code Closed}, which is the last signal of all. After {@code close()} by the
 * caller nothing comes any more, not even {@code Closed}.
 *
 * <p>{@link Greeted}, {@link Gap}, {@link Live}, {@link Expiring}, {@link Closing} and {@link
 * OtherControl} are the control events of Heliograph, whose types start with {@code stream.}. They
 * are only taken for such where the connection has introduced itself: its first event is {@code
 * stream.open} with a {@code protocol}, or {@code stream.closing} with {@code reason} and {@code
 * reconnect}. Of any other server, an event of type {@code stream.gap} is a {@link Message} like
 * all others.
 */
public sealed interface Signal {

  /**
   * The server answered with an event stream.
   *
   * @param uri where the stream comes from, after redirects; without user and password, and with
   *     three stars for the value of each query parameter whose name says that it is a secret:
   *     {@code ticket}, {@code access_token}, {@code api_key}, {@code sig} and their like
   * @param heartbeatLimit how long the stream may be silent before it is given up; empty where that
   *     is switched off
   * @param lastEventId the id that the request resumed from, {@code ""} where it named none
   * @param headers of the response, in which the case of a name does not count; {@link #toString}
   *     has their names only, because a cookie is a secret
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
     * {@return the first value of a header; empty without one}
     *
     * @param name such as {@code X-Request-Id}; its case does not count
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
   * @param heartbeat how often the server promises to say something
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
   * A comment line, mostly a heartbeat.
   *
   * @param text what follows the colon, as it was sent: a space after the colon is part of it
   */
  record Comment(String text) implements Signal {}

  /**
   * The server moved the resume position without an event: Heliograph by the id of a control event
   * ({@code stream.position} and {@code stream.heartbeat} say nothing else), other servers by a
   * block with nothing but an id. Precedes the signal of that control event; only {@link Greeted}
   * and {@link Gap} come before their position.
   *
   * @param lastEventId the new position; {@code ""} clears it
   */
  record Positioned(String lastEventId) implements Signal {}

  /**
   * Events were lost for good, because the server no longer keeps them ({@code stream.gap}). Fetch
   * the state from its source, then go on.
   *
   * @param log {@code user}, {@code broadcast} or, where each log of the stream has lost some,
   *     {@code all}
   * @param reason {@code expired}, {@code epoch} or {@code unknown}
   * @param lost how many events, where the server knows
   */
  record Gap(String log, String reason, OptionalLong lost) implements Signal {}

  /**
   * What was missed has been sent; what follows is new ({@code stream.live}).
   *
   * @param replayed how many events came again
   */
  record Live(long replayed) implements Signal {}

  /**
   * The token that opened the stream ends soon ({@code stream.expiring}). Nothing needs to be done:
   * the {@link TokenProvider} is asked for the next one now, and as soon as it is there the stream
   * is opened anew, so that no event waits for it. Without a provider the server closes at the end.
   *
   * @param in how long the token is still good, zero where the server does not say
   */
  record Expiring(Duration in) implements Signal {}

  /**
   * The server closes the stream ({@code stream.closing}).
   *
   * @param reason such as {@code drain}, {@code kicked} or {@code token-expired}
   * @param reconnect false: the client obeys and {@link Closed} follows
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
   * @param cause why; what it means for the stream comes next
   */
  record Disconnected(Cause cause) implements Signal {}

  /**
   * The client waits, then tries again.
   *
   * @param failures ends in a row without a stable connection between them, from 1; 0 where the end
   *     was no failure: the program or a token that ends was the cause, or the server ended an
   *     answer in order and had said by {@code retry:} when to come back
   * @param delay from now to the next attempt
   */
  record Reconnecting(int failures, Duration delay) implements Signal {}

  /**
   * The stream ended and the client will not try again. The last signal.
   *
   * @param reason whose decision it was; never {@link CloseReason#BY_CALLER}
   * @param cause why the last connection ended
   */
  record Closed(CloseReason reason, Cause cause) implements Signal {}
}
