package io.heliograph.cli.report;

import java.io.IOException;
import java.nio.file.Path;
import org.HdrHistogram.EncodableHistogram;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;

/** Reads {@code run.hlog}: the histograms of each second of a run. */
final class IntervalLog {
  private IntervalLog() {}

  interface Visitor {
    /**
     * Called in the order of the log.
     *
     * @param middle of the interval, in seconds since the start of the run
     */
    void interval(double middle, Histogram histogram);
  }

  static void read(Path log, String tag, Visitor visitor) throws IOException {
    try (var reader = new HistogramLogReader(log.toFile())) {
      while (reader.hasNext()) {
        EncodableHistogram next = reader.nextIntervalHistogram();
        if (next instanceof Histogram histogram && tag.equals(histogram.getTag())) {
          double middle = (histogram.getStartTimeStamp() + histogram.getEndTimeStamp()) / 2000.0;
          visitor.interval(middle - reader.getStartTimeSec(), histogram);
        }
      }
    }
  }
}
