package io.heliograph.cli.format;

import static java.time.ZoneId.systemDefault;

import io.heliograph.cli.shell.Paint;
import io.heliograph.cli.shell.Printable;
import io.heliograph.cli.shell.Shell;
import io.heliograph.client.Signal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Events as rows for people.
 *
 * @param clock knows the zone, and today, whose times are shown without the date
 * @param escape whether a terminal shows them, which would obey control characters
 * @param userWidth the width of the column that names the user, 0 for no such column
 * @param ids whether to show ids, which are long
 * @param width columns at most, so that a row stays a row; 0 for no limit
 * @param more replaces what was cut off
 */
public record TextLine(
    Paint paint, Clock clock, boolean escape, int userWidth, boolean ids, int width, String more) {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT);
  private static final int TYPE_WIDTH = 14;
  private static final DateTimeFormatter DAY_AND_TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS", Locale.ROOT);
  // A long type, with many short lines of data, would else become a square of blanks.
  private static final int MAX_INDENT = 60;
  // Less says nothing, whatever is before it.
  private static final int LEAST_DATA = 16;

  /** Rows of any length, for stdout. */
  public TextLine(Shell shell, int who, boolean ids) {
    this(shell.paintOut(), Clock.system(systemDefault()), shell.terminals().out(), who, ids, 0, "");
  }

  /** The row, and one more for each further line of the data; no line feed at the end. */
  public String event(Shown event) {
    String user = userWidth == 0 ? "" : padded(String.valueOf(event.user()), userWidth) + "  ";
    String id = ids ? (event.id().isEmpty() ? "-" : safe(event.id())) + "  " : "";
    return row(paint.bold(user), user.length(), event.at(), event.type(), id, event.data())
        + (event.replay() ? paint.dim("  (replay)") : "");
  }

  /** A row of time, type, id and data behind a painted head of so many columns. */
  public String row(String head, int headWidth, Instant at, String type, String id, String data) {
    ZonedDateTime local = at.atZone(clock.getZone());
    boolean today = local.toLocalDate().equals(LocalDate.now(clock));
    String time = (today ? TIME : DAY_AND_TIME).format(local);
    String shownType = padded(type, TYPE_WIDTH);
    String[] lines = data.split("\n", -1);
    int column = headWidth + time.length() + 2 + shownType.length() + 2 + id.length();
    var row =
        new StringBuilder(head)
            .append(paint.dim(time))
            .append("  ")
            .append(paint.cyan(shownType))
            .append("  ")
            .append(paint.dim(id))
            .append(cut(safe(lines[0]), column));
    int indent = Math.min(MAX_INDENT, column);
    for (int i = 1; i < lines.length; i++) {
      row.append('\n').repeat(' ', indent).append(paint.dim("| "));
      row.append(cut(safe(lines[i]), indent + 2));
    }
    return row.toString();
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

  /** What has passed since a time of {@link System#nanoTime}: {@code , 38 ms}. */
  public static String since(long nanos) {
    return ", " + span(Duration.ofNanos(System.nanoTime() - nanos));
  }

  /** {@code 1 event}, {@code 2 events}. */
  public static String count(long n, String thing) {
    return n + " " + thing + (n == 1 ? "" : "s");
  }

  /** What a gap means, as a notice. */
  public static String gap(Signal.Gap gap) {
    String why =
        switch (gap.log().equals("tail") ? "tail" : gap.reason()) {
          case "tail" -> "a tail shows only what passes while it is connected";
          case "expired" -> "the server no longer stores them";
          case "ephemeral" -> "they were ephemeral, and this reader was too slow";
          case "epoch" -> "the server restarted without its log";
          case "unknown" -> "the server does not know the id to resume from";
          default -> gap.reason();
        };
    return "gap         lost %s of %s: %s"
        .formatted(
            gap.lost().isPresent()
                ? count(gap.lost().getAsLong(), "event")
                : "an unknown number of events",
            gap.log().equals("all") ? "all logs" : "the log '" + Printable.of(gap.log()) + "'",
            Printable.of(why));
  }

  private String safe(String text) {
    return escape ? Printable.of(text) : text;
  }

  /** As it may be shown, and at least this wide. */
  public String padded(String text, int columns) {
    String safe = safe(text);
    return safe + " ".repeat(Math.max(0, columns - safe.length()));
  }
}
