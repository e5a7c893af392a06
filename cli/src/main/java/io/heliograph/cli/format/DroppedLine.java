package io.heliograph.cli.format;

import io.heliograph.client.SseParser;
import java.util.Locale;
import java.util.Set;

/** Explains why the standard drops a line of an event stream. */
public final class DroppedLine {
  private static final Set<String> FIELDS = Set.of("data", "event", "id", "retry");
  private static final int SHOWN = 40;

  private DroppedLine() {}

  /** A sentence that begins with the line's number. */
  public static String sentence(SseParser.Dropped line) {
    return "line " + line.number() + ": " + reason(line);
  }

  private static String reason(SseParser.Dropped line) {
    return switch (line.reason()) {
      case UNKNOWN_FIELD -> {
        int colon = line.text().indexOf(':');
        String name = colon < 0 ? line.text() : line.text().substring(0, colon);
        yield "unknown field '"
            + shown(name)
            + "': the line is dropped"
            + (FIELDS.contains(name.strip().toLowerCase(Locale.ROOT))
                ? "; field names are in lower case, without blanks"
                : "");
      }
      case BAD_ID -> "the id contains a NUL: it is dropped";
      case BAD_RETRY -> "retry '" + shown(line.text()) + "' is dropped: not all digits";
      case NO_DATA -> "the event has a type but no data: it is dropped";
    };
  }

  private static String shown(String text) {
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
  }
}
