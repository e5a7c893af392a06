package io.heliograph.cli.report;

import io.heliograph.cli.meter.Timing;
import io.heliograph.cli.meter.Verdict;
import io.heliograph.cli.report.Metric.Better;
import io.heliograph.cli.shell.Paint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Two runs side by side. A figure counts as changed if it differs by more than the tolerance and,
 * where both runs kept their logs, a rank test over blocks of time says that this is no chance.
 *
 * @param rows in the order to show them
 */
record Comparison(List<Row> rows) {
  private static final double CHANCE = 0.01;
  private static final int LEAST_BLOCKS = 5;
  private static final List<Timing> TIMINGS =
      List.of(
          Timing.DELIVERY_LIVE,
          Timing.DELIVERY_REPLAY,
          Timing.PUBLISH_ACK,
          Timing.CONNECT_READY,
          Timing.RECONNECT_TOTAL);
  private static final List<Metric> METRICS =
      List.of(
          Metric.LOSS_SILENT,
          Metric.LOSS_ANNOUNCED,
          Metric.DUP_LIVE,
          Metric.ORDER_VIOLATIONS,
          Metric.MISROUTED,
          Metric.CORRUPT,
          Metric.USERS_ABSENT,
          Metric.DELIVERY_RATE,
          Metric.PUBLISH_RATE,
          Metric.SERVER_KIB,
          Metric.SERVER_CPU_DELIVERY);

  /** How a figure has changed. */
  enum Change {
    SAME,
    BETTER,
    REGRESSION
  }

  /**
   * One figure.
   *
   * @param before as it is shown, as after and change
   * @param why what it rests on
   */
  record Row(String figure, String before, String after, String change, Change kind, String why) {}

  /** Why two runs must not be compared; empty if they may. */
  static List<String> hindrances(Summary a, Summary b) {
    var hindrances = new ArrayList<String>();
    for (Summary s : List.of(a, b)) {
      if (s.verdict().state() == Verdict.State.INVALID) {
        hindrances.add("run " + s.run() + " is INVALID: its figures are not the server's");
      }
    }
    for (String where : List.of("processors", "arch")) {
      String one = a.environment().get(where);
      String other = b.environment().get(where);
      if (!Objects.equals(one, other)) {
        hindrances.add(where + ": " + one + " there, " + other + " here");
      }
    }
    for (String what :
        List.of(
            "users",
            "rate",
            "broadcast",
            "arrivals",
            "size",
            "to",
            "churn",
            "slow",
            "stalled",
            "storm")) {
      String one = a.settings().get(what);
      String other = b.settings().get(what);
      if (!Objects.equals(one, other)) {
        hindrances.add("--" + what + ": " + one + " there, " + other + " here");
      }
    }
    return hindrances;
  }

  /**
   * Compares.
   *
   * @param logA null where there is none; then the tolerance alone decides
   * @param tolerance such as 0.1
   */
  static Comparison of(
      Summary a, @Nullable Path logA, Summary b, @Nullable Path logB, double tolerance)
      throws IOException {
    var rows = new ArrayList<Row>();
    for (Timing timing : TIMINGS) {
      Histogram before = a.latencies().get(timing.label());
      Histogram after = b.latencies().get(timing.label());
      if (before == null || after == null) {
        continue;
      }
      for (double percentile : new double[] {50, 99}) {
        if (SummaryText.percentile(before, percentile).equals("-")
            || SummaryText.percentile(after, percentile).equals("-")) {
          continue;
        }
        List<Double> blocksA = List.of();
        List<Double> blocksB = List.of();
        if (logA != null && logB != null) {
          blocksA = Blocks.percentiles(logA, timing.label(), percentile, a.phases());
          blocksB = Blocks.percentiles(logB, timing.label(), percentile, b.phases());
        }
        rows.add(
            row(
                timing.label() + " p" + (int) percentile,
                (double) before.getValueAtPercentile(percentile),
                (double) after.getValueAtPercentile(percentile),
                blocksA,
                blocksB,
                tolerance));
      }
    }
    for (Metric metric : METRICS) {
      if (a.has(metric) && b.has(metric)) {
        rows.add(row(metric, a.metric(metric), b.metric(metric), tolerance));
      }
    }
    return new Comparison(List.copyOf(rows));
  }

  private static Row row(
      String figure,
      double before,
      double after,
      List<Double> a,
      List<Double> b,
      double tolerance) {
    double change = (after - before) / Math.max(1, before);
    boolean enough = a.size() >= LEAST_BLOCKS && b.size() >= LEAST_BLOCKS;
    double chance = enough ? RankTest.probability(a, b) : 0;
    Change kind = Change.SAME;
    String why = "";
    if (Math.abs(change) > tolerance) {
      if (chance < CHANCE) {
        kind = change > 0 ? Change.REGRESSION : Change.BETTER;
      }
      why =
          enough
              ? String.format(
                  Locale.ROOT,
                  "p%s, %d and %d blocks",
                  chance < 0.001 ? "<0.001" : String.format(Locale.ROOT, "=%.3f", chance),
                  a.size(),
                  b.size())
              : "too few blocks for a test";
    }
    return new Row(figure, Spans.micros(before), Spans.micros(after), percent(change), kind, why);
  }

  private static Row row(Metric metric, double before, double after, double tolerance) {
    double change =
        before == 0 ? (after == 0 ? 0 : Double.POSITIVE_INFINITY) : (after - before) / before;
    Change kind = Change.SAME;
    if (Math.abs(change) > tolerance && metric.better() != Better.NEITHER) {
      kind = (change > 0) == (metric.better() == Better.LESS) ? Change.REGRESSION : Change.BETTER;
    }
    return new Row(
        metric.label(), Spans.number(before), Spans.number(after), percent(change), kind, "");
  }

  private static String percent(double change) {
    return Double.isInfinite(change) ? "new" : String.format(Locale.ROOT, "%+.1f %%", change * 100);
  }

  long regressions() {
    return rows.stream().filter(row -> row.kind == Change.REGRESSION).count();
  }

  /** A table of 80 columns. */
  List<String> lines(String nameA, String nameB, Paint paint) {
    var lines = new ArrayList<String>();
    lines.add(paint.dim("%-23s%12s%12s%11s".formatted("", fitted(nameA), fitted(nameB), "change")));
    for (Row row : rows) {
      String verdict =
          switch (row.kind) {
            case SAME -> row.why.isEmpty() ? "same" : "same?";
            case BETTER -> paint.green("better");
            case REGRESSION -> paint.red("REGRESSION");
          };
      lines.add(
          "%-23s%12s%12s%11s  %s"
              .formatted(row.figure, row.before, row.after, row.change, verdict));
      if (!row.why.isEmpty()) {
        lines.add(paint.dim("%60s%s".formatted("", row.why)).stripTrailing());
      }
    }
    long worse = regressions();
    lines.add(
        worse == 0
            ? paint.green("no regression")
            : paint.red(worse + (worse == 1 ? " regression" : " regressions")));
    return lines;
  }

  private static String fitted(String name) {
    return name.length() <= 11 ? name : name.substring(0, 10) + "…";
  }

  /** For a comment in a review. */
  String markdown(String nameA, String nameB) {
    var text = new StringBuilder("| figure | ").append(nameA).append(" | ").append(nameB);
    text.append(" | change | |\n|---|---:|---:|---:|---|\n");
    for (Row row : rows) {
      String kind =
          row.kind == Change.REGRESSION
              ? "**regression**"
              : row.kind == Change.BETTER ? "better" : "";
      text.append(
          "| %s | %s | %s | %s | %s |\n"
              .formatted(row.figure, row.before, row.after, row.change, kind));
    }
    return text.toString();
  }
}
