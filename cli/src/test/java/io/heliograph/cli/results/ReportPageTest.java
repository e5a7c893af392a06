package io.heliograph.cli.results;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.cli.load.meter.Timing;
import io.heliograph.cli.load.result.Summaries;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReportPageTest {
  @TempDir private Path dir;

  @Test
  void theHeatMapTellsWhenHowManyTookHowLong() throws IOException {
    Path log = log(new long[] {1_500, 1_500, 90}, new long[] {}, new long[] {20_000});

    HeatMap heat = Objects.requireNonNull(HeatMap.of(log, 3));

    assertThat(heat.lowestMicros()).isEqualTo(10);
    assertThat(heat.columns().getFirst()).hasSize(4 * HeatMap.ROWS_PER_DECADE); // up to 100 ms
    assertThat(heat.columns()).hasSize(3);
    assertThat(at(heat, 0, 1_500)).isEqualTo(2);
    assertThat(at(heat, 0, 90)).isEqualTo(1);
    assertThat(heat.columns().get(1)).containsOnly(0L);
    assertThat(at(heat, 2, 20_000)).isEqualTo(1);
  }

  @Test
  void ofAnHourAColumnIsHalfAMinute() throws IOException {
    HeatMap heat = Objects.requireNonNull(HeatMap.of(log(new long[] {5}), 3600));

    assertThat(heat.columns()).hasSize(120);
    assertThat(heat.columnSeconds()).isEqualTo(30);
  }

  @Test
  void aRunWithoutDeliveriesHasNoHeatMap() throws IOException {
    assertThat(HeatMap.of(log(new long[] {}), 3)).isNull();
  }

  @Test
  void thePageHoldsAllThatItNeeds() throws IOException {
    Files.move(log(new long[] {1_500}), dir.resolve("run.hlog"));

    ReportPage.write(dir, Summaries.good(), List.of());

    String page = Files.readString(dir.resolve("report.html"));
    assertThat(page)
        .contains("<title>Load test storm: VALID</title>")
        .contains("default-src 'none'")
        .contains("uPlot", "Permission is hereby granted, free of charge")
        .contains("\"schema\":\"sse-cli/summary/1\"")
        .contains("\"heat\":{")
        .doesNotContain("{{", " src=", "<link", "@import", "url(");
  }

  @Test
  void aRunBesideItIsInThePageToo() throws IOException {
    String page = ReportPage.of(Summaries.good(), null, Summaries.slowed(3));

    assertThat(page.split("\"schema\":", -1)).hasSize(3);
    assertThat(page).doesNotContain("\"heat\":{");
  }

  private static long at(HeatMap heat, int column, double micros) {
    return heat.columns()
        .get(column)
        .get((int) Math.floor(Math.log10(micros / heat.lowestMicros()) * HeatMap.ROWS_PER_DECADE));
  }

  private Path log(long[]... seconds) throws IOException {
    return log(dir.resolve("some.hlog"), seconds);
  }

  /** Each interval is a second long. */
  static Path log(Path file, long[]... seconds) throws IOException {
    try (var out = new PrintStream(Files.newOutputStream(file))) {
      var writer = new HistogramLogWriter(out);
      writer.outputLogFormatVersion();
      writer.outputStartTime(1_790_000_000_000L);
      writer.setBaseTime(1_790_000_000_000L);
      for (int i = 0; i < seconds.length; i++) {
        for (Timing timing : List.of(Timing.DELIVERY_LIVE, Timing.PUBLISH_ACK)) {
          var histogram = new Histogram(3);
          for (long value : seconds[i]) {
            histogram.recordValue(timing == Timing.DELIVERY_LIVE ? value : 1);
          }
          histogram.setTag(timing.label());
          writer.outputIntervalHistogram(i, i + 1, histogram, 1.0);
        }
      }
    }
    return file;
  }
}
