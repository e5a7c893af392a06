package io.heliograph.cli.publish;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PacerTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final Pacer pacer = new Pacer(50, 0);

  @Test
  void eventsAreDueAtTheRateAndTheFirstAtOnce() {
    assertThat(pacer.due(0)).isEqualTo(1);
    pacer.sent(1);
    assertThat(pacer.due(0)).isZero();
    assertThat(pacer.waitNanos()).isEqualTo(SECOND / 50);
    assertThat(pacer.due(SECOND / 10)).isEqualTo(5);
  }

  @Test
  void whatIsLateIsMadeUpForButNoMoreThanASecond() {
    pacer.sent(1);
    assertThat(pacer.due(SECOND / 2)).isEqualTo(25);
    assertThat(pacer.due(60 * SECOND)).isEqualTo(50);
  }

  @Test
  void aSlowRateIsAsSlow() {
    var slow = new Pacer(0.1, 0);
    slow.sent(slow.due(0));

    assertThat(slow.due(9 * SECOND)).isZero();
    assertThat(slow.waitNanos()).isBetween(SECOND, SECOND + 1000);
    assertThat(slow.due(11 * SECOND)).isEqualTo(1);
  }
}
