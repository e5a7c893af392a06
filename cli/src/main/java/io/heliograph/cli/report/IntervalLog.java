package io.heliograph.cli.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.ObjDoubleConsumer;
import org.HdrHistogram.EncodableHistogram;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;

/** Reads {@code run.hlog}: the histograms of each second of a run. */
final class IntervalLog {
  private IntervalLog() {}

  /**
   * Visits each interval of a tag, in the order of the log.
   *
   * @param visitor takes the interval, and its middle in seconds since the start of the run
   */
  static void read(Path log, String tag, ObjDoubleConsumer<Histogram> visitor) throws IOException {
    try (var reader = new HistogramLogReader(log.toFile())) {
      while (reader.hasNext()) {
        EncodableHistogram next = reader.nextIntervalHistogram();
        if (next instanceof Histogram histogram && tag.equals(histogram.getTag())) {
          double middle = (histogram.getStartTimeStamp() + histogram.getEndTimeStamp()) / 2000.0;
          visitor.accept(histogram, middle - reader.getStartTimeSec());
        }
      }
    }
  }
}
