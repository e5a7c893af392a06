package io.heliograph.cli.tail;

import io.heliograph.cli.format.TextLine;
import io.heliograph.cli.shell.Paint;
import java.time.Clock;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The lines of a tail as rows for people: a mark if it is not an event, the user in a color of its
 * own, time, type and data.
 */
record TailText(Paint paint, TextLine text) {
  private static final int USER_WIDTH = 8;

  /** Rows as {@link TextLine} writes them. */
  TailText(Paint paint, Clock clock, boolean escape, int width, String more) {
    this(paint, new TextLine(paint, clock, escape, 0, false, width, more));
  }

  String line(TailRecord line) {
    String user = text.padded(line.user() == null ? "(all)" : line.user(), USER_WIDTH);
    String head = mark(line) + colorOf(line).apply(user) + "  ";
    return text.row(head, 2 + user.length() + 2, line.at(), type(line), "", data(line))
        .stripTrailing();
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

  /** A user has the same color in every run. */
  private UnaryOperator<String> colorOf(TailRecord line) {
    if (line.user() == null) {
      return paint::bold;
    }
    List<UnaryOperator<String>> colors =
        List.of(paint::cyan, paint::yellow, paint::green, paint::magenta, paint::blue);
    return colors.get(Math.floorMod(line.user().hashCode(), colors.size()));
  }
}
