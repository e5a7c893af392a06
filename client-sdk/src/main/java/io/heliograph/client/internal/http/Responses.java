package io.heliograph.client.internal.http;

import io.heliograph.client.Cause;
import io.heliograph.client.CloseReason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import okhttp3.Protocol;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.BufferedSource;
import okio.ByteString;
import org.jspecify.annotations.Nullable;

/** What responses mean for a stream. Pure, but for reading the body of a refusal. */
public final class Responses {
  private static final long MAX_BODY = 4096;
  // A floor from outside: waiting for a day is obedience, waiting for ten years is a bug in it.
  private static final Duration MAX_FLOOR = Duration.ofDays(1);
  private static final long MOST = 999_999_999; // Seconds.
  // A comma or a semicolon within quotes parts nothing.
  private static final Pattern QUOTED = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"");
  private static final Pattern MEDIA_TYPE =
      Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+/[!#$%&'*+.^_`|~0-9A-Za-z-]+");

  private Responses() {}

  /**
   * Of a list the last valid type counts, and of that the essence: WHATWG HTML 9.2.3, and Fetch,
   * "extract a MIME type".
   *
   * @param contentType all values of the header, joined by commas
   */
  static boolean isEventStream(String contentType) {
    String last = "";
    for (String value : QUOTED.matcher(contentType).replaceAll("").split(",", -1)) {
      int end = value.indexOf(';');
      String essence = (end < 0 ? value : value.substring(0, end)).trim();
      if (MEDIA_TYPE.matcher(essence).matches() && !essence.equals("*/*")) {
        last = essence;
      }
    }
    return last.equalsIgnoreCase("text/event-stream");
  }

  /** Why a response is no stream that this client can read; null if it is one. */
  public static @Nullable Cause refusal(Response response, Instant now) {
    if (response.code() != 200) {
      return status(response, now);
    }
    String contentType = String.join(", ", response.headers("Content-Type"));
    if (!isEventStream(contentType)) {
      return new Cause.NotAnEventStream(contentType, start(response));
    }
    String encoding = header(response, "Content-Encoding").trim();
    return encoding.isEmpty() || encoding.equalsIgnoreCase("identity")
        ? null
        : new Cause.UnexpectedEncoding(encoding);
  }

  /** Whether its connection may carry other streams, too. */
  public static boolean isOverHttp2(Response response) {
    return response.protocol() == Protocol.HTTP_2
        || response.protocol() == Protocol.H2_PRIOR_KNOWLEDGE;
  }

  /** Whole seconds above zero, or nothing. */
  public static Optional<Duration> heartbeatInterval(Response response) {
    return seconds(header(response, "Sse-Heartbeat-Interval"))
        .filter(interval -> interval.toMillis() > 0);
  }

  /** One heartbeat may be lost in a stall of the network, and the next be late. */
  public static Duration silenceLimit(Duration interval) {
    Duration limit = interval.multipliedBy(2).plusSeconds(5);
    return limit.compareTo(Duration.ofSeconds(10)) < 0 ? Duration.ofSeconds(10) : limit;
  }

  /** A status that is no stream, with what helps to understand it. */
  public static Cause status(Response response, Instant now) {
    String body = start(response);
    return response.code() == 401
        ? new Cause.AuthFailed(body)
        : new Cause.HttpStatus(
            response.code(), body, retryAfter(header(response, "Retry-After"), now));
  }

  /**
   * What came of the body within two seconds. The status is what counts: a body that drips, or does
   * not end, must not turn a refusal into an attempt that took too long.
   */
  private static String start(Response response) {
    BufferedSource source = response.body().source();
    source.timeout().deadline(2, TimeUnit.SECONDS);
    try {
      source.request(MAX_BODY);
    } catch (IOException e) {
      // What came until then helps as well.
    } finally {
      source.timeout().clearDeadline(); // The connection may serve another request.
    }
    Buffer came = source.getBuffer();
    ByteString bytes = came.snapshot((int) Math.min(came.size(), MAX_BODY));
    try {
      return ResponseBody.create(bytes, response.body().contentType()).string();
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory failed", e);
    }
  }

  /** RFC 9110, section 10.2.3: seconds or a date. */
  public static Optional<Duration> retryAfter(String header, Instant now) {
    if (header.isBlank()) {
      return Optional.empty();
    }
    Optional<Duration> seconds = seconds(header);
    if (seconds.isPresent()) {
      return seconds.map(Responses::floor);
    }
    return date(header.strip(), now)
        .map(then -> Duration.between(now, then))
        .map(left -> left.isNegative() ? Duration.ZERO : floor(left));
  }

  /** RFC 9110, section 5.6.7: one form, and two obsolete ones that are to be understood, too. */
  private static Optional<Instant> date(String text, Instant now) {
    // In RFC 850 a year has two digits: the one that is not more than 50 years ahead.
    int century = now.atOffset(ZoneOffset.UTC).getYear() - 49;
    var rfc850 =
        new DateTimeFormatterBuilder()
            .appendPattern("EEEE, dd-MMM-")
            .appendValueReduced(ChronoField.YEAR, 2, 2, century)
            .appendPattern(" HH:mm:ss 'GMT'");
    var asctime =
        new DateTimeFormatterBuilder()
            .appendPattern("EEE MMM ")
            .padNext(2)
            .appendPattern("d HH:mm:ss yyyy");
    for (DateTimeFormatter form :
        List.of(
            DateTimeFormatter.RFC_1123_DATE_TIME,
            rfc850.toFormatter(Locale.ENGLISH).withZone(ZoneOffset.UTC),
            asctime.toFormatter(Locale.ENGLISH).withZone(ZoneOffset.UTC))) {
      try {
        return Optional.of(form.parse(text, Instant::from));
      } catch (DateTimeException e) {
        // Maybe the next one.
      }
    }
    return Optional.empty();
  }

  /** What a server asked for, within reason. */
  public static Duration floor(Duration asked) {
    return asked.compareTo(MAX_FLOOR) > 0 ? MAX_FLOOR : asked;
  }

  /** Whether a stream that ended so brought all that it should. */
  public static boolean isGoodEnd(CloseReason reason) {
    return reason == CloseReason.BY_SERVER || reason == CloseReason.COMPLETED;
  }

  /** What the end of an open answer means where there will be no other. */
  public static CloseReason onlyAnswer(Cause cause) {
    if (cause instanceof Cause.ServerClosed end) {
      return end.truncated() ? CloseReason.TRUNCATED : CloseReason.COMPLETED;
    }
    return cause instanceof Cause.ConnectionLost ? CloseReason.TRUNCATED : CloseReason.GAVE_UP;
  }

  /** Whether a connection that ended so is the last one, and why; empty: try again. */
  public static Optional<CloseReason> finality(Cause cause) {
    if (cause instanceof Cause.HttpStatus status) {
      return finality(status.code());
    }
    if (cause instanceof Cause.ServerClosing closing) {
      return closing.reconnect() ? Optional.empty() : Optional.of(CloseReason.BY_SERVER);
    }
    // After all others it tries again. An event that was too large would come again from the same
    // position, for ever (docs/decisions/0085).
    return cause instanceof Cause.AuthFailed
            || cause instanceof Cause.NotAnEventStream
            || cause instanceof Cause.UnexpectedEncoding
            || cause instanceof Cause.ProtocolViolation
            || cause instanceof Cause.RedirectRefused
        ? Optional.of(CloseReason.REFUSED)
        : Optional.empty();
  }

  private static Optional<CloseReason> finality(int status) {
    return switch (status) {
      case 204 -> Optional.of(CloseReason.BY_SERVER);
      case 408, 425, 429 -> Optional.empty();
      default -> status >= 500 ? Optional.empty() : Optional.of(CloseReason.REFUSED);
    };
  }

  /** The header as it came, {@code ""} without one. */
  public static String header(Response response, String name) {
    String value = response.header(name);
    return value == null ? "" : value;
  }

  private static Optional<Duration> seconds(String header) {
    String text = header.strip();
    if (text.isEmpty() || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return Optional.empty();
    }
    // More digits than nine are decades, and still an answer: come back much later.
    return Optional.of(Duration.ofSeconds(text.length() > 9 ? MOST : Long.parseLong(text)));
  }
}
