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
