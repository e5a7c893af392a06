package io.heliograph.cli.load.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How long a run waits for what is missing; the times are made up. */
final class DrainTest {
  private static final long SECOND = 1_000_000_000;

  private final Drain drain = new Drain(0, Duration.ofMinutes(1));

  @Test
  void whatIsMissingIsWaitedForAsPlanned() {
    assertThat(drain.isOver(60 * SECOND - 1)).isFalse();
    assertThat(drain.isOver(60 * SECOND)).isTrue();
  }

  @Test
  void onceNothingIsMissingStraysHaveASecond() {
    drain.complete(5 * SECOND);
    drain.complete(5 * SECOND + 900_000_000);

    assertThat(drain.isOver(6 * SECOND - 1)).isFalse();
    assertThat(drain.isOver(6 * SECOND)).isTrue();
  }

  @Test
  void whoStopsARunWaitsTenSecondsAtMost() {
    assertThat(drain.stop(SECOND)).isTrue();
    assertThat(drain.stop(5 * SECOND)).isFalse();

    assertThat(drain.isOver(11 * SECOND - 1)).isFalse();
    assertThat(drain.isOver(11 * SECOND)).isTrue();
  }

  @Test
  void nothingMakesItLongerThanPlanned() {
    drain.stop(55 * SECOND);
    drain.complete(59 * SECOND + 500_000_000);

    assertThat(drain.isOver(60 * SECOND)).isTrue();
  }
}
