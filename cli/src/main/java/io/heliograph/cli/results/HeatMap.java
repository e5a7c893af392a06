package io.heliograph.cli.results;

import io.heliograph.cli.load.meter.Timing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;
import org.HdrHistogram.HistogramLogReader;
import org.jspecify.annotations.Nullable;

/**
 * How many deliveries took how long, over time: what percentiles of each second hide, such as two
 * kinds of readers, or a stall that lasts.
 *
 * @param columns of time, each of {@code columnSeconds}; each holds a count for every row
 * @param lowestMicros the lower edge of the lowest row
 */
record HeatMap(List<List<Long>> columns, double columnSeconds, double lowestMicros) {
  /** Rows for a factor of ten. */
  static final int ROWS_PER_DECADE = 10;

  private static final int MOST_COLUMNS = 120;
  private static final int MOST_ROWS = 9 * ROWS_PER_DECADE;

  /** Reads it from the log of a run of so many seconds; null if no delivery was measured. */
  static @Nullable HeatMap of(Path log, double seconds) throws IOException {
    double columnSeconds = Math.max(1, Math.ceil(seconds / MOST_COLUMNS));
    var columns = new ArrayList<long[]>();
    for (int i = 0; i < Math.ceil(seconds / columnSeconds); i++) {
      columns.add(new long[MOST_ROWS]);
    }
    try (var reader = new HistogramLogReader(log.toFile())) {
      while (reader.hasNext()) {
        if (reader.nextIntervalHistogram() instanceof Histogram histogram
            && Timing.DELIVERY_LIVE.label().equals(histogram.getTag())) {
          double middle = (histogram.getStartTimeStamp() + histogram.getEndTimeStamp()) / 2000.0;
          double at = (middle - reader.getStartTimeSec()) / columnSeconds;
          add(histogram, columns.get((int) Math.clamp(at, 0, columns.size() - 1)));
        }
      }
    }
    return cut(columns, columnSeconds);
  }

  private static void add(Histogram histogram, long[] rows) {
    for (HistogramIterationValue value : histogram.recordedValues()) {
      rows[row(value.getValueIteratedTo())] += value.getCountAtValueIteratedTo();
    }
  }

  private static int row(long micros) {
    return Math.clamp(
        (long) Math.floor(Math.log10(Math.max(1.0, (double) micros)) * ROWS_PER_DECADE + 1e-9),
        0,
        MOST_ROWS - 1);
  }

  /** Without the decades that are empty throughout. */
  private static @Nullable HeatMap cut(List<long[]> columns, double columnSeconds) {
    int lowest = MOST_ROWS;
    int highest = -1;
    for (long[] column : columns) {
      for (int row = 0; row < MOST_ROWS; row++) {
        if (column[row] > 0) {
          lowest = Math.min(lowest, row);
          highest = Math.max(highest, row);
        }
      }
    }
    if (highest < 0) {
      return null;
    }
    int from = lowest / ROWS_PER_DECADE * ROWS_PER_DECADE;
    int to = (highest / ROWS_PER_DECADE + 1) * ROWS_PER_DECADE;
    List<List<Long>> cut =
        columns.stream().map(column -> Arrays.stream(column, from, to).boxed().toList()).toList();
    return new HeatMap(cut, columnSeconds, Math.pow(10, from / (double) ROWS_PER_DECADE));
  }

  Map<String, @Nullable Object> tree() {
    return Map.of(
        "columns", columns,
        "columnSeconds", columnSeconds,
        "lowestMicros", lowestMicros,
        "rowsPerDecade", ROWS_PER_DECADE);
  }
}
