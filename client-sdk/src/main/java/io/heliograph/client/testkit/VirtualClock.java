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
 * Time that moves only when a test says so, for {@code SseClient.Builder.timeSource}: a backoff of
 * an hour or a silence of 45 s then take no time. {@link TimeSource} says what it governs; the
 * network itself is not part of it. Thread-safe.
 *
 * <p>A connection's bytes take real time to arrive. So before time is moved, a test waits until its
 * own code has seen what was sent; from then on the client counts from there.
 */
public final class VirtualClock implements TimeSource {
  /** The date at which every clock starts. */
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

  /** A clock that stands at {@link #START}. */
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
   * Moves time on, and with it all whose moment comes.
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
   * Waits, at most 10 real seconds, until a stream waits for this, and moves time to the end of
   * that wait; of several streams, to the first.
   *
   * @param what the wait to skip
   * @return by how much time was moved
   * @throws AssertionError if no stream comes to wait for this
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
