package io.heliograph.client.internal;

import io.heliograph.client.TimeSource;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Hands what one thread reads from the network to the one that consumes it. Holds at most {@value
 * #MAX_ITEMS} items and about {@value #MAX_WEIGHT} characters, or one item that is larger; the
 * reader of the network then waits, and TCP makes the server wait.
 *
 * @param <T> what is handed over
 */
final class Channel<T> {
  private static final int MAX_ITEMS = 256;
  private static final int MAX_WEIGHT = 64 * 1024;

  private record Weighed<T>(T item, int weight) {}

  private final Ticks ticks;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // Both guarded by the lock.
  private final ArrayDeque<Weighed<T>> items = new ArrayDeque<>(2);
  private long weight;
  private boolean full;
  // Written under the lock.
  private volatile boolean closed;
  // Confined to the one who puts.
  private boolean keptWaiting;

  Channel(Ticks ticks) {
    this.ticks = ticks;
  }

  /** Waits until there is room; false if the channel was closed, and the item is dropped. */
  boolean put(T item, int itemWeight) {
    keptWaiting = false;
    lock.lock();
    try {
      while (!closed
          && !items.isEmpty()
          && (items.size() >= MAX_ITEMS || weight + itemWeight > MAX_WEIGHT)) {
        full = true;
        keptWaiting = true;
        changed.awaitUninterruptibly(); // Only closing ends it; nobody interrupts these threads.
      }
      full = false;
      if (closed) {
        return false;
      }
      items.add(new Weighed<>(item, itemWeight));
      weight += itemWeight;
      if (items.size() == 1) {
        changed.signalAll(); // Only an empty channel has somebody waiting to take.
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Whether the last put had to wait for room. For the one who puts. */
  boolean keptWaiting() {
    return keptWaiting;
  }

  /**
   * Waits for an item; null once closed and when one of the moments has come.
   *
   * @param deadline of this channel's ticks, for an attempt that does not open
   * @param callerDeadline of {@link Ticks#MACHINE}
   */
  @Nullable T take(long deadline, long callerDeadline) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (!closed && items.isEmpty()) {
        if (ticks.now() >= deadline || Ticks.MACHINE.now() >= callerDeadline) {
          return null;
        }
        ticks.await(lock, changed, TimeSource.Wait.ATTEMPT, deadline, callerDeadline);
      }
      if (closed) {
        return null;
      }
      Weighed<T> next = items.remove();
      weight -= next.weight;
      if (full) {
        changed.signalAll();
      }
      return next.item;
    } finally {
      lock.unlock();
    }
  }

  /** Drops what is in it and wakes both sides. */
  void close() {
    lock.lock();
    try {
      closed = true;
      items.clear();
      weight = 0;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
