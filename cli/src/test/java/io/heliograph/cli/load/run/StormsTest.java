package io.heliograph.cli.load.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.cli.load.meter.Count;
import io.heliograph.cli.load.meter.Meter;
import io.heliograph.cli.load.plan.Storm;
import io.heliograph.cli.load.result.Outcome;
import io.heliograph.cli.load.result.Summary;
import io.heliograph.cli.load.result.Summary.Ending;
import io.heliograph.cli.load.run.FaultyServer.Fault;
import io.heliograph.cli.load.users.Storms;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What storms tell of themselves, and that they end. */
final class StormsTest {
  @TempDir private Path dir;

  @Test
  void thePeakIsOfOneSecondHoweverLongTheCommandTakes() throws Exception {
    var meter = new Meter("r", System.nanoTime());
    var restart = new Storm.Run(Duration.ZERO, "sleep 3"); // A server that takes its time.
    try (var ticker = Executors.newSingleThreadScheduledExecutor();
        var storms =
            new Storms(List.of(restart), List.of(), meter, System.nanoTime(), 1, said -> {})) {
      Future<?> returns =
          ticker.scheduleAtFixedRate(
              () -> {
                meter.count(Count.DISCONNECTED);
                meter.count(Count.RECONNECTED);
              },
              100,
              100,
              TimeUnit.MILLISECONDS);
      await().atMost(Duration.ofSeconds(30)).until(storms::over);
      returns.cancel(false);

      assertThat(storms.results())
          .singleElement()
          .satisfies(storm -> assertThat(storm.peakPerSecond()).isBetween(5.0, 20.0))
          .satisfies(storm -> assertThat(storm.backSeconds()).isGreaterThan(2.9));
    }
  }

  @Test
  void whoStopsARunSeesNoFurtherStorm() throws Exception {
    try (var server = new FaultyServer(Fault.NONE, 50)) {
      Path touched = dir.resolve("touched");

      Summary summary =
          Plans.against(server.uri())
              .storms(new Storm.Run(Duration.ofSeconds(1), "touch '" + touched + "'"))
              .run(CompletableFuture.completedFuture(new Outcome.Interrupted(2)));

      assertThat(summary.ending()).isEqualTo(Ending.INTERRUPTED);
      assertThat(touched).doesNotExist();
      assertThat(summary.storms()).isEmpty();
    }
  }

  @Test
  void whoStopsARunWaitsTenSecondsAtMost() throws Exception {
    try (var server = new FaultyServer(Fault.DROP, 1)) {
      var stop = new CompletableFuture<Outcome>();
      stop.completeOnTimeout(new Outcome.Interrupted(2), 2, TimeUnit.SECONDS);

      Summary summary =
          Plans.against(server.uri())
              .duration(Duration.ofHours(1), Duration.ofMinutes(1))
              .run(stop);

      assertThat(summary.metric(io.heliograph.cli.load.result.Metric.LOSS_SILENT)).isPositive();
      assertThat(summary.phases().drained() - summary.phases().measured()).isBetween(9.0, 15.0);
    }
  }
}
