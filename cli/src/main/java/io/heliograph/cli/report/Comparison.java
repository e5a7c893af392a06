package io.heliograph.cli.report;

import io.heliograph.cli.load.meter.Timing;
import io.heliograph.cli.load.meter.Verdict;
import io.heliograph.cli.load.result.Metric;
import io.heliograph.cli.load.result.Metric.Better;
import io.heliograph.cli.load.result.ReportFiles;
import io.heliograph.cli.load.result.Setting;
import io.heliograph.cli.load.result.Spans;
import io.heliograph.cli.load.result.Summary;
import io.heliograph.cli.shell.Paint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Two runs side by side. A latency counts as changed if it differs by more than the tolerance and a
 * rank test over blocks of time says that this is no chance; where there are too few blocks, nobody
 * can tell.
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

  enum Change {
    SAME,
    /** It differs, and nothing tells whether by chance. */
    UNTESTED,
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
        hindrances.add("run " + s.run() + " is INVALID: the load generator was the bottleneck");
      }
      if (s.aborted()) {
        hindrances.add("run " + s.run() + " is incomplete: it was stopped");
      }
    }
    for (String where : List.of("processors", "arch")) {
      String one = a.environment().get(where);
      String other = b.environment().get(where);
      if (!Objects.equals(one, other)) {
        hindrances.add(where + ": " + one + " there, " + other + " here");
      }
    }
    var options = new LinkedHashSet<String>();
    for (Summary s : List.of(a, b)) {
      s.settings().stream().filter(Setting::comparable).map(Setting::option).forEach(options::add);
    }
    for (String option : options) {
      String one = a.setting(option).orElse("none");
      String other = b.setting(option).orElse("none");
      if (!one.equals(other)) {
        hindrances.add("--" + option + ": " + one + " there, " + other + " here");
      }
    }
    return hindrances;
  }

  /**
   * A run as it was kept.
   *
   * @param log of histograms; null where there is none
   */
  record Run(Summary summary, @Nullable Path log) {
    /** Reads one from its directory or its summary.json. */
    static Run read(Path path) throws IOException {
      return new Run(ReportFiles.read(path), ReportFiles.log(path));
    }

    List<Double> blocks(Timing timing, double percentile) throws IOException {
      return log == null
          ? List.of()
          : Blocks.percentiles(log, timing.label(), percentile, summary.phases());
    }
  }

  /**
   * Compares.
   *
   * @param tolerance such as 0.1
   */
  static Comparison of(Run a, Run b, double tolerance) throws IOException {
    var rows = new ArrayList<Row>();
    for (Timing timing : TIMINGS) {
      for (double percentile : new double[] {50, 99}) {
        Histogram before = a.summary.latency(timing);
        Histogram after = b.summary.latency(timing);
        if (SummaryText.tells(before, percentile) && SummaryText.tells(after, percentile)) {
          rows.add(
              row(
                  timing.label() + " p" + (int) percentile,
                  (double) before.getValueAtPercentile(percentile),
                  (double) after.getValueAtPercentile(percentile),
                  a.blocks(timing, percentile),
                  b.blocks(timing, percentile),
                  tolerance));
        }
      }
    }
    for (Metric metric : METRICS) {
      if (a.summary.has(metric) && b.summary.has(metric)) {
        rows.add(row(metric, a.summary.metric(metric), b.summary.metric(metric), tolerance));
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
    Change kind = Change.SAME;
    String why = "";
    if (Math.abs(change) > tolerance) {
      if (a.size() >= LEAST_BLOCKS && b.size() >= LEAST_BLOCKS) {
        double chance = RankTest.probability(a, b);
        if (chance < CHANCE) {
          kind = change > 0 ? Change.REGRESSION : Change.BETTER;
        }
        why =
            String.format(
                Locale.ROOT,
                "p%s, %d and %d blocks",
                chance < 0.001 ? "<0.001" : String.format(Locale.ROOT, "=%.3f", chance),
                a.size(),
                b.size());
      } else {
        kind = Change.UNTESTED;
        why = "too few blocks for a test";
      }
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
            case UNTESTED -> "?";
            case BETTER -> paint.green("better");
            case REGRESSION -> paint.red("REGRESSION");
          };
      lines.add(
          "%-23s%12s%12s%11s  %s"
              .formatted(row.figure, row.before, row.after, row.change, verdict));
      if (!row.why.isEmpty()) {
        lines.add(paint.dim(" ".repeat(Math.max(0, 80 - row.why.length())) + row.why));
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
}
