package io.heliograph.server.request;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How a path that has both answers a request, by its {@code Accept} (RFC 9110, section 12.5.1). */
public enum Answer {
  /** A stream of events: named, or anything is accepted, or nothing is said. */
  STREAM,
  /** JSON: named without a stream of events, or the only one of the two that is accepted. */
  JSON,
  /** The client accepts neither. */
  NEITHER;

  private static final String STREAM_TYPE = "text/event-stream";
  private static final String JSON_TYPE = "application/json";

  /** The answer to a request. */
  public static Answer to(ServerRequest request) {
    return to(request.headers().values(HeaderNames.ACCEPT));
  }

  /**
   * The answer to the values of {@code Accept}. The weights do not rank the two: a client that
   * names a stream of events gets one, as from any other server.
   */
  static Answer to(List<String> accept) {
    String all = String.join(",", accept).toLowerCase(Locale.ROOT);
    if (all.isBlank()) {
      return STREAM;
    }
    Boolean stream = null;
    Boolean json = null;
    Boolean anyText = null;
    Boolean anyApplication = null;
    Boolean any = null;
    for (String range : all.split(",", -1)) {
      String[] parts = range.split(";", -1);
      boolean accepted = isAccepted(parts);
      switch (parts[0].strip()) {
        case STREAM_TYPE -> stream = accepted;
        case JSON_TYPE -> json = accepted;
        case "text/*" -> anyText = accepted;
        case "application/*" -> anyApplication = accepted;
        case "*/*" -> any = accepted;
        default -> {} // Neither of the two.
      }
    }
    if (is(stream)) {
      return STREAM;
    }
    if (is(json)) {
      return JSON;
    }
    if (is(first(stream, anyText, any))) {
      return STREAM;
    }
    return is(first(json, anyApplication, any)) ? JSON : NEITHER;
  }

  private static boolean isAccepted(String[] parts) {
    for (int i = 1; i < parts.length; i++) {
      if (parts[i].strip().matches("q\\s*=\\s*0(\\.0*)?")) {
        return false;
      }
    }
    return true;
  }

  private static boolean is(@Nullable Boolean accepted) {
    return accepted != null && accepted;
  }

  /** What the most specific range says. */
  private static @Nullable Boolean first(@Nullable Boolean... ranges) {
    for (Boolean range : ranges) {
      if (range != null) {
        return range;
      }
    }
    return null;
  }
}
