package io.heliograph.client.internal.base;

import io.heliograph.client.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Nanoseconds since this was made: they never jump, never wrap, and may be compared with others of
 * the same ticks only. Thread-safe.
 */
public final class Ticks {
  public static final long NEVER = Long.MAX_VALUE;

  /**
   * The machine's. Whatever the time of a client, its callers' own patience is measured by these.
   */
  public static final Ticks MACHINE = new Ticks(null);

  private final @Nullable TimeSource source;
  private final long start;

  private Ticks(@Nullable TimeSource source) {
    this.source = source;
    this.start = source == null ? System.nanoTime() : source.nanoTime();
  }

  /** Those of a source of time, or the machine's without one. */
  public static Ticks of(@Nullable TimeSource source) {
    return source == null ? MACHINE : new Ticks(source);
  }

  /** Null: the machine's time. */
  public @Nullable TimeSource source() {
    return source;
  }

  public long now() {
    return (source == null ? System.nanoTime() : source.nanoTime()) - start;
  }

  public Instant instant() {
    return source == null ? Instant.now() : source.instant();
  }

  /** The moment so long from now; {@link #NEVER} if that lies beyond all moments. */
  public long in(Duration span) {
    long now = now();
    long nanos = nanos(span);
    return nanos < NEVER - now ? now + nanos : NEVER;
  }

  /** In nanoseconds; {@link #NEVER} where these would not fit (292 years). */
  public static long nanos(Duration span) {
    return TimeUnit.NANOSECONDS.convert(span);
  }

  /** OkHttp counts milliseconds in an int, and refuses more: that many are 24 days. */
  public static Duration forOkHttp(Duration span) {
    Duration most = Duration.ofMillis(Integer.MAX_VALUE);
    return span.compareTo(most) > 0 ? most : span;
  }

  public Duration since(long moment) {
    return Duration.ofNanos(now() - moment);
  }

  /**
   * Waits for a signal, at most until one of the moments. May return early without a reason, so it
   * belongs into a loop. The lock of the condition must be held.
   *
   * @param until of these ticks
   * @param callerUntil of {@link #MACHINE}
   */
  public void await(
      ReentrantLock lock, Condition condition, TimeSource.Wait what, long until, long callerUntil)
      throws InterruptedException {
    if (source == null) {
      park(condition, Math.min(until, callerUntil) - now());
      return;
    }
    TimeSource.Alarm alarm =
        until == NEVER ? null : source.alarm(what, start + until, () -> wake(lock, condition));
    try {
      // Looked at after the alarm is set: it may have rung just before somebody waits for it.
      if (now() < until) {
        park(condition, callerUntil - MACHINE.now());
      }
    } finally {
      if (alarm != null) {
        alarm.cancel();
      }
    }
  }

  @SuppressWarnings("WaitNotInLoop") // The caller's loop.
  private static void park(Condition condition, long nanos) throws InterruptedException {
    if (nanos > 0) {
      condition.awaitNanos(Math.min(nanos, TimeUnit.DAYS.toNanos(1)));
    }
  }

  private static void wake(ReentrantLock lock, Condition condition) {
    lock.lock();
    try {
      condition.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The moment of the source that is this one here. */
  public long ofSource(long moment) {
    return start + moment;
  }
}
