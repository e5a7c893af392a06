package io.heliograph.cli.report;

import io.heliograph.cli.load.result.Summary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * The measured span of a run, cut into blocks whose percentiles can be compared by rank. Blocks,
 * because single events are no independent samples: all that fall into one stall are late together.
 */
final class Blocks {
  private static final int MOST = 24;
  private static final int LEAST_SAMPLES = 100;

  private Blocks() {}

  /**
   * The percentile of each block in µs, in order; blocks with next to no samples are left out.
   *
   * @param log a log of histograms, one interval a second
   */
  static List<Double> percentiles(Path log, String tag, double percentile, Summary.Phases phases)
      throws IOException {
    double span = phases.measured() - phases.warmup();
    double length = Math.max(1, span / MOST);
    int count = Math.max(1, (int) Math.floor(span / length + 1e-9));
    var blocks = new ArrayList<Histogram>();
    for (int i = 0; i < count; i++) {
      blocks.add(new Histogram(3));
    }
    IntervalLog.read(
        log,
        tag,
        (histogram, middle) -> {
          int block = (int) Math.floor((middle - phases.warmup()) / length);
          if (block >= 0 && block < count) {
            blocks.get(block).add(histogram);
          }
        });
    return blocks.stream()
        .filter(block -> block.getTotalCount() >= LEAST_SAMPLES)
        .map(block -> (double) block.getValueAtPercentile(percentile))
        .toList();
  }
}
