package io.heliograph.client;

import io.heliograph.client.internal.base.OneLine;
import io.heliograph.client.internal.json.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** Why a connection ended or could not be made. Says itself in a sentence by {@link #describe}. */
public sealed interface Cause {

  /**
   * {@return one line for people: what happened and, where it helps, how to mend it} Its wording
   * may change. Of what a server says it has the first 500 characters.
   */
  String describe();

  /**
   * The server ended the response in an orderly way. Tried again.
   *
   * @param truncated whether it ended inside an event, which was then dropped
   */
  record ServerClosed(boolean truncated) implements Cause {
    @Override
    public String describe() {
      return truncated
          ? "the server ended the stream inside an event"
          : "the server ended the stream";
    }
  }

  /**
   * Heliograph said that it would close the stream ({@code stream.closing}). Tried again if it says
   * so.
   *
   * @param reason such as {@code drain}, {@code kicked} or {@code token-expired}
   * @param reconnect false: the stream is over
   */
  record ServerClosing(String reason, boolean reconnect) implements Cause {
    @Override
    public String describe() {
      return "the server closed the stream: "
          + OneLine.of(reason)
          + (reconnect ? "" : "; it asked the client not to reconnect");
    }
  }

  /**
   * The stream was silent for too long: the connection is half-open, or the server stuck. Tried
   * again.
   *
   * @param limit how long it may be silent
   * @param quiet how long it was
   * @param lastByteAt when the last byte came; of the head, where no other came
   */
  record HeartbeatTimeout(Duration limit, Duration quiet, Instant lastByteAt) implements Cause {
    @Override
    public String describe() {
      return "received nothing for " + seconds(quiet) + "; the limit is " + seconds(limit);
    }
  }

  /**
   * An open connection broke: a reset, or an end inside the HTTP framing. Tried again.
   *
   * @param error what the network said
   */
  record ConnectionLost(Exception error) implements Cause {
    @Override
    public String describe() {
      return "the connection broke: " + text(error);
    }
  }

  /**
   * The stream did not open in time. Tried again.
   *
   * @param phase where the attempt hung
   * @param after how long it had lasted
   */
  record ConnectTimeout(ConnectPhase phase, Duration after) implements Cause {
    @Override
    public String describe() {
      return "no stream after " + seconds(after) + "; the attempt was stuck at " + phase;
    }
  }

  /**
   * No token, no address, no connection, no TLS, or no answer that is HTTP. Tried again.
   *
   * @param phase where the attempt failed
   * @param error what the network said; what a {@link TokenProvider} or an {@link
   *     AttemptCustomizer} threw is its cause
   */
  record ConnectFailed(ConnectPhase phase, Exception error) implements Cause {
    @Override
    public String describe() {
      return "could not connect (" + phase + "): " + text(error);
    }
  }

  /**
   * Any status but 200, 401 and that of a redirect which is followed. Tried again: 408, 425, 429
   * and 5xx. All others end the stream; 204 says that the server wants it so.
   *
   * @param code the status
   * @param body the start of the body, as far as it came within two seconds; at most 4 KiB
   * @param retryAfter the header, as a span from its arrival and at most a day; the next attempt
   *     waits at least so long
   */
  record HttpStatus(int code, String body, Optional<Duration> retryAfter) implements Cause {
    @Override
    public String describe() {
      return "the server answered " + code + (body.isBlank() ? "" : ": " + OneLine.of(body));
    }
  }

  /**
   * The server answered 401, also with a token that was just renewed. Ends the stream.
   *
   * @param body the start of the body, at most 4 KiB; {@code ""} without one
   */
  record AuthFailed(String body) implements Cause {
    @Override
    public String describe() {
      String reason = reason(body);
      return "the server answered 401: "
          + (reason.isEmpty() ? "the token is missing, invalid or expired" : reason);
    }
  }

  /**
   * The answer was 200, but no event stream. Ends the stream.
   *
   * @param contentType the header as it came, {@code ""} without one
   * @param body the start of the body, as far as it came within two seconds; at most 4 KiB
   */
  record NotAnEventStream(String contentType, String body) implements Cause {
    @Override
    public String describe() {
      return "the server sent "
          + (contentType.isEmpty() ? "no content type" : "the content type " + contentType)
          + ", not text/event-stream; check that the URL is the URL of a stream"
          + (body.isBlank() ? "" : " It began: " + OneLine.of(body));
    }
  }

  /**
   * The answer has a {@code Content-Encoding} that this client did not ask for, so its bytes are no
   * lines. Ends the stream. Gzip that OkHttp has asked for by itself is undone; a program that sets
   * {@code Accept-Encoding} must undo the encoding, too, by an interceptor of OkHttp.
   *
   * @param encoding the header as it came, such as {@code br}
   */
  record UnexpectedEncoding(String encoding) implements Cause {
    @Override
    public String describe() {
      return "the server sent the stream with Content-Encoding "
          + OneLine.of(encoding)
          + ", which this client did not request and cannot read; do not set Accept-Encoding, and"
          + " do not let a proxy compress text/event-stream";
    }
  }

  /**
   * A redirect that {@link Redirects} does not allow: its target would be handed keys and ids. Ends
   * the stream.
   *
   * @param code the status, 300 to 399
   * @param location the target, as the header has it: it may be relative
   */
  record RedirectRefused(int code, String location) implements Cause {
    @Override
    public String describe() {
      return "refused a redirect to " + location + ": use that URL if you trust it with the token";
    }
  }

  /**
   * The stream breaks a rule that protects the client, such as the size of an event or of an id.
   * Ends the stream: from the same position the same event would come again.
   *
   * @param what the rule and how to mend it, in a sentence
   */
  record ProtocolViolation(String what) implements Cause {
    @Override
    public String describe() {
      return what;
    }
  }

  /**
   * Heliograph said that the token ends soon; the stream is opened anew with the next one, at once.
   */
  record TokenExpiring() implements Cause {
    @Override
    public String describe() {
      return "the token expires soon; the stream reconnects with a new token";
    }
  }

  /**
   * The program asked for it, by {@link Subscription#restart} or {@link Subscription#pause}. Tried
   * again: at once, or when it is resumed. In an {@link AttemptReport} also where the program
   * closed the stream, of which no signal tells.
   */
  record ByCaller() implements Cause {
    @Override
    public String describe() {
      return "the program requested it";
    }
  }

  /**
   * The listener threw; see {@link HandlerErrorPolicy}.
   *
   * @param error what it threw, or the executor that refused to call it
   */
  record HandlerFailed(Throwable error) implements Cause {
    @Override
    public String describe() {
      return "the listener failed: " + text(error);
    }
  }

  /** What a problem document (RFC 9457) says, or else the text itself. */
  private static String reason(String body) {
    Map<String, String> fields = Json.fields(body);
    return OneLine.of(fields.getOrDefault("detail", fields.getOrDefault("title", body)));
  }

  private static String text(Throwable error) {
    String message = error.getMessage();
    return message == null || message.isBlank() ? error.getClass().getSimpleName() : message;
  }

  private static String seconds(Duration d) {
    return d.toMillis() % 1000 == 0 ? d.toSeconds() + " s" : d.toMillis() + " ms";
  }
}
