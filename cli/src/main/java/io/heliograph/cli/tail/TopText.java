package io.heliograph.cli.tail;

import io.heliograph.cli.shell.Paint;
import io.heliograph.cli.shell.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Which users have most events, as a table. Pure. */
record TopText(Paint paint) {
  private static final int NAME_WIDTH = 44; // With the figures before it: 80 columns.

  /**
   * The head and the rows.
   *
   * @param names how many there are, shown or not
   */
  List<String> lines(Top.Row total, List<Top.Row> rows, int names) {
    var lines = new ArrayList<String>();
    lines.add(paint.dim("    events          /s       bytes  user"));
    rows.forEach(row -> lines.add(figures(row) + "  " + paint.cyan(shortened(row.name()))));
    lines.add(
        paint.bold(figures(total))
            + "  "
            + paint.bold("all " + names + " user" + (names == 1 ? "" : "s")));
    return lines;
  }

  private static String figures(Top.Row row) {
    return String.format(
        Locale.ROOT, "%,10d  %,10.1f  %10s", row.events(), row.perSecond(), size(row.bytes()));
  }

  private static String size(long bytes) {
    if (bytes < 1 << 10) {
      return bytes + " B";
    }
    int unit = Math.min(4, (63 - Long.numberOfLeadingZeros(bytes)) / 10);
    return String.format(
        Locale.ROOT, "%.1f %ciB", bytes / (double) (1L << (unit * 10)), " KMGT".charAt(unit));
  }

  private static String shortened(String name) {
    String safe = Printable.of(name);
    return safe.length() <= NAME_WIDTH ? safe : safe.substring(0, NAME_WIDTH - 3) + "...";
  }
}
