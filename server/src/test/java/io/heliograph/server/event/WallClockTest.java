package io.heliograph.server.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WallClockTest {

  private static final Instant START = Instant.parse("2026-11-30T08:00:00Z");

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5_000_000);
  private final AtomicReference<Instant> now = new AtomicReference<>(START);
  private final WallClock clock = new WallClock(nanos::get, now::get);

  private void pass(Duration byClock, Duration byTimeOfDay) {
    nanos.addAndGet(byClock.toNanos());
    now.set(now.get().plus(byTimeOfDay));
  }

  @Test
  void aMomentKeepsItsTimeWhileTheClocksDriftLittle() {
    long moment = nanos.get();
    for (int i = 0; i < 9; i++) {
      pass(Duration.ofHours(1), Duration.ofHours(1).plusMillis(100));

      assertThat(clock.millis(moment)).isEqualTo(START.toEpochMilli());
      assertThat(clock.nanos(START)).isEqualTo(moment);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {3600, -3600, 2})
  void aTimeThatWasSetCountsFromThenOn(int seconds) {
    pass(Duration.ofMinutes(1), Duration.ofMinutes(1).plusSeconds(seconds));

    assertThat(clock.millis(nanos.get())).isEqualTo(now.get().toEpochMilli());
    assertThat(clock.nanos(now.get())).isEqualTo(nanos.get());
  }

  @Test
  void timesThatCannotBeComparedAreTheNearestThatCan() {
    assertThat(clock.nanos(Instant.MIN)).isEqualTo(clock.nanos(Instant.EPOCH));
    assertThat(clock.nanos(Instant.MAX))
        .isEqualTo(clock.nanos(Instant.parse("2200-01-01T00:00:00Z")));
    assertThat(nanos.get() - clock.nanos(Instant.MIN)).isPositive();
    assertThat(nanos.get() - clock.nanos(Instant.MAX)).isNegative();
    assertThat(clock.nanosBefore(Duration.ofDays(365)))
        .isEqualTo(nanos.get() - Duration.ofDays(365).toNanos());
  }
}
