package io.heliograph.client.internal;

import java.time.Duration;

/** Nanoseconds since this class was loaded: they never jump, never wrap, and may be compared. */
final class Ticks {
  static final long NEVER = Long.MAX_VALUE;

  private static final long START = System.nanoTime();

  private Ticks() {}

  static long now() {
    return System.nanoTime() - START;
  }

  /** The moment so long from now; {@link #NEVER} if that lies beyond all moments. */
  static long in(Duration span) {
    long now = now();
    return span.compareTo(Duration.ofNanos(NEVER - now)) < 0 ? now + span.toNanos() : NEVER;
  }

  static Duration since(long moment) {
    return Duration.ofNanos(now() - moment);
  }
}
