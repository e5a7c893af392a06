package io.heliograph.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.heliograph.cli.load.meter.Timing;
import io.heliograph.cli.load.result.Metric;
import io.heliograph.cli.load.result.Outcome;
import io.heliograph.cli.load.result.Summaries;
import io.heliograph.cli.load.result.Summary;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Paint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ComparisonTest {
  @Test
  void theRankTestIsThatOfTheBooks() {
    // Computed with R: wilcox.test(1:10, 6:15, exact = FALSE).
    assertThat(RankTest.probability(numbers(1, 10), numbers(6, 15)))
        .isCloseTo(0.00505, within(0.0008));
  }

  @Test
  void equalRunsAreNoDifference() {
    assertThat(RankTest.probability(numbers(1, 20), numbers(1, 20))).isGreaterThan(0.9);
    assertThat(RankTest.probability(List.of(3.0, 3.0), List.of(3.0, 3.0))).isEqualTo(1);
    assertThat(RankTest.probability(List.of(), numbers(1, 5))).isEqualTo(1);
  }

  @Test
  void oneOutlierIsNoDifference() {
    var slowOnce = new java.util.ArrayList<>(numbers(1, 19));
    slowOnce.add(1e9);

    assertThat(RankTest.probability(numbers(1, 20), slowOnce)).isGreaterThan(0.5);
  }

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
  void aDifferenceThatCannotBeTestedIsNoRegression() throws Exception {
    // No logs: there are no blocks of time to test with.
    Comparison comparison = Comparison.of(slowed(1), slowed(2), 0.1);

    assertThat(row(comparison, "delivery.live p99").kind()).isEqualTo(Comparison.Change.UNTESTED);
    assertThat(row(comparison, "delivery.live p99").change()).isEqualTo("+100.0 %");
    assertThat(comparison.regressions()).isZero();
    assertThat(comparison.lines("a", "b", Paint.OFF))
        .anyMatch(line -> line.matches("delivery.live p99 .* \\+100.0 %  \\?"));
  }

  @Test
  void aDifferenceOfAllBlocksIsARegressionAndOneOfFewIsChance(@TempDir Path dir) throws Exception {
    Comparison.Run before = logged(dir.resolve("before"), 1, 60);
    Comparison.Run slower = logged(dir.resolve("slower"), 2, 60);
    Comparison.Run slowAtTheEnd = logged(dir.resolve("end"), 2, 4);

    Comparison.Row row = row(Comparison.of(before, slower, 0.1), "delivery.live p99");
    assertThat(row.kind()).isEqualTo(Comparison.Change.REGRESSION);
    assertThat(row.why()).isEqualTo("p<0.001, 24 and 24 blocks");
    row = row(Comparison.of(before, slowAtTheEnd, 0.1), "delivery.live p99");
    assertThat(row.kind()).isEqualTo(Comparison.Change.SAME);
    assertThat(row.change()).isEqualTo("+100.0 %");
    assertThat(row(Comparison.of(slower, before, 0.1), "delivery.live p99").kind())
        .isEqualTo(Comparison.Change.BETTER);
  }

  /** A run with a log, of which the last seconds were so many times as slow. */
  private static Comparison.Run logged(Path log, int factor, int slowSeconds) throws IOException {
    var seconds = new long[60][100];
    for (int i = 0; i < 60; i++) {
      Arrays.fill(seconds[i], 2000L * (i >= 60 - slowSeconds ? factor : 1));
    }
    return new Comparison.Run(Summaries.slowed(factor), ReportPageTest.log(log, seconds));
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
    Comparison worse = Comparison.of(with("loss.silent", 0), with("loss.silent", 3), 0.1);
    Comparison better =
        Comparison.of(with("server.cpuPerDelivery", 390), with("server.cpuPerDelivery", 300), 0.1);

    assertThat(row(worse, "loss.silent").kind()).isEqualTo(Comparison.Change.REGRESSION);
    assertThat(row(better, "server.cpuPerDelivery").kind()).isEqualTo(Comparison.Change.BETTER);
    assertThat(better.regressions()).isZero();
  }

  /** A run without a log whose latencies are so many times those of the good one. */
  private static Comparison.Run slowed(int factor) {
    return new Comparison.Run(Summaries.slowed(factor), null);
  }

  private static Comparison.Run with(String metric, double value) {
    return new Comparison.Run(Summaries.with(metric, value), null);
  }

  private static Comparison.Row row(Comparison comparison, String figure) {
    return comparison.rows().stream()
        .filter(row -> row.figure().equals(figure))
        .findFirst()
        .orElseThrow();
  }

  private static List<Double> numbers(int from, int to) {
    return IntStream.rangeClosed(from, to).mapToObj(n -> (double) n).toList();
  }
}
