package io.heliograph.cli.load.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.cli.load.result.Metric;
import io.heliograph.cli.load.result.Summary;
import io.heliograph.cli.load.run.FaultyServer.Fault;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What keys do to a run, and that its report tells. */
final class SteeringTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Test
  void whatWasDoneByKeysStandsInTheReport() throws Exception {
    try (var server = new FaultyServer(Fault.NONE, 50)) {
      Plans plans =
          Plans.against(server.uri())
              .users(5)
              .rate(100, 0)
              .patient()
              .duration(Duration.ofSeconds(4), Duration.ofSeconds(5));
      var steering = new Steering(plans.plan().load());
      CompletableFuture<Summary> run = start(plans, steering);
      // Before everybody is there a key does nothing.
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                steering.press('s');
                return !steering.departures().isEmpty();
              });
      for (char key : "s+x-p".toCharArray()) {
        steering.press(key);
      }
      Summary summary = run.get();
      steering.press('+'); // It is over.

      String keys = String.valueOf(summary.settings().get("keys"));
      assertThat(keys.replaceAll(" at \\d+:\\d+| in the warm-up", ""))
          .isEqualTo("storm, rate 125/s, rate 100/s, pause");
      assertThat(summary.notes()).contains("departed from the plan by keys: " + keys);
      assertThat(summary.storms()).hasSize(1);
      assertThat(summary.storms().getFirst().cut()).isPositive();
      assertThat(summary.metric(Metric.LOSS_SILENT)).isZero();
      // It was paused almost from the start on.
      assertThat(summary.metric(Metric.PUBLISH_ACCEPTED)).isLessThan(400);
    }
  }

  @Test
  void aRateThatIsRaisedIsKept() throws Exception {
    try (var server = new FaultyServer(Fault.NONE, 50)) {
      Plans plans =
          Plans.against(server.uri())
              .users(5)
              .rate(50, 0)
              .patient()
              .duration(Duration.ofSeconds(4), Duration.ofSeconds(3));
      var steering = new Steering(plans.plan().load());
      CompletableFuture<Summary> run = start(plans, steering);
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                steering.press('+');
                return steering.departures().size() == 10;
              });
      Summary summary = run.get();

      // 50 a second, ten times a quarter more: 465, if this machine has the time.
      assertThat(summary.metric(Metric.PUBLISH_RATE)).isBetween(200.0, 480.0);
    }
  }

  @Test
  void aRunThatNobodyTouchedSaysNothingOfKeys() {
    assertThat(new Steering(Plans.against(java.net.URI.create("http://x")).plan().load()).shown())
        .isEmpty();
  }

  private static CompletableFuture<Summary> start(Plans plans, Steering steering) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return plans.run(new CompletableFuture<>(), steering);
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
  }
}
