package io.heliograph.cli.report;

import io.heliograph.cli.load.meter.Timing;
import io.heliograph.cli.load.meter.Verdict;
import io.heliograph.cli.load.result.Metric;
import io.heliograph.cli.load.result.Metric.Better;
import io.heliograph.cli.load.result.Setting;
import io.heliograph.cli.load.result.Spans;
import io.heliograph.cli.load.result.Summary;
import io.heliograph.cli.results.SummaryText;
import io.heliograph.cli.shell.Paint;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.HdrHistogram.Histogram;

/**
 * Two runs side by side. A figure counts as changed if it differs by more than the tolerance.
 *
 * @param rows in the order to show them
 */
record Comparison(List<Row> rows) {
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
    BETTER,
    REGRESSION
  }

  /** One figure; before, after and change as they are shown. */
  record Row(String figure, String before, String after, String change, Change kind) {}

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

  /** Compares; a tolerance of 0.1 is 10 %. */
  static Comparison of(Summary a, Summary b, double tolerance) {
    var rows = new ArrayList<Row>();
    for (Timing timing : TIMINGS) {
      for (double percentile : new double[] {50, 99}) {
        Histogram before = a.latency(timing);
        Histogram after = b.latency(timing);
        if (SummaryText.tells(before, percentile) && SummaryText.tells(after, percentile)) {
          double from = before.getValueAtPercentile(percentile);
          double to = after.getValueAtPercentile(percentile);
          double change = (to - from) / Math.max(1, from);
          rows.add(
              new Row(
                  timing.label() + " p" + (int) percentile,
                  Spans.micros(from),
                  Spans.micros(to),
                  percent(change),
                  kind(change, tolerance, Better.LESS)));
        }
      }
    }
    for (Metric metric : METRICS) {
      if (a.has(metric) && b.has(metric)) {
        double from = a.metric(metric);
        double to = b.metric(metric);
        double change = from == 0 ? (to == 0 ? 0 : Double.POSITIVE_INFINITY) : (to - from) / from;
        rows.add(
            new Row(
                metric.label(),
                Spans.number(from),
                Spans.number(to),
                percent(change),
                kind(change, tolerance, metric.better())));
      }
    }
    return new Comparison(List.copyOf(rows));
  }

  private static Change kind(double change, double tolerance, Better better) {
    if (Math.abs(change) <= tolerance || better == Better.NEITHER) {
      return Change.SAME;
    }
    return (change > 0) == (better == Better.LESS) ? Change.REGRESSION : Change.BETTER;
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
            case SAME -> "same";
            case BETTER -> paint.green("better");
            case REGRESSION -> paint.red("REGRESSION");
          };
      lines.add(
          "%-23s%12s%12s%11s  %s"
              .formatted(row.figure, row.before, row.after, row.change, verdict));
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
