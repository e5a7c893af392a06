package io.heliograph.cli.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.cli.load.meter.Timing;
import io.heliograph.cli.load.plan.SimulatePlan.EngineKind;
import io.heliograph.cli.load.result.Metric;
import io.heliograph.cli.load.result.Summary;
import io.heliograph.cli.load.result.Threshold;
import io.heliograph.cli.load.run.Calibration;
import io.heliograph.cli.load.run.Calibration.Point;
import io.heliograph.cli.load.run.Plans;
import io.heliograph.cli.load.run.Staircase;
import io.heliograph.cli.load.run.Staircase.Step;
import io.heliograph.cli.shell.Shell;
import io.heliograph.cli.shell.Terminals;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the generator can do by itself, how it is kept, and what it says of a run. */
final class CalibrationTest {
  @ParameterizedTest
  @EnumSource
  void theServerThatDoesNothingPassesEverythingOn(EngineKind engine) throws Exception {
    try (var server = new NullServer()) {
      Summary summary = Plans.against(server.uri()).engine(engine).rate(400, 5).run();

      assertThat(summary.metric(Metric.DELIVERY_SEEN)).isEqualTo(800 + 20 * 10);
      assertThat(summary.latency(Timing.DELIVERY_LIVE).getTotalCount()).isEqualTo(1000);
      assertThat(summary.thresholds())
          .hasSize(Threshold.defaults(true).size())
          .allMatch(result -> result.kept());
    }
  }

  @Test
  void aRunIsHeldAgainstTheNearestLoad() {
    Calibration calibration = calibration(2);

    assertThat(calibration.floor(900, 5000).p99Us()).isEqualTo(800);
    assertThat(calibration.floor(3900, 5000).p99Us()).isEqualTo(1500);
    assertThat(calibration.floor(1, 5000).rate()).isEqualTo(1000);
  }

  @Test
  void aRunWithinTwiceTheFloorIsLimitedByTheGenerator() {
    assertThat(calibration(2).floor(1000, 1599).limits()).isTrue();
    assertThat(calibration(2).floor(1000, 1600).limits()).isFalse();
  }

  @Test
  void itIsKeptInTheCacheOfTheUserByEngine(@TempDir Path cache) throws IOException {
    var calibrations = new Calibrations(shell(cache));
    Calibration mine = calibration(Runtime.getRuntime().availableProcessors());

    calibrations.keep(mine);

    assertThat(calibrations.find(EngineKind.raw)).contains(mine);
    assertThat(calibrations.find(EngineKind.sdk)).isEmpty();
    assertThat(calibrations.file(EngineKind.raw)).startsWith(cache.resolve("sse-cli")).exists();
  }

  @Test
  void thatOfAnotherMachineOrABrokenFileIsNone(@TempDir Path cache) throws IOException {
    var calibrations = new Calibrations(shell(cache));

    calibrations.keep(calibration(Runtime.getRuntime().availableProcessors() + 1));
    assertThat(calibrations.find(EngineKind.raw)).isEmpty();

    Files.writeString(calibrations.file(EngineKind.raw), "{\"schema\":");
    assertThat(calibrations.find(EngineKind.raw)).isEmpty();
  }

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
  void aStepThatAThresholdEndedIsTooMuchAndOneThatAPersonEndedIsTheLast() throws Exception {
    assertThat(triedUntil(Summary.Ending.THRESHOLD)).containsExactly(1000.0, 2000.0, 1500.0);
    assertThat(triedUntil(Summary.Ending.INTERRUPTED)).containsExactly(1000.0, 2000.0);
  }

  private static List<Double> triedUntil(Summary.Ending ending) throws Exception {
    Summary whole = emptyRun();
    Summary early = whole.endedBy(ending, io.heliograph.cli.shell.ExitCode.THRESHOLDS);
    Staircase stairs =
        Staircase.<IOException>climb(
            1000, 10, load -> new Step(load, load < 1200, load < 1200 ? whole : early));
    return stairs.steps().stream().map(Step::load).toList();
  }

  private static List<Double> tried(double first, double limit) throws Exception {
    return climbed(first, limit).steps().stream().map(Step::load).toList();
  }

  private static Staircase climbed(double first, double limit) throws Exception {
    Summary any = emptyRun();
    return Staircase.<IOException>climb(first, 10, load -> new Step(load, load <= limit, any));
  }

  private static Summary emptyRun() {
    return new Summary(
        "r",
        java.time.Instant.EPOCH,
        "s",
        Map.of(),
        1,
        "1/1",
        Summary.Ending.COMPLETE,
        new io.heliograph.cli.load.meter.Verdict(
            io.heliograph.cli.load.meter.Verdict.State.VALID, List.of()),
        Map.of(),
        Map.of(),
        List.of(),
        Map.of(),
        new Summary.Phases(0, 0, 0, 0),
        List.of(),
        Map.of(),
        null,
        List.of(),
        List.of(),
        0);
  }

  private static Calibration calibration(int processors) {
    return new Calibration(
        "here",
        EngineKind.raw,
        processors,
        "25",
        "2026-10-03T12:00:00Z",
        4000,
        new ArrayList<>(
            List.of(
                new Point(1000, 1000, 200, 800),
                new Point(1000, 2000, 210, 1000),
                new Point(1000, 4000, 300, 1500))));
  }

  private static Shell shell(Path cache) {
    return new Shell(
        new Terminals(false, false, false),
        Map.of("XDG_CACHE_HOME", cache.toString()),
        OutputStream.nullOutputStream(),
        OutputStream.nullOutputStream());
  }
}
