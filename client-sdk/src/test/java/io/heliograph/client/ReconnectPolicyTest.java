package io.heliograph.client;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ReconnectPolicyTest {
  private static final double MOST = Math.nextDown(1.0);
  private final ReconnectPolicy policy =
      ReconnectPolicy.exponential().first(ofSeconds(1)).cap(ofSeconds(10));

  @Test
  void theSpanDoublesUpToTheCap() {
    assertThat(policy.delay(1, 0.5, ZERO)).isEqualTo(ofMillis(500));
    assertThat(policy.delay(2, 0.5, ZERO)).isEqualTo(ofSeconds(1));
    assertThat(policy.delay(4, 0.5, ZERO)).isEqualTo(ofSeconds(4));
    assertThat(policy.delay(5, 0.5, ZERO)).isEqualTo(ofSeconds(5));
    assertThat(policy.delay(Integer.MAX_VALUE, MOST, ZERO)).isEqualTo(ofMillis(9999));
  }

  @Test
  void onlyAFirstSpanOfZeroMeansAtOnce() {
    assertThat(policy.delay(1, 0, ZERO)).isEqualTo(ofMillis(1));
    assertThat(policy.first(ZERO).delay(1, MOST, ZERO)).isZero();
  }

  @Test
  void theServersFloorIsKeptAndStillSpread() {
    assertThat(policy.delay(1, 0, ofSeconds(3))).isEqualTo(ofSeconds(3));
    assertThat(policy.delay(1, 0.5, ofSeconds(3))).isEqualTo(ofMillis(3500));
  }

  @Test
  void oddValuesAreRefused() {
    assertThatThrownBy(() -> policy.first(ofSeconds(11))).hasMessageContaining("first <= cap");
    assertThatThrownBy(() -> policy.maxFailures(-1)).hasMessageContaining("negative");
  }
}
