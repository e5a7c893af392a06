package io.heliograph.cli.tail;

import io.heliograph.cli.shell.Paint;
import io.heliograph.cli.shell.Printable;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/**
 * The lines of a tail as rows for people: a mark where it is no event, the user in a colour of its
 * own, time, type and data.
 *
 * @param escape whether a terminal shows them, which would obey control characters
 * @param width columns at most, so that a row stays a row; 0 for no limit
 * @param more stands for what was cut off
 */
record TailText(Paint paint, ZoneId zone, boolean escape, int width, String more) {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT);
  private static final int USER_WIDTH = 8;
  private static final int TYPE_WIDTH = 14;
  // Less says nothing, whatever stands before it.
  private static final int LEAST_DATA = 16;
  static final String EVERYBODY = "(all)";

  /** Rows of any length. */
  TailText(Paint paint, ZoneId zone, boolean escape) {
    this(paint, zone, escape, 0, "");
  }

  String line(TailRecord line) {
    String user = padded(line.user() == null ? EVERYBODY : safe(line.user()), USER_WIDTH);
    String time = TIME.format(line.at().atZone(zone));
    String type = padded(safe(type(line)), TYPE_WIDTH);
    String[] data = data(line).split("\n", -1);
    int column = 2 + user.length() + 2 + time.length() + 2 + type.length() + 2;
    var row =
        new StringBuilder()
            .append(mark(line))
            .append(colorOf(line).apply(user))
            .append("  ")
            .append(paint.dim(time))
            .append("  ")
            .append(paint.cyan(type))
            .append("  ")
            .append(cut(safe(data[0]), column));
    for (int i = 1; i < data.length; i++) {
      row.append('\n')
          .repeat(' ', column)
          .append(paint.dim("| "))
          .append(cut(safe(data[i]), column + 2));
    }
    return row.toString().stripTrailing();
  }

  private String cut(String text, int column) {
    int room = Math.max(LEAST_DATA, width - column);
    if (width == 0 || text.length() <= room) {
      return text;
    }
    int end = room - more.length();
    // Half of a surrogate pair is no character.
    return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end)
        + more;
  }

  private String mark(TailRecord line) {
    return switch (line.kind()) {
      case "connect" -> paint.green("+") + " ";
      case "close" -> paint.dim("-") + " ";
      case "gap" -> paint.red("x") + " ";
      default -> "  ";
    };
  }

  private static String type(TailRecord line) {
    return switch (line.kind()) {
      case "connect" -> "connected";
      case "close" -> "disconnected";
      case "event" -> String.valueOf(line.type());
      default -> line.kind();
    };
  }

  private static String data(TailRecord line) {
    return switch (line.kind()) {
      case "connect" -> line.detail("remote") + " " + line.detail("agent");
      case "close" -> line.detail("reason") + ", " + line.detail("events") + " events";
      case "gap" ->
          "lost "
              + (line.detail("lost").equals("null") ? "some" : line.detail("lost"))
              + (line.detail("log").equals("all")
                  ? " of all logs: "
                  : " of the log '" + line.detail("log") + "': ")
              + line.detail("reason");
      default -> line.data() == null ? "" : line.data();
    };
  }

  /** The same user, the same colour, in every run. */
  private UnaryOperator<String> colorOf(TailRecord line) {
    if (line.user() == null) {
      return paint::bold;
    }
    List<UnaryOperator<String>> colors =
        List.of(paint::cyan, paint::yellow, paint::green, paint::magenta, paint::blue);
    return colors.get(Math.floorMod(line.user().hashCode(), colors.size()));
  }

  private String safe(String text) {
    return escape ? Printable.of(text) : text;
  }

  private static String padded(String text, int width) {
    return text.length() >= width ? text : text + " ".repeat(width - text.length());
  }
}
