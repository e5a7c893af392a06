package io.heliograph.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.cli.meter.Timing;
import io.heliograph.cli.meter.Violation;
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

final class ReportFilesTest {
  @TempDir private Path dir;

  @Test
  void theTimelineIsALineASecondForSpreadsheets() throws IOException {
    ReportFiles.write(dir, Summaries.good(), List.of());

    List<String> lines = Files.readAllLines(dir.resolve("timeline.csv"));
    assertThat(lines).hasSize(61);
    assertThat(lines.getFirst()).startsWith("t,users,planned,accepted,delivered,p50,p99,max,");
    assertThat(lines.get(1)).startsWith("1.0,10000.0,2200.0,2200.0,2200.0,2003.0,");
    // In the storm nothing was delivered live: no figure, not a figure of 0.
    assertThat(lines.get(31)).startsWith("31.0,0.0,2200.0,2200.0,400.0,,,,900.0,");
  }

  @Test
  void aCheckpointHasNoPage() throws IOException {
    ReportFiles.checkpoint(dir, Summaries.good(), List.of());

    assertThat(dir.resolve("summary.json")).exists();
    assertThat(dir.resolve("report.html")).doesNotExist();
  }

  @Test
  void whatAnEarlierRunLeftIsTakenAwayAndNothingElse() throws IOException {
    var violation = new Violation("lost", "sim-1", "user", 3, 1, 1, "gone");
    for (String run : List.of("", "1", "5", "rate-4000", "users-12.5")) {
      ReportFiles.write(dir.resolve(run), Summaries.lossy(), List.of(violation));
      Files.writeString(dir.resolve(run).resolve("run.hlog"), "");
    }
    Files.writeString(dir.resolve("summary.json.new"), "cut");
    List<Path> kept =
        List.of(dir.resolve("notes.md"), dir.resolve("5/mine.txt"), dir.resolve("12345/a"));
    for (Path mine : kept) {
      Files.createDirectories(Objects.requireNonNull(mine.getParent()));
      Files.writeString(mine, "mine");
    }

    ReportFiles.clear(dir);

    try (var left = Files.walk(dir)) {
      assertThat(left.filter(Files::isRegularFile)).containsExactlyInAnyOrderElementsOf(kept);
    }
    assertThat(dir.resolve("1")).doesNotExist();
    assertThat(dir.resolve("rate-4000")).doesNotExist();
  }

  @Test
  void thereMayBeNothingToTakeAway() throws IOException {
    ReportFiles.clear(dir.resolve("nowhere"));

    assertThat(dir.resolve("nowhere")).doesNotExist();
  }

  @Test
  void theHeatMapTellsWhenHowManyTookHowLong() throws IOException {
    Path log = log(new long[] {1_500, 1_500, 90}, new long[] {}, new long[] {20_000});

    HeatMap heat = Objects.requireNonNull(HeatMap.of(log, 3));

    assertThat(heat.lowestMicros()).isEqualTo(10);
    assertThat(heat.highestMicros()).isEqualTo(100_000);
    assertThat(heat.columns()).hasSize(3);
    assertThat(at(heat, 0, 1_500)).isEqualTo(2);
    assertThat(at(heat, 0, 90)).isEqualTo(1);
    assertThat(heat.columns().get(1)).containsOnly(0);
    assertThat(at(heat, 2, 20_000)).isEqualTo(1);
    assertThat(heat.most()).isEqualTo(2);
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
  void thePageShowsIt() throws IOException {
    Files.move(log(new long[] {1_500}), dir.resolve("run.hlog"));

    ReportFiles.write(dir, Summaries.good(), List.of());

    assertThat(Files.readString(dir.resolve("report.html"))).contains("<path class='heat h");
  }

  private static long at(HeatMap heat, int column, double micros) {
    return heat.columns()
        .get(column)[
        (int) Math.floor(Math.log10(micros / heat.lowestMicros()) * HeatMap.ROWS_PER_DECADE)];
  }

  /** Each interval is a second long. */
  private Path log(long[]... seconds) throws IOException {
    Path file = dir.resolve("some.hlog");
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
