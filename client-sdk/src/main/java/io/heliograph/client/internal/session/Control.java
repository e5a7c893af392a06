package io.heliograph.client.internal.session;

import io.heliograph.client.Cause;
import io.heliograph.client.CloseReason;
import io.heliograph.client.Subscription.State;
import io.heliograph.client.TimeSource;
import io.heliograph.client.internal.base.Ticks;
import io.heliograph.client.internal.read.Handover;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where a stream's consumer and the threads that want something of it meet: the attempt under way,
 * the end, and what is wanted. Thread-safe; its lock is the only one that an idle stream has, which
 * its handovers share.
 */
final class Control {
  /**
   * What other threads want of the consumer.
   *
   * @param atOnce the next attempt, without the rest of the wait
   * @param leave why the attempt under way is to be left; null if it is not
   */
  record Wish(boolean atOnce, @Nullable Cause leave) {}

  /**
   * The end of a stream.
   *
   * @param attempt the one that was under way; null without one
   */
  record End(@Nullable Attempt attempt) {}

  private static final Cause BY_CALLER = new Cause.ByCaller();

  private final Ticks ticks;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // All written under the lock: who closes must see the attempt that the consumer has just begun.
  private volatile @Nullable Attempt attempt;
  private volatile @Nullable CloseReason closeReason;
  // The consumer takes the lock only if it is wanted for something.
  private volatile boolean wanted;
  private boolean paused;
  private boolean hurry;
  private @Nullable Attempt unwanted;
  private Cause unwantedBy = BY_CALLER;
  private @Nullable String nextToken;
  private boolean everOpen;
  private boolean consumed;

  // Written by the consumer, read by all.
  private volatile State state = State.CONNECTING;

  Control(Ticks ticks) {
    this.ticks = ticks;
  }

  /** For an attempt of this stream. */
  Handover handover(boolean timed) {
    return new Handover(ticks, timed, lock, changed);
  }

  /** Null between two attempts. */
  @Nullable Attempt attempt() {
    return attempt;
  }

  /** Why the stream is over; null while it is not. */
  @Nullable CloseReason closeReason() {
    return closeReason;
  }

  State state() {
    return closeReason == null ? state : State.CLOSED;
  }

  // ---- By any thread.

  void restart() {
    lock.lock();
    try {
      paused = false;
      hurry = true;
      drop(attempt, BY_CALLER);
    } finally {
      lock.unlock();
    }
  }

  void pause() {
    lock.lock();
    try {
      paused = true;
      hurry = false;
      drop(attempt, BY_CALLER);
    } finally {
      lock.unlock();
    }
  }

  void resume() {
    lock.lock();
    try {
      if (paused) {
        paused = false;
        hurry = true;
        wanted = true;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Has the stream opened anew with the token that was asked for because of this attempt. */
  void renewed(String token, Attempt of) {
    lock.lock();
    try {
      if (attempt == of && !token.equals(of.token())) {
        nextToken = token;
        drop(of, new Cause.TokenExpiring());
      }
    } finally {
      lock.unlock();
    }
  }

  /** Wants the consumer to leave an attempt. The lock is held. */
  private void drop(@Nullable Attempt current, Cause cause) {
    unwanted = current;
    unwantedBy = cause;
    wanted = true;
    if (current != null) {
      current.cancel(); // Wakes the consumer that waits for it.
    }
    changed.signalAll();
  }

  /** Ends the stream; null if it had ended before. */
  @Nullable End over(CloseReason reason) {
    lock.lock();
    try {
      if (closeReason != null) {
        return null;
      }
      closeReason = reason;
      var end = new End(attempt);
      attempt = null;
      changed.signalAll();
      return end;
    } finally {
      lock.unlock();
    }
  }

  /** Whether the stream was ever open, once it is or the time has passed. */
  boolean awaitOpen(long nanos) throws InterruptedException {
    return await(() -> everOpen || closeReason != null, nanos, () -> everOpen);
  }

  /** Whether the consumer is done with the stream, once it is or the time has passed. */
  boolean awaitConsumed(long nanos) throws InterruptedException {
    return await(() -> consumed, nanos, () -> consumed);
  }

  private boolean await(BooleanSupplier met, long nanos, BooleanSupplier result)
      throws InterruptedException {
    long left = nanos;
    lock.lockInterruptibly();
    try {
      while (!met.getAsBoolean() && left > 0) {
        left = changed.awaitNanos(left);
      }
      return result.getAsBoolean();
    } finally {
      lock.unlock();
    }
  }

  // ---- By the consumer.

  /** The wish that is to be fulfilled now; null without one. */
  @Nullable Wish takeWish() {
    if (!wanted) {
      return null;
    }
    lock.lock();
    try {
      wanted = false;
      Attempt current = attempt;
      boolean leave = current != null && current == unwanted;
      var wish = new Wish(current == null && hurry, leave ? unwantedBy : null);
      hurry = false;
      unwanted = null;
      return wish;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits out the backoff, or a pause.
   *
   * @param deadline of {@link Ticks#MACHINE}
   * @return whether it is time for the next attempt
   */
  boolean awaitDue(long dueAt, long deadline) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (closeReason == null
          && !hurry
          && (paused || ticks.now() < dueAt)
          && Ticks.MACHINE.now() < deadline) {
        state = paused ? State.PAUSED : State.WAITING;
        ticks.await(
            lock, changed, TimeSource.Wait.RECONNECT, paused ? Ticks.NEVER : dueAt, deadline);
      }
      return closeReason == null && !paused && !hurry && ticks.now() >= dueAt;
    } finally {
      lock.unlock();
    }
  }

  boolean isPaused() {
    lock.lock();
    try {
      return paused;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Begins an attempt.
   *
   * @param attempts makes one with the token that was asked for before; null to ask for one
   * @return null if the stream was closed or paused meanwhile
   */
  @Nullable Attempt begin(Function<@Nullable String, Attempt> attempts) {
    lock.lock();
    try {
      if (closeReason != null || paused) {
        return null;
      }
      Attempt next = attempts.apply(nextToken);
      nextToken = null;
      attempt = next;
      state = State.CONNECTING;
      return next;
    } finally {
      lock.unlock();
    }
  }

  /** Parts with the attempt under way; null without one. Whoever closes the stream has ended it. */
  @Nullable Attempt leave() {
    lock.lock();
    try {
      Attempt left = attempt;
      attempt = null;
      return left;
    } finally {
      lock.unlock();
    }
  }

  void waits() {
    state = State.WAITING;
  }

  void opened() {
    state = State.OPEN;
    lock.lock();
    try {
      everOpen = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The consumer asks for nothing any more. */
  void consumed() {
    lock.lock();
    try {
      consumed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
