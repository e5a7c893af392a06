package io.heliograph.client.internal.read;

import io.heliograph.client.Cause;
import io.heliograph.client.Signal;
import io.heliograph.client.TimeSource;
import io.heliograph.client.internal.base.Ticks;
import java.util.Arrays;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Hands what one thread reads from the network to the one that consumes it, in batches: a lock and
 * a wake-up for each event cost more than the event itself. The reader hands over what it has
 * before it waits for the network, so a batch delays no event.
 *
 * <p>Holds at most {@value #MAX_ITEMS} signals and about {@value #MAX_WEIGHT} characters, or one
 * signal that is larger; the reader then waits, and TCP makes the server wait. Each of the two
 * sides holds one batch more, of at most {@value #BATCH_ITEMS} signals.
 */
public final class Handover {
  private static final int MAX_ITEMS = 512;
  private static final int MAX_WEIGHT = 64 * 1024;
  private static final int BATCH_ITEMS = 256;
  private static final int BATCH_WEIGHT = 32 * 1024;

  /** Filled by the reader, then emptied by the consumer. */
  private static final class Batch {
    final long readAt;
    // Most streams bring one event at a time.
    @Nullable Signal[] signals = new @Nullable Signal[1];
    int size;
    int weight;
    @Nullable Cause end;
    // Guarded by the lock: the next one that waits to be taken.
    @Nullable Batch later;

    Batch(long readAt) {
      this.readAt = readAt;
    }

    void add(Signal signal, int signalWeight) {
      if (size == signals.length) {
        signals = Arrays.copyOf(signals, Math.min(BATCH_ITEMS, 4 * size));
      }
      signals[size++] = signal;
      weight += signalWeight;
    }
  }

  private final Ticks ticks;
  private final boolean timed;
  private final ReentrantLock lock;
  private final Condition changed;
  // All guarded by the lock. The batches, the oldest first.
  private @Nullable Batch first;
  private @Nullable Batch last;
  private int items;
  private long weight;
  private boolean full;
  private @Nullable Runnable absent;
  // Written under the lock.
  private volatile boolean closed;

  // Confined to the reader.
  private @Nullable Batch filling;

  // Confined to the consumer.
  private @Nullable Batch taken;
  private int next;
  private long readAt;
  private @Nullable Cause end;

  /**
   * Empty.
   *
   * @param timed whether somebody will ask when a signal was read
   * @param lock the stream's: one for all its parts
   * @param changed of the lock
   */
  public Handover(Ticks ticks, boolean timed, ReentrantLock lock, Condition changed) {
    this.ticks = ticks;
    this.timed = timed;
    this.lock = lock;
    this.changed = changed;
  }

  /**
   * Adds a signal to the batch under way. For the reader.
   *
   * @return whether the reader had to wait for room
   */
  public boolean add(Signal signal, int signalWeight) {
    Batch batch = filling;
    boolean waited = false;
    if (batch != null && batch.weight + signalWeight > BATCH_WEIGHT) {
      waited = flush();
      batch = null;
    }
    if (batch == null) {
      batch = new Batch(timed ? Ticks.MACHINE.now() : 0);
      filling = batch;
    }
    batch.add(signal, signalWeight);
    if (batch.size == BATCH_ITEMS && flush()) {
      waited = true;
    }
    return waited;
  }

  /** The connection is gone: nothing comes after this. For the reader. */
  public void end(Cause cause) {
    if (filling == null) {
      filling = new Batch(0);
    }
    filling.end = cause;
    flush();
  }

  /**
   * Hands the batch over; called before the reader waits for the network.
   *
   * @return whether the reader had to wait for room
   */
  public boolean flush() {
    Batch batch = filling;
    if (batch == null) {
      return false;
    }
    filling = null;
    boolean waited = false;
    Runnable wake;
    lock.lock();
    try {
      while (!closed
          && first != null
          && (items + batch.size > MAX_ITEMS || weight + batch.weight > MAX_WEIGHT)) {
        full = true;
        waited = true;
        changed.awaitUninterruptibly(); // Only closing ends it; nobody interrupts these threads.
      }
      full = false;
      if (closed) {
        return waited; // Nobody wants it.
      }
      if (last == null) {
        first = batch;
        changed.signalAll(); // Only an empty queue has somebody waiting to take.
      } else {
        last.later = batch;
      }
      last = batch;
      items += batch.size;
      weight += batch.weight;
      wake = absent;
      absent = null;
    } finally {
      lock.unlock();
    }
    recall(wake);
    return waited;
  }

  /**
   * The next signal; null once closed, at the {@link #end() end}, and when one of the moments has
   * come. For the consumer.
   *
   * @param deadline of the ticks given, for an attempt that does not open
   * @param callerDeadline of {@link Ticks#MACHINE}
   */
  public @Nullable Signal take(long deadline, long callerDeadline) throws InterruptedException {
    Signal signal = poll();
    if (signal != null || end != null) {
      return signal;
    }
    lock.lockInterruptibly();
    try {
      while (!closed && first == null) {
        if (ticks.now() >= deadline || Ticks.MACHINE.now() >= callerDeadline) {
          return null;
        }
        ticks.await(lock, changed, TimeSource.Wait.ATTEMPT, deadline, callerDeadline);
      }
      takeBatch();
    } finally {
      lock.unlock();
    }
    return poll();
  }

  /** The next signal of the batch that was taken; null at its end. For the consumer. */
  public @Nullable Signal poll() {
    Batch batch = taken;
    if (batch == null) {
      return null;
    }
    if (closed) {
      taken = null;
      return null;
    }
    int index = next;
    if (index == batch.size) {
      taken = null;
      end = batch.end;
      return null;
    }
    Signal signal = batch.signals[index];
    batch.signals[index] = null; // What is done with must not wait for the last of its batch.
    next = index + 1;
    return signal;
  }

  /** The lock is held. */
  private void takeBatch() {
    Batch batch = first;
    if (closed || batch == null) {
      return;
    }
    first = batch.later;
    if (first == null) {
      last = null;
    }
    items -= batch.size;
    weight -= batch.weight;
    if (full) {
      changed.signalAll();
    }
    taken = batch;
    next = 0;
    readAt = batch.readAt;
  }

  /**
   * Lets the consumer go while there is nothing to take. For the consumer, which must not touch
   * this again if it is let go: the task may run at once.
   *
   * @param whenThereIs run once, by any thread, when there is something or this is closed
   * @return false if there is something already
   */
  public boolean leave(Runnable whenThereIs) {
    lock.lock();
    try {
      if (closed || taken != null || end != null || first != null) {
        return false;
      }
      absent = whenThereIs;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** When the signal that was taken last was read, by {@link Ticks#MACHINE}; 0 if not timed. */
  public long readAt() {
    return readAt;
  }

  /** Why the connection is gone; null before everything else was taken. For the consumer. */
  public @Nullable Cause end() {
    return end;
  }

  /** Drops what is in it and wakes both sides. */
  public void close() {
    Runnable wake;
    lock.lock();
    try {
      closed = true;
      first = null;
      last = null;
      items = 0;
      weight = 0;
      changed.signalAll();
      wake = absent;
      absent = null;
    } finally {
      lock.unlock();
    }
    recall(wake);
  }

  private void recall(@Nullable Runnable wake) {
    if (wake == null) {
      return;
    }
    try {
      wake.run();
    } catch (Throwable e) { // No memory for a thread: the end of the connection tries once more.
      lock.lock();
      try {
        absent = wake;
      } finally {
        lock.unlock();
      }
      throw e;
    }
  }
}
