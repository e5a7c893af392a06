package io.heliograph.cli.load.observe;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ExpositionTest {
  private static final Exposition PAGE =
      Exposition.parse(
          """
          # HELP heliograph_connections streams
          # TYPE heliograph_connections gauge
          heliograph_connections 12
          heliograph_connections_max 99
          closes_total{reason="drain"} 3
          closes_total{reason="write-timeout"} 4 1700000000
          jvm_memory_used_bytes{area="heap",id="Eden, old"} 1.5E6
          jvm_memory_used_bytes{area="nonheap",id="x"} 7
          bucket{le="+Inf"} +Inf
          rubbish
          """);

  @Test
  void aFigureIsTheSumOverItsLabels() {
    assertThat(PAGE.sum("heliograph_connections", "")).isEqualTo(12);
    assertThat(PAGE.sum("closes_total", "")).isEqualTo(7);
    assertThat(PAGE.sum("closes_total", "reason=\"write-timeout\"")).isEqualTo(4);
    assertThat(PAGE.sum("jvm_memory_used_bytes", "area=\"heap\"")).isEqualTo(1_500_000);
  }

  @Test
  void whatIsNotThereIsNoFigure() {
    assertThat(PAGE.sum("closes", "")).isNaN();
    assertThat(PAGE.sum("rubbish", "")).isNaN();
  }
}
