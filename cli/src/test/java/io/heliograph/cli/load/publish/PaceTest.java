package io.heliograph.cli.load.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.cli.load.meter.Cohort;
import io.heliograph.cli.load.meter.Count;
import io.heliograph.cli.load.meter.Meter;
import io.heliograph.cli.load.meter.UserMeter;
import io.heliograph.cli.load.plan.Plan.Arrivals;
import io.heliograph.cli.load.plan.Plan.Load;
import io.heliograph.cli.load.plan.Target;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PaceTest {
  /** On a busy machine its thread may get no time until the end. */
  @Test
  void whatIsDueBeforeTheEndIsPlannedHoweverLateItIs() throws Exception {
    long end = System.nanoTime();
    var meter = new Meter("r", end);
    var user = new UserMeter(meter, 0, "ann", Cohort.NORMAL, true);
    Target nobody = Target.heliograph(URI.create("http://127.0.0.1:1"), List.of());
    try (var lanes = new Lanes(nobody, meter, 1, 100, Duration.ofDays(1), List.of())) {
      var load = new Load(1_000, 0, 100, Arrivals.uniform);

      new Pace(lanes, List.of(user), load, end - 1_000_000_000, end, 1).close();

      assertThat(meter.get(Count.PUBLISH_PLANNED)).isEqualTo(1_000);
    }
  }
}
