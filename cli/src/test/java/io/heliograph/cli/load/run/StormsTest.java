package io.heliograph.cli.load.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.cli.load.plan.Storm;
import io.heliograph.cli.load.result.Outcome;
import io.heliograph.cli.load.result.Summary;
import io.heliograph.cli.load.result.Summary.Ending;
import io.heliograph.cli.load.run.FaultyServer.Fault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What storms tell of themselves, and that they end. */
final class StormsTest {
  @TempDir private Path dir;

  @Test
  void whoStopsARunSeesNoFurtherStorm() throws Exception {
    try (var server = new FaultyServer(Fault.NONE, 50)) {
      Path touched = dir.resolve("touched");

      Summary summary =
          Plans.against(server.uri())
              .storms(new Storm.Run(Duration.ofSeconds(60), "touch '" + touched + "'"))
              .run(CompletableFuture.completedFuture(new Outcome.Interrupted(2)));

      assertThat(summary.ending()).isEqualTo(Ending.INTERRUPTED);
      assertThat(touched).doesNotExist();
      assertThat(summary.storms()).isEmpty();
    }
  }
}
