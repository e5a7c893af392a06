package io.heliograph.client;

import io.heliograph.client.internal.base.Threads;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The events of {@link EventPublisher#publishAsync} that wait to be sent, in order. One thread
 * sends them, as many in a request as wait; it begins with the first event and ends when none is
 * left.
 */
final class PublishQueue {
  private static final Logger LOG = Logger.getLogger("io.heliograph.client");

  private record Waiting(
      Publication item, @Nullable String trace, CompletableFuture<PublishResult> answer) {}

  private final int capacity;
  private final Function<Batch, List<PublishResult>> send;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition idle = lock.newCondition();
  // All guarded by the lock. What is being sent counts as waiting.
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
  private boolean working;
  private boolean closed;

  // Confined to the working thread; handed on by the lock.
  private boolean failing;

  /**
   * Sends nothing yet.
   *
   * @param capacity how many events may wait
   * @param send blocks until there are results, one for each item; throws if there are none
   */
  PublishQueue(int capacity, Function<Batch, List<PublishResult>> send) {
    this.capacity = capacity;
    this.send = send;
  }

  CompletableFuture<PublishResult> add(Publication item, @Nullable String trace) {
    var answer = new CompletableFuture<PublishResult>();
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("closed");
      }
      if (waiting.size() >= capacity) {
        answer.completeExceptionally(full());
        return answer;
      }
      waiting.add(new Waiting(item, trace, answer));
      if (!working) {
        working = true;
        Threads.start("heliograph-publish-queue", this::work);
      }
    } finally {
      lock.unlock();
    }
    return answer;
  }

  int size() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  private PublishException full() {
    return new PublishException(
        "nothing was sent: the queue of publishAsync is full, "
            + capacity
            + " events wait for the server. Publish less, wait for earlier results, or set"
            + " Builder.queue",
        0,
        PublishException.QUEUE_FULL,
        "the queue is full",
        false,
        null);
  }

  private void work() {
    while (true) {
      Batch batch = next();
      if (batch == null) {
        return;
      }
      try {
        List<PublishResult> results = send.apply(batch);
        told(false, null);
        for (PublishResult result : results) {
          first().answer.complete(result);
        }
      } catch (Throwable e) { // Whatever it is: those who wait must learn of it.
        told(true, e);
        for (int i = batch.items().size(); i > 0; i--) {
          first().answer.completeExceptionally(e);
        }
      }
    }
  }

  /** What is sent next; it stays in the queue. Null, and the thread is to end, if there is none. */
  private @Nullable Batch next() {
    lock.lock();
    try {
      if (waiting.isEmpty()) {
        working = false;
        idle.signalAll();
        return null;
      }
      var batch = new Batch();
      for (Waiting each : waiting) {
        if (!batch.add(each.item, each.trace)) {
          break;
        }
      }
      return batch;
    } finally {
      lock.unlock();
    }
  }

  private Waiting first() {
    lock.lock();
    try {
      return waiting.remove();
    } finally {
      lock.unlock();
    }
  }

  /** Once for each outage: nobody may look at the answers. */
  private void told(boolean failed, @Nullable Throwable error) {
    if (failed && !failing) {
      LOG.log(
          Level.WARNING,
          "Events of publishAsync were not published: "
              + (error instanceof PublishException ? error.getMessage() : error));
    } else if (!failed && failing) {
      LOG.log(Level.INFO, "Events of publishAsync are published again");
    }
    failing = failed;
  }

  /** Takes no more; waits until all are answered, but no longer than this. */
  void close(Duration patience) {
    lock.lock();
    try {
      closed = true;
      long left = TimeUnit.NANOSECONDS.convert(patience);
      while (working && left > 0) {
        left = idle.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // In a hurry, then: the rest is cancelled.
    } finally {
      lock.unlock();
    }
  }
}
