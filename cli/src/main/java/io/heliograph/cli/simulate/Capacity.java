package io.heliograph.cli.simulate;

import io.heliograph.cli.load.meter.Timing;
import io.heliograph.cli.load.meter.Verdict;
import io.heliograph.cli.load.plan.Plan.Climb;
import io.heliograph.cli.load.result.Metric;
import io.heliograph.cli.load.result.Spans;
import io.heliograph.cli.load.result.Summary;
import io.heliograph.cli.load.result.SummaryJson;
import io.heliograph.cli.load.result.Threshold;
import io.heliograph.cli.load.run.Staircase;
import io.heliograph.cli.load.run.Staircase.Step;
import io.heliograph.cli.option.OutputFormat;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Shell;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Says how much was held: the steps of a climb, and the last good one. */
record Capacity(Shell shell, Climb climb, Staircase stairs) {
  /**
   * Prints it: as JSON the summary of the last good step.
   *
   * @param place of that step's report; null if there is none
   */
  ExitCode shown(OutputFormat output, @Nullable Path place) {
    Step last = stairs.best().orElse(stairs.steps().getFirst());
    try {
      if (output == OutputFormat.json) {
        shell.out().line(SummaryJson.write(last.summary(), false));
      } else {
        for (String line : lines(place)) {
          shell.out().line(shell.symbols().of(line));
        }
      }
    } catch (IOException e) {
      // Nobody reads it; the reports are written all the same.
    }
    if (stairs.steps().stream().anyMatch(s -> s.summary().ending() == Summary.Ending.INTERRUPTED)) {
      return ExitCode.of(stairs.steps().getLast().summary().outcome());
    }
    return ExitCode.of(last.summary().outcome());
  }

  private List<String> lines(@Nullable Path place) {
    var lines = new ArrayList<String>();
    stairs.steps().stream()
        .sorted(Comparator.comparingDouble(Step::load))
        .forEach(step -> lines.addAll(lines(climb, step)));
    lines.add(
        stairs
            .best()
            .map(
                step ->
                    "held       "
                        + load(climb, step.load())
                        + (stairs.limited() ? "; this machine cannot generate more" : ""))
            .orElse("held       not even the first step"));
    if (place != null) {
      lines.add("report     " + place.resolve("report.html"));
    }
    return lines;
  }

  static List<String> lines(Climb climb, Step step) {
    Summary summary = step.summary();
    Histogram live = summary.latency(Timing.DELIVERY_LIVE);
    var lines = new ArrayList<String>();
    lines.add(
        "%s %-14s %s deliveries/s  p50 %s  p99 %s  max %s"
            .formatted(
                step.good() ? "✓" : "✗",
                load(climb, step.load()),
                Spans.number(Math.round(summary.metric(Metric.DELIVERY_RATE))),
                Spans.micros(live.getValueAtPercentile(50)),
                Spans.micros(live.getValueAtPercentile(99)),
                Spans.micros(live.getMaxValue())));
    if (!step.good()) {
      why(summary).forEach(reason -> lines.add("  " + reason));
    }
    return lines;
  }

  private static List<String> why(Summary summary) {
    if (summary.verdict().state() == Verdict.State.INVALID) {
      return summary.verdict().reasons().stream()
          .map(reason -> "the generator was the limit: " + reason)
          .toList();
    }
    if (summary.ending() == Summary.Ending.INTERRUPTED) {
      return List.of("stopped");
    }
    return summary.thresholds().stream()
        .filter(result -> !result.kept())
        .map((Threshold.Result result) -> result.expression() + " (" + result.shown() + ")")
        .toList();
  }

  private static String load(Climb climb, double load) {
    return Spans.number(Math.round(load)) + (climb == Climb.rate ? "/s" : " users");
  }
}
