package io.heliograph.client.testkit;

import io.heliograph.client.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A clock that advances only when a test says so, for {@code SseClient.Builder.timeSource}. A
 * backoff of an hour or a silence of 45 s then takes no time. {@link TimeSource} documents what the
 * clock controls; the network is not part of it. Thread-safe.
 *
 * <p>A connection's bytes take real time to arrive. Before a test advances the clock, it must wait
 * until its own code has received what was sent.
 */
public final class VirtualClock implements TimeSource {
  /** The time at which every clock starts. */
  public static final Instant START = Instant.parse("2030-01-01T00:00:00Z");

  // No record: two streams may wait alike, and only one of them forget it.
  private static final class Pending {
    private final Wait what;
    private final long at;
    private final Runnable task;

    Pending(Wait what, long at, Runnable task) {
      this.what = what;
      this.at = at;
      this.task = task;
    }
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition added = lock.newCondition();
  // Guarded by the lock. Few: one for each stream that waits.
  private final List<Pending> pending = new ArrayList<>();
  private volatile long now;

  /** Creates a clock at {@link #START}. */
  public VirtualClock() {}

  @Override
  public Instant instant() {
    return START.plusNanos(now);
  }

  @Override
  public long nanoTime() {
    return now;
  }

  @Override
  public Alarm alarm(Wait what, long atNanos, Runnable task) {
    var alarm = new Pending(what, atNanos, task);
    lock.lock();
    try {
      if (atNanos > now) {
        pending.add(alarm);
        added.signalAll();
        return () -> forget(alarm);
      }
    } finally {
      lock.unlock();
    }
    task.run();
    return () -> {};
  }

  private void forget(Pending alarm) {
    lock.lock();
    try {
      pending.remove(alarm);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Advances the time and runs the tasks that become due.
   *
   * @param span zero or more
   */
  public void advance(Duration span) {
    if (span.isNegative()) {
      throw new IllegalArgumentException("time cannot go back: " + span);
    }
    List<Pending> due;
    lock.lock();
    try {
      now = Math.addExact(now, span.toNanos());
      due = pending.stream().filter(p -> p.at <= now).toList();
      pending.removeAll(due);
    } finally {
      lock.unlock();
    }
    // Without the lock: a task takes locks of the client, which in turn sets alarms.
    due.stream().sorted(Comparator.comparingLong((Pending p) -> p.at)).forEach(p -> p.task.run());
  }

  /**
   * Waits, at most 10 real seconds, until a stream is in this kind of wait, and advances the time
   * to its end; with several streams, to the earliest end.
   *
   * @param what the wait to skip
   * @return how far the time was advanced
   * @throws AssertionError if no stream enters this wait
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public Duration skip(Wait what) throws InterruptedException {
    Duration span;
    lock.lock();
    try {
      long patience = TimeUnit.SECONDS.toNanos(10);
      while (pending.stream().noneMatch(p -> p.what == what)) {
        if (patience <= 0) {
          throw new AssertionError("no stream waits for " + what + "; waiting are: " + waiting());
        }
        patience = added.awaitNanos(patience);
      }
      long next =
          pending.stream().filter(p -> p.what == what).mapToLong(p -> p.at).min().orElseThrow();
      span = Duration.ofNanos(next - now);
    } finally {
      lock.unlock();
    }
    advance(span);
    return span;
  }

  private List<Wait> waiting() {
    return pending.stream().map(p -> p.what).toList();
  }
}
