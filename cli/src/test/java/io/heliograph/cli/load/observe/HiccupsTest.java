package io.heliograph.cli.load.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.cli.load.meter.Meter;
import io.heliograph.cli.load.meter.Timing;
import org.junit.jupiter.api.Test;

/** When a hiccup counts, and how; the clock is far in the future, where no real one is. */
final class HiccupsTest {
  private static final long MS = 1_000_000;

  private final Meter meter = new Meter("r", System.nanoTime());
  private final long measureFrom = System.nanoTime() + 3_600_000 * MS;

  @Test
  void beforeTheMeasuredSpanTheLongestIsKept() throws InterruptedException {
    try (var hiccups = new Hiccups(meter)) {
      hiccups.measureFrom(measureFrom);
      hiccups.slept(measureFrom - 5 * MS, 3_600_000 * MS);
      hiccups.slept(measureFrom - 4 * MS, 7 * MS);

      assertThat(hiccups.longestBeforeMillis()).isEqualTo(3_600_000);
      assertThat(recorded()).isZero();
    }
  }

  @Test
  void fromThenOnAllEnterTheHistogramAlsoAfterTheSpan() throws InterruptedException {
    try (var hiccups = new Hiccups(meter)) {
      meter.measure(measureFrom, measureFrom + 1000 * MS);
      hiccups.measureFrom(measureFrom);
      hiccups.slept(measureFrom, 2 * MS);
      hiccups.slept(measureFrom + 3000 * MS, 900 * MS); // In the drain.

      assertThat(recorded()).isEqualTo(2);
      assertThat(meter.recorded(Timing.GENERATOR_HICCUP).getMaxValue() / 1000)
          .isBetween(899L, 901L);
    }
  }

  private long recorded() {
    meter.flip((each, histogram) -> {});
    return meter.recorded(Timing.GENERATOR_HICCUP).getTotalCount();
  }
}
