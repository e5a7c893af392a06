package io.heliograph.client;

import io.heliograph.client.internal.base.OneLine;
import io.heliograph.client.internal.json.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** Why a connection ended or could not be made. {@link #describe} returns it as a sentence. */
public sealed interface Cause {

  /**
   * {@return one line for people: what happened and, if known, how to fix it} The wording may
   * change. Text of a server is cut after 500 characters.
   */
  String describe();

  /**
   * The server ended the response in an orderly way. Retried.
   *
   * @param truncated whether it ended inside an event, which was dropped
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
   * Heliograph announced that it closes the stream ({@code stream.closing}). Retried if {@code
   * reconnect} is true.
   *
   * @param reason such as {@code drain}, {@code kicked} or {@code token-expired}
   * @param reconnect false if the stream has ended permanently
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
   * The stream was silent for too long: the connection is half-open, or the server is stuck.
   * Retried.
   *
   * @param limit allowed silence
   * @param quiet actual silence
   * @param lastByteAt time of the last byte; of the response head if no other byte arrived
   */
  record HeartbeatTimeout(Duration limit, Duration quiet, Instant lastByteAt) implements Cause {
    @Override
    public String describe() {
      return "received nothing for " + seconds(quiet) + "; the limit is " + seconds(limit);
    }
  }

  /**
   * An open connection broke: a reset, or an end inside the HTTP framing. Retried.
   *
   * @param error the network error
   */
  record ConnectionLost(Exception error) implements Cause {
    @Override
    public String describe() {
      return "the connection broke: " + text(error);
    }
  }

  /**
   * The stream did not open in time. Retried.
   *
   * @param phase step at which the attempt was stuck
   * @param after duration of the attempt
   */
  record ConnectTimeout(ConnectPhase phase, Duration after) implements Cause {
    @Override
    public String describe() {
      return "no stream after " + seconds(after) + "; the attempt was stuck at " + phase;
    }
  }

  /**
   * The attempt failed: no token, no address, no connection, no TLS, or no HTTP response. Retried.
   *
   * @param phase step at which the attempt failed
   * @param error the network error; an exception of a {@link TokenProvider} or an {@link
   *     AttemptCustomizer} is its cause
   */
  record ConnectFailed(ConnectPhase phase, Exception error) implements Cause {
    @Override
    public String describe() {
      return "could not connect (" + phase + "): " + text(error);
    }
  }

  /**
   * Any status except 200, 401, and redirects that are followed. Retried: 408, 425, 429 and 5xx.
   * All others end the stream; with 204 the server asks for this.
   *
   * @param code the status
   * @param body the start of the body, as far as it arrived within two seconds; at most 4 KiB
   * @param retryAfter the header as a duration from its arrival, at most a day; the next attempt
   *     waits at least this long
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
   * The response was 200, but not an event stream. Ends the stream.
   *
   * @param contentType the header as received, {@code ""} without one
   * @param body the start of the body, as far as it arrived within two seconds; at most 4 KiB
   */
  record NotAnEventStream(String contentType, String body) implements Cause {
    @Override
    public String describe() {
      return "the server sent "
          + (contentType.isEmpty() ? "no content type" : "the content type " + contentType)
          + ", not text/event-stream; check that the URL is the URL of a stream"
          + (body.isBlank() ? "" : ". It began: " + OneLine.of(body));
    }
  }

  /**
   * The response has a {@code Content-Encoding} that this client did not request and cannot decode.
   * Ends the stream. OkHttp requests gzip by itself and decodes it. A program that sets {@code
   * Accept-Encoding} must also decode the response, with an interceptor of OkHttp.
   *
   * @param encoding the header as received, such as {@code br}
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
   * A redirect that {@link Redirects} does not allow, because its target would receive keys and
   * ids. Ends the stream.
   *
   * @param code the status, 300 to 399
   * @param location the target as in the header; may be relative
   */
  record RedirectRefused(int code, String location) implements Cause {
    @Override
    public String describe() {
      return "refused a redirect to " + location + ": use that URL if you trust it with the token";
    }
  }

  /**
   * The stream breaks a rule that protects the client, such as the maximum size of an event or of
   * an id. Ends the stream, because the server would send the same event again from the same
   * position.
   *
   * @param what the rule and how to fix the problem, in a sentence
   */
  record ProtocolViolation(String what) implements Cause {
    @Override
    public String describe() {
      return what;
    }
  }

  /**
   * Heliograph announced that the token expires soon. The stream reconnects at once with a new
   * token.
   */
  record TokenExpiring() implements Cause {
    @Override
    public String describe() {
      return "the token expires soon; the stream reconnects with a new token";
    }
  }

  /**
   * The program called {@link Subscription#restart} or {@link Subscription#pause}. Retried at once,
   * or when the stream is resumed. In an {@link AttemptReport} also used if the program closed the
   * stream, which no signal reports.
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
   * @param error the exception of the listener, or of the executor that refused the call
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
