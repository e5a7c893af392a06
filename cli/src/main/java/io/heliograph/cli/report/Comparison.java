package io.heliograph.cli.report;

import io.heliograph.cli.load.meter.Timing;
import io.heliograph.cli.load.meter.Verdict;
import io.heliograph.cli.load.result.Metric;
import io.heliograph.cli.load.result.Metric.Better;
import io.heliograph.cli.load.result.Setting;
import io.heliograph.cli.load.result.Spans;
import io.heliograph.cli.load.result.Summary;
import io.heliograph.cli.shell.Paint;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.DoubleFunction;

/**
 * Two runs, or several of each, side by side. A latency counts as changed if it differs by more
 * than the tolerance and a rank test over blocks of time says that this is no chance; where there
 * are too few blocks, only if the ranges of several runs lie apart.
 *
 * @param rows in the order to show them
 */
record Comparison(List<Row> rows) {
  private static final double CHANCE = 0.01;
  private static final int LEAST_BLOCKS = 5;
  // Of two runs each, a third lies apart by chance.
  private static final int LEAST_RUNS = 3;
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

  private static final Set<Metric> FAULTS =
      EnumSet.of(
          Metric.LOSS_SILENT,
          Metric.LOSS_ANNOUNCED,
          Metric.DUP_LIVE,
          Metric.ORDER_VIOLATIONS,
          Metric.MISROUTED,
          Metric.CORRUPT,
          Metric.USERS_ABSENT);

  /** How a figure has changed. */
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
        hindrances.add("run " + s.run() + " is INVALID: its figures are not the server's");
      }
      if (s.ending() != Summary.Ending.COMPLETE) {
        hindrances.add("run " + s.run() + " did not come to its end: " + s.endedHow());
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

  /** Why runs must not be compared; empty if they may. */
  static List<String> hindrances(Runs a, Runs b) {
    var hindrances = new LinkedHashSet<String>();
    for (Runs.Kept one : a.kept()) {
      for (Runs.Kept other : b.kept()) {
        hindrances.addAll(hindrances(one.summary(), other.summary()));
      }
    }
    return List.copyOf(hindrances);
  }

  /**
   * Compares. Where a side has several runs, its figure is their median, and what lies within the
   * range of the other side's runs is noise.
   *
   * @param tolerance such as 0.1
   */
  static Comparison of(Runs a, Runs b, double tolerance) throws IOException {
    var rows = new ArrayList<Row>();
    for (Timing timing : TIMINGS) {
      for (double percentile : new double[] {50, 99}) {
        List<Double> before = a.percentiles(timing.label(), percentile);
        List<Double> after = b.percentiles(timing.label(), percentile);
        if (before.isEmpty() || after.isEmpty()) {
          continue;
        }
        List<Double> blocksA = a.blocks(timing.label(), percentile);
        List<Double> blocksB = b.blocks(timing.label(), percentile);
        boolean logs = !blocksA.isEmpty() && !blocksB.isEmpty();
        rows.add(
            row(
                timing.label() + " p" + (int) percentile,
                before,
                after,
                logs ? blocksA : List.of(),
                logs ? blocksB : List.of(),
                tolerance));
      }
    }
    for (Metric metric : METRICS) {
      List<Double> before = a.each(summary -> summary.metric(metric));
      List<Double> after = b.each(summary -> summary.metric(metric));
      if (!before.isEmpty() && !after.isEmpty()) {
        rows.add(row(metric, before, after, tolerance));
      }
    }
    return new Comparison(List.copyOf(rows));
  }

  private static Row row(
      String figure,
      List<Double> beforeAll,
      List<Double> afterAll,
      List<Double> a,
      List<Double> b,
      double tolerance) {
    double before = Runs.median(beforeAll);
    double after = Runs.median(afterAll);
    double change = (after - before) / Math.max(1, before);
    Change kind = Change.SAME;
    String why = "";
    if (Math.abs(change) > tolerance) {
      Change changed = change > 0 ? Change.REGRESSION : Change.BETTER;
      if (isNoise(beforeAll, afterAll)) {
        why = noise(beforeAll, afterAll, Spans::micros);
      } else if (a.size() >= LEAST_BLOCKS && b.size() >= LEAST_BLOCKS) {
        double chance = RankTest.probability(a, b);
        kind = chance < CHANCE ? changed : Change.SAME;
        why =
            String.format(
                Locale.ROOT,
                "p%s, %d and %d blocks",
                chance < 0.001 ? "<0.001" : String.format(Locale.ROOT, "=%.3f", chance),
                a.size(),
                b.size());
      } else if (beforeAll.size() >= LEAST_RUNS && afterAll.size() >= LEAST_RUNS) {
        kind = changed;
        why = String.format("%d and %d runs lie apart", beforeAll.size(), afterAll.size());
      } else {
        kind = Change.UNTESTED;
        why = "too few blocks for a test; --repeat " + LEAST_RUNS + " of each tells";
      }
    }
    return new Row(figure, Spans.micros(before), Spans.micros(after), percent(change), kind, why);
  }

  private static Row row(
      Metric metric, List<Double> beforeAll, List<Double> afterAll, double tolerance) {
    // What must not happen must not happen in any run: a median would hide it.
    boolean fault = FAULTS.contains(metric);
    double before = fault ? Runs.most(beforeAll) : Runs.median(beforeAll);
    double after = fault ? Runs.most(afterAll) : Runs.median(afterAll);
    double change =
        before == 0 ? (after == 0 ? 0 : Double.POSITIVE_INFINITY) : (after - before) / before;
    Change kind = Change.SAME;
    String why = "";
    if (Math.abs(change) > tolerance && metric.better() != Better.NEITHER) {
      if (!fault && isNoise(beforeAll, afterAll)) {
        why = noise(beforeAll, afterAll, Spans::number);
      } else {
        kind = (change > 0) == (metric.better() == Better.LESS) ? Change.REGRESSION : Change.BETTER;
      }
    }
    return new Row(
        metric.label(), Spans.number(before), Spans.number(after), percent(change), kind, why);
  }

  /** Only who has measured twice knows how much it varies by itself. */
  private static boolean isNoise(List<Double> before, List<Double> after) {
    return (before.size() > 1 || after.size() > 1) && Runs.overlap(before, after);
  }

  private static String noise(
      List<Double> before, List<Double> after, DoubleFunction<String> shown) {
    return "noise: "
        + shown.apply(Runs.least(before))
        + " to "
        + shown.apply(Runs.most(before))
        + ", "
        + shown.apply(Runs.least(after))
        + " to "
        + shown.apply(Runs.most(after));
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

  /** For a comment in a review. */
  String markdown(String nameA, String nameB) {
    var text = new StringBuilder("| figure | ").append(nameA).append(" | ").append(nameB);
    text.append(" | change | |\n|---|---:|---:|---:|---|\n");
    for (Row row : rows) {
      String kind =
          switch (row.kind) {
            case SAME -> "";
            case UNTESTED -> "?";
            case BETTER -> "better";
            case REGRESSION -> "**regression**";
          };
      text.append(
          "| %s | %s | %s | %s | %s |\n"
              .formatted(row.figure, row.before, row.after, row.change, kind));
    }
    return text.toString();
  }
}
