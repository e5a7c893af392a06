package io.heliograph.cli.format;

import io.heliograph.cli.shell.Paint;
import io.heliograph.cli.shell.Printable;
import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Events as rows for people.
 *
 * @param escape whether control characters are to be written harmlessly, because a terminal shows
 *     them
 * @param userWidth the width of the column that names the user, 0 for no such column
 * @param ids whether to show ids, which are long
 */
public record TextLine(Paint paint, ZoneId zone, boolean escape, int userWidth, boolean ids) {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT);
  private static final int TYPE_WIDTH = 14;
  // A long type, with many short lines of data, would else become a square of blanks.
  private static final int MAX_INDENT = 60;

  /** The row, and one more for each further line of the data; no line feed at the end. */
  public String event(Shown event) {
    String user =
        userWidth == 0 ? "" : padded(safe(String.valueOf(event.user())), userWidth) + "  ";
    String time = TIME.format(event.at().atZone(zone));
    String type = padded(safe(event.type()), TYPE_WIDTH);
    String id = ids ? (event.id().isEmpty() ? "-" : safe(event.id())) + "  " : "";
    String[] data = event.data().split("\n", -1);
    var row =
        new StringBuilder()
            .append(paint.bold(user))
            .append(paint.dim(time))
            .append("  ")
            .append(paint.cyan(type))
            .append("  ")
            .append(paint.dim(id))
            .append(safe(data[0]));
    int column =
        Math.min(MAX_INDENT, user.length() + time.length() + type.length() + id.length() + 4);
    for (int i = 1; i < data.length; i++) {
      row.append('\n').repeat(' ', column).append(paint.dim("| ")).append(safe(data[i]));
    }
    return row.append(event.replay() ? paint.dim("  (replay)") : "").toString();
  }

  /** Two units at most, as many digits as help: {@code 38 ms}, {@code 3.1 s}, {@code 4m12s}. */
  public static String span(Duration span) {
    long ms = span.toMillis();
    if (ms < 1000) {
      return ms + " ms";
    } else if (ms < 60_000) {
      return "%d.%d s".formatted(ms / 1000, ms % 1000 / 100);
    } else if (span.toHours() == 0) {
      return "%dm%02ds".formatted(span.toMinutes(), span.toSecondsPart());
    }
    return "%dh%02dm".formatted(span.toHours(), span.toMinutesPart());
  }

  /** {@code 1 event}, {@code 2 events}. */
  public static String count(long n, String thing) {
    return n + " " + thing + (n == 1 ? "" : "s");
  }

  private String safe(String text) {
    return escape ? Printable.of(text) : text;
  }

  private static String padded(String text, int width) {
    return text.length() >= width ? text : text + " ".repeat(width - text.length());
  }
}
