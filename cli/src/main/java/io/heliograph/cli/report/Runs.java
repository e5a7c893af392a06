package io.heliograph.cli.report;

import io.heliograph.cli.load.result.ReportFiles;
import io.heliograph.cli.load.result.Summary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * One run, or several of the same plan, whose differences are noise.
 *
 * @param kept at least one
 */
record Runs(List<Kept> kept) {
  /**
   * One run as it was kept.
   *
   * @param log of histograms; null where there is none
   */
  record Kept(Summary summary, @Nullable Path log) {}

  /** A single run. */
  static Runs of(Summary summary, @Nullable Path log) {
    return new Runs(List.of(new Kept(summary, log)));
  }

  /**
   * Reads a report, or those that {@code simulate --repeat} left in {@code 1}, {@code 2}, …
   *
   * @throws IOException with a message for people
   */
  static Runs read(Path path) throws IOException {
    List<Path> numbered = ReportFiles.numbered(path);
    if (numbered.isEmpty()) {
      return of(ReportFiles.read(path), ReportFiles.log(path));
    }
    var kept = new ArrayList<Kept>();
    for (Path run : numbered) {
      kept.add(new Kept(ReportFiles.read(run), ReportFiles.log(run)));
    }
    return new Runs(List.copyOf(kept));
  }

  Summary first() {
    return kept.getFirst().summary;
  }

  /** A figure of each run; empty if one of them has it not. */
  List<Double> each(ToDoubleFunction<Summary> figure) {
    List<Double> values = kept.stream().map(k -> figure.applyAsDouble(k.summary)).toList();
    return values.stream().anyMatch(value -> value.isNaN()) ? List.of() : values;
  }

  /** A percentile of each run in µs; empty if one of them has too few samples for it. */
  List<Double> percentiles(String timing, double percentile) {
    return each(
        summary -> {
          Histogram histogram = summary.latencies().get(timing);
          return histogram == null || SummaryText.percentile(histogram, percentile).equals("-")
              ? Double.NaN
              : histogram.getValueAtPercentile(percentile);
        });
  }

  /** The percentile of each block of time, of all runs; empty if one of them kept no log. */
  List<Double> blocks(String timing, double percentile) throws IOException {
    var blocks = new ArrayList<Double>();
    for (Kept run : kept) {
      if (run.log == null) {
        return List.of();
      }
      blocks.addAll(Blocks.percentiles(run.log, timing, percentile, run.summary.phases()));
    }
    return blocks;
  }

  static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  static double least(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).min().orElse(Double.NaN);
  }

  static double most(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).max().orElse(Double.NaN);
  }

  /** Whether what was seen on one side was seen on the other, too. */
  static boolean overlap(List<Double> a, List<Double> b) {
    return least(a) <= most(b) && least(b) <= most(a);
  }
}
