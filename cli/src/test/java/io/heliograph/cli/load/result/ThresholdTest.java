package io.heliograph.cli.load.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ThresholdTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "delivery.live.p99 < 250ms",
        "delivery.live.p99.9<1s",
        "delivery.live.count >= 1000",
        "loss.silent == 0",
        "reconnect.resumedWithoutLoss >= 99.9%",
        "misrouted != 1"
      })
  void isKept(String expression) {
    assertThat(Threshold.parse(expression).check(Summaries.good()).kept()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "delivery.live.max < 100ms",
        "users.count > 10000",
        "reconnect.resumedWithoutLoss < 100%",
        "delivery.slow.p99 < 1s"
      })
  void isNotKept(String expression) {
    assertThat(Threshold.parse(expression).check(Summaries.good()).kept()).isFalse();
  }

  @Test
  void noSamplesKeepNothing() {
    assertThat(Threshold.parse("delivery.slow.p50 < 1m").check(Summaries.good()).shown())
        .isEqualTo("no samples");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "delivery.live.p99 < 250",
        "delivery.live < 250ms",
        "no.such.figure == 0",
        "loss.silent == 5ms",
        "loss.silent < 1%",
        "delivery.live.count > 5ms",
        "delivery.live.p99 < 1.2.3s",
        "loss.silent",
        "delivery.live.p200 < 1s"
      })
  void isRefusedAtOnce(String expression) {
    assertThatThrownBy(() -> Threshold.parse(expression))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(expression);
  }
}
