package io.heliograph.server.http;

import io.helidon.webserver.http.ServerRequest;
import io.heliograph.server.event.Durations;
import io.heliograph.server.event.WallClock;
import io.heliograph.server.log.From;
import io.heliograph.server.request.Problem;
import io.heliograph.server.request.Requests;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads {@code from}: where a reader without a cursor begins. */
final class Beginning {

  private static final int MAX_EVENTS = 1_000;
  private static final Duration LONGEST_AGO = Duration.ofDays(365);
  // ISO 8601 allows more of them: --PT-5M would be five minutes ago.
  private static final Pattern SIGNS = Pattern.compile("[+-]");
  private static final Pattern COUNT = Pattern.compile("-(\\d{1,4})");

  private final WallClock times;

  Beginning(WallClock times) {
    this.times = times;
  }

  /** What the request asks for; otherwise the default. */
  From of(ServerRequest request, From otherwise) {
    Optional<String> text = Requests.query(request, "from");
    if (text.isEmpty()) {
      return otherwise;
    }
    return parse(text.get())
        .orElseThrow(
            () ->
                Problem.INVALID_QUERY.because(
                    "from is '"
                        + text.get()
                        + "', but must be 'oldest', a number of events from -1 to -"
                        + MAX_EVENTS
                        + ", a time such as 2026-11-30T08:00:00Z, or a time ago such as -15m (at"
                        + " most -365d)."));
  }

  private Optional<From> parse(String text) {
    if (text.equals("oldest")) {
      return Optional.of(From.OLDEST);
    }
    if (COUNT.matcher(text).matches()) {
      int count = Integer.parseInt(text.substring(1));
      return count >= 1 && count <= MAX_EVENTS
          ? Optional.of(new From.Latest(count))
          : Optional.empty();
    }
    if (text.startsWith("-") && SIGNS.matcher(text).results().count() == 1) {
      return Durations.parse(text.substring(1))
          .filter(ago -> ago.isPositive() && ago.compareTo(LONGEST_AGO) <= 0)
          .map(ago -> new From.Since(times.nanosBefore(ago)));
    }
    try {
      return Optional.of(new From.Since(times.nanos(OffsetDateTime.parse(text).toInstant())));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}
