package io.heliograph.cli.load.result;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.cli.load.meter.Violation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
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
  void whatAnEarlierRunLeftIsTakenAwayAndNothingElse() throws IOException {
    var violation = new Violation("lost", "sim-1", "user", 3, 1, 1, "gone");
    ReportFiles.write(dir, Summaries.lossy(), List.of(violation));
    Files.writeString(dir.resolve("run.hlog"), "");
    Files.writeString(dir.resolve("summary.json.new"), "cut");
    List<Path> kept = List.of(dir.resolve("notes.md"), dir.resolve("shard/summary.json"));
    for (Path mine : kept) {
      Files.createDirectories(Objects.requireNonNull(mine.getParent()));
      Files.writeString(mine, "mine");
    }

    ReportFiles.clear(dir);

    try (var left = Files.walk(dir)) {
      assertThat(left.filter(Files::isRegularFile)).containsExactlyInAnyOrderElementsOf(kept);
    }
  }

  @Test
  void thereMayBeNothingToTakeAway() throws IOException {
    ReportFiles.clear(dir.resolve("nowhere"));

    assertThat(dir.resolve("nowhere")).doesNotExist();
  }
}
