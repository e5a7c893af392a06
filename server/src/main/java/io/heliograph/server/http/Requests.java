package io.heliograph.server.http;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.heliograph.server.event.InvalidValueException;
import io.heliograph.server.event.UserId;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** What several handlers read from a request. */
final class Requests {

  private static final HeaderName LAST_EVENT_ID = HeaderNames.create("Last-Event-ID");

  private Requests() {}

  /** The user that the path names. */
  static UserId user(ServerRequest request) {
    try {
      return new UserId(request.path().pathParameters().get("user"));
    } catch (InvalidValueException e) {
      throw Problem.INVALID_USER.because(String.valueOf(e.getMessage()));
    }
  }

  /** As {@code Retry-After} has it: whole seconds, rounded up. */
  static String seconds(Duration duration) {
    return Long.toString(Math.max(1, duration.plusMillis(999).toSeconds()));
  }

  static Optional<String> header(ServerRequest request, HeaderName name) {
    return request.headers().first(name);
  }

  /** Whether a stream is asked for: a browser's EventSource gives up for good on most refusals. */
  static boolean acceptsEventStream(ServerRequest request) {
    return header(request, HeaderNames.ACCEPT)
        .map(accept -> accept.toLowerCase(Locale.ROOT).contains("text/event-stream"))
        .orElse(false);
  }

  /** The reader's cursor. The header wins; the query is for readers that cannot set one. */
  static Optional<String> lastEventId(ServerRequest request) {
    return header(request, LAST_EVENT_ID)
        .or(() -> query(request, "lastEventId"))
        .or(() -> query(request, "last_event_id"))
        // An EventSource that has seen no id sends none; some clients send an empty one instead.
        .filter(id -> !id.isEmpty());
  }

  /** A query parameter, decoded. */
  static Optional<String> query(ServerRequest request, String name) {
    return request.query().first(name).asOptional();
  }

  /** A query parameter that is a whole number from 1 to {@code most}. */
  static int query(ServerRequest request, String name, int otherwise, int most) {
    Optional<String> text = query(request, name);
    if (text.isEmpty()) {
      return otherwise;
    }
    try {
      int value = Integer.parseInt(text.get());
      if (value >= 1 && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Answered below, as any other number that is not allowed.
    }
    throw Problem.INVALID_QUERY.because(
        name + " is '" + text.get() + "', but must be a whole number from 1 to " + most + ".");
  }
}
