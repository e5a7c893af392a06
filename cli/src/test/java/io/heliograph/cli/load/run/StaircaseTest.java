package io.heliograph.cli.load.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.cli.load.result.Outcome;
import io.heliograph.cli.load.result.Summary;
import io.heliograph.cli.load.run.Staircase.Step;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which loads a climb tries, and which of them it calls the best. */
final class StaircaseTest {
  @Test
  void theStaircaseDoublesUntilItIsTooMuchAndLooksOnceBetween() throws Exception {
    assertThat(tried(1000, 5500)).containsExactly(1000.0, 2000.0, 4000.0, 8000.0, 6000.0);
    assertThat(climbed(1000, 5500).best().map(Step::load)).contains(4000.0);
    assertThat(climbed(1000, 6500).best().map(Step::load)).contains(6000.0);
  }

  @Test
  void whereTheFirstStepIsTooMuchThereIsNoBest() throws Exception {
    assertThat(tried(1000, 500)).containsExactly(1000.0);
    assertThat(climbed(1000, 500).best()).isEmpty();
  }

  @Test
  void aStepThatAPersonEndedIsTheLast() throws Exception {
    Summary whole = run(Summary.Ending.COMPLETE);
    Summary early = run(Summary.Ending.INTERRUPTED);

    Staircase stairs =
        Staircase.climb(
            1000,
            10,
            load -> true,
            load -> new Step(load, load < 1200, load < 1200 ? whole : early));

    assertThat(stairs.steps().stream().map(Step::load)).containsExactly(1000.0, 2000.0);
  }

  @Test
  void aStepThatThisMachineCannotAskForIsNotTried() throws Exception {
    Summary any = run(Summary.Ending.COMPLETE);

    Staircase stairs =
        Staircase.climb(1000, 10, load -> load < 4000, load -> new Step(load, true, any));

    assertThat(stairs.steps().stream().map(Step::load)).containsExactly(1000.0, 2000.0);
    assertThat(stairs.limited()).isTrue();
  }

  private static List<Double> tried(double first, double limit) throws Exception {
    return climbed(first, limit).steps().stream().map(Step::load).toList();
  }

  private static Staircase climbed(double first, double limit) throws Exception {
    Summary any = run(Summary.Ending.COMPLETE);
    return Staircase.climb(first, 10, load -> true, load -> new Step(load, load <= limit, any));
  }

  private static Summary run(Summary.Ending ending) {
    return new Summary(
        "r",
        java.time.Instant.EPOCH,
        "s",
        List.of(),
        1,
        "1/1",
        ending,
        new io.heliograph.cli.load.meter.Verdict(
            io.heliograph.cli.load.meter.Verdict.State.VALID, List.of()),
        Map.of(),
        Map.of(),
        List.of(),
        Map.of(),
        new Summary.Phases(0, 0, 0, 0),
        List.of(),
        Map.of(),
        List.of(),
        List.of(),
        new Outcome.Kept());
  }
}
