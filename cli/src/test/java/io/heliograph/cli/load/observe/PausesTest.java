package io.heliograph.cli.load.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class PausesTest {
  @Test
  void aPauseBeforeTheMeasuredSpanStandsByItself() {
    try (var pauses = new Pauses()) {
      long hour = Duration.ofHours(1).toMillis();
      long soon = ManagementFactory.getRuntimeMXBean().getUptime() + hour;
      pauses.measureFrom(System.nanoTime() + hour * 1_000_000);

      pauses.paused(soon - 1000, 9_000_000);
      pauses.paused(soon + 1000, 70);
      pauses.paused(soon + 2000, 30);

      assertThat(pauses.longestBeforeMillis()).isEqualTo(9_000_000);
      assertThat(pauses.longestMillis()).isEqualTo(70);
      assertThat(pauses.sumMillis()).isEqualTo(100);
    }
  }
}
