package io.heliograph.server.event;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Converts between the time of day and moments of a {@link NanoClock}, so that an event needs to
 * keep only one of them. The same moment always has the same time of day, unless the machine's time
 * was set or the machine was suspended. Thread-safe.
 */
public final class WallClock {

  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  // Two clocks are never read at the same instant. A difference up to this is kept.
  private static final long MAX_DEVIATION_NANOS = NANOS_PER_SECOND;

  // Moments further apart than 292 years cannot be compared.
  private static final long LAST_SECOND = 7_258_118_400L; // The year 2200.

  private final NanoClock clock;
  private final InstantSource timeOfDay;
  private volatile long offsetNanos;

  /** Compares the two clocks. */
  public WallClock(NanoClock clock, InstantSource timeOfDay) {
    this.clock = clock;
    this.timeOfDay = timeOfDay;
    this.offsetNanos = measured();
  }

  private long measured() {
    return sinceEpoch(timeOfDay.instant()) - clock.nanos();
  }

  private static long sinceEpoch(Instant instant) {
    return instant.getEpochSecond() * NANOS_PER_SECOND + instant.getNano();
  }

  private long offset() {
    long measured = measured();
    long kept = offsetNanos;
    if (Math.abs(measured - kept) <= MAX_DEVIATION_NANOS) {
      return kept;
    }
    offsetNanos = measured;
    return measured;
  }

  /** The time of day of a moment, in milliseconds since 1970, rounded down. */
  public long millis(long nanos) {
    return Math.floorDiv(nanos + offset(), NANOS_PER_MILLI);
  }

  /**
   * The moment of a time of day. A time before 1970 or after {@value #LAST_SECOND} seconds since
   * then counts as these.
   */
  public long nanos(Instant time) {
    Instant earliest = time.isBefore(Instant.EPOCH) ? Instant.EPOCH : time;
    Instant last = Instant.ofEpochSecond(LAST_SECOND);
    return sinceEpoch(earliest.isAfter(last) ? last : earliest) - offset();
  }

  /** The moment that was a while ago. */
  public long nanosBefore(Duration ago) {
    return clock.nanos() - ago.toNanos();
  }
}
