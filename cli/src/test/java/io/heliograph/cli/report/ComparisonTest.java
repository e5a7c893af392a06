package io.heliograph.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.cli.Golden;
import io.heliograph.cli.load.meter.Timing;
import io.heliograph.cli.load.result.Metric;
import io.heliograph.cli.load.result.Outcome;
import io.heliograph.cli.load.result.Summaries;
import io.heliograph.cli.load.result.Summary;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Paint;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ComparisonTest {
  @Test
  void anInvalidRunIsNotCompared() {
    assertThat(Comparison.hindrances(Summaries.good(), Summaries.invalid()))
        .singleElement()
        .asString()
        .contains("INVALID");
    assertThat(Comparison.hindrances(Summaries.good(), Summaries.lossy())).isEmpty();
  }

  @Test
  void aRunThatDidNotComeToItsEndIsNotCompared() {
    Summary stopped = Summaries.ended(Summary.Ending.INTERRUPTED);

    assertThat(Comparison.hindrances(Summaries.good(), stopped))
        .containsExactly("run k3x9a1 is incomplete: it was stopped");
  }

  @ParameterizedTest
  @ValueSource(strings = {"engine", "ramp", "warmup", "duration", "offline", "slow-read"})
  void runsOfAnotherPlanAreNotCompared(String setting) {
    assertThat(Comparison.hindrances(Summaries.good(), Summaries.set(setting, "other")))
        .singleElement()
        .asString()
        .startsWith("--" + setting + ": ")
        .endsWith(" there, other here");
  }

  @Test
  void whatDidNotComeToItsEndPassesNoMerge() {
    Summary half = Summaries.ended(Summary.Ending.INTERRUPTED);

    assertThat(code(Merger.merge(List.of(half, Summaries.shard("2/2"))))).isEqualTo(98);
  }

  @Test
  void whatIsNotComparableMayDiffer() {
    assertThat(Comparison.hindrances(Summaries.good(), Summaries.set("drain", "other"))).isEmpty();
  }

  private static int code(Summary summary) {
    return ExitCode.of(summary.outcome()).code();
  }

  @Test
  void aLatencyBeyondTheToleranceHasChanged() {
    Comparison slower = Comparison.of(Summaries.slowed(1), Summaries.slowed(2), 0.1);
    Comparison faster = Comparison.of(Summaries.slowed(2), Summaries.slowed(1), 0.1);

    assertThat(row(slower, "delivery.live p99").kind()).isEqualTo(Comparison.Change.REGRESSION);
    assertThat(row(slower, "delivery.live p99").change()).isEqualTo("+100.0 %");
    assertThat(row(faster, "delivery.live p99").kind()).isEqualTo(Comparison.Change.BETTER);
    assertThat(Comparison.of(Summaries.slowed(1), Summaries.slowed(2), 1.5).regressions()).isZero();
  }

  @Test
  void comparedRunsLookAsWritten() {
    Comparison comparison = Comparison.of(Summaries.good(), Summaries.lossy(), 0.1);

    List<String> lines = comparison.lines("before", "after", Paint.OFF);
    assertThat(lines).allMatch(line -> line.length() <= 80);
    assertThat(String.join("\n", lines))
        .isEqualTo(Golden.of(ComparisonTest.class, "compare.txt", lines));
  }

  @Test
  void shardsAddUp() {
    Summary merged = Merger.merge(List.of(Summaries.shard("1/2"), Summaries.shard("2/2")));

    assertThat(merged.metric(Metric.USERS_COUNT)).isEqualTo(20_000);
    assertThat(merged.metric(Metric.RECONNECT_WITHOUT_LOSS)).isEqualTo(1);
    assertThat(merged.latency(Timing.DELIVERY_LIVE).getTotalCount()).isEqualTo(2 * 536_129);
    assertThat(merged.latency(Timing.DELIVERY_LIVE).getValueAtPercentile(99))
        .isEqualTo(Summaries.good().latency(Timing.DELIVERY_LIVE).getValueAtPercentile(99));
    assertThat(merged.timeline().getFirst().users()).isEqualTo(20_000);
    assertThat(merged.outcome()).isEqualTo(new Outcome.Kept());
  }

  @Test
  void theSameShardTwiceIsRefused() {
    assertThatThrownBy(() -> Merger.merge(List.of(Summaries.shard("1/2"), Summaries.shard("1/2"))))
        .hasMessageContaining("1/2 is there twice");
  }

  @Test
  void theWorstVerdictWins() {
    Summary bad = Summaries.invalid();
    Summary other = Summaries.shard("2/2");

    assertThat(code(Merger.merge(List.of(other, bad)))).isEqualTo(98);
  }

  @Test
  void aMetricThatGotWorseIsARegressionAndOneThatGotBetterIsNone() throws Exception {
    Comparison worse =
        Comparison.of(Summaries.with("loss.silent", 0), Summaries.with("loss.silent", 3), 0.1);
    Comparison better =
        Comparison.of(
            Summaries.with("server.cpuPerDelivery", 390),
            Summaries.with("server.cpuPerDelivery", 300),
            0.1);

    assertThat(row(worse, "loss.silent").kind()).isEqualTo(Comparison.Change.REGRESSION);
    assertThat(row(better, "server.cpuPerDelivery").kind()).isEqualTo(Comparison.Change.BETTER);
    assertThat(better.regressions()).isZero();
  }

  private static Comparison.Row row(Comparison comparison, String figure) {
    return comparison.rows().stream()
        .filter(row -> row.figure().equals(figure))
        .findFirst()
        .orElseThrow();
  }
}
