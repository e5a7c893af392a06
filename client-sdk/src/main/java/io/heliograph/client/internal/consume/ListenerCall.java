package io.heliograph.client.internal.consume;

import java.util.concurrent.Executor;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One call of a listener on the user's executor, and the wait for its end. Whoever waits is let go
 * when the call is over, or when it was called off before the executor began it.
 */
final class ListenerCall {
  /** What is called. */
  interface Body {
    void run() throws Exception;
  }

  /** The executor did not take the call. */
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    private final Throwable why;

    Refused(Throwable why) {
      super(why);
      this.why = why;
    }

    Throwable why() {
      return why;
    }
  }

  private enum Step {
    WAITING,
    RUNNING,
    OVER
  }

  private final Body body;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition over = lock.newCondition();
  // All guarded by the lock.
  private Step step = Step.WAITING;
  private @Nullable Thread thread;
  private @Nullable Throwable error;

  ListenerCall(Body body) {
    this.body = body;
  }

  /**
   * Runs it and waits. What the body throws is thrown here.
   *
   * @return false if it was called off before it began
   * @throws Refused if the executor does not take it
   */
  boolean runOn(Executor executor) throws Throwable {
    Throwable refusal = null;
    try {
      executor.execute(this::run);
    } catch (Throwable e) { // Not the body's: run() catches that.
      refusal = e;
      callOff(); // In case that it was taken all the same: the event would be handled twice.
    }
    lock.lock();
    try {
      while (step != Step.OVER) {
        over.awaitUninterruptibly();
      }
      if (refusal != null) {
        throw new Refused(refusal);
      }
      if (error != null) {
        throw error;
      }
      return thread != null;
    } finally {
      lock.unlock();
    }
  }

  /** It does not begin any more; if it has begun, it runs on. */
  void callOff() {
    lock.lock();
    try {
      if (step == Step.WAITING) {
        step = Step.OVER;
        over.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Whether the calling thread is the one that runs it now. */
  boolean isRunByThisThread() {
    lock.lock();
    try {
      return step == Step.RUNNING && thread == Thread.currentThread();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    lock.lock();
    try {
      if (step != Step.WAITING) {
        return;
      }
      step = Step.RUNNING;
      thread = Thread.currentThread();
    } finally {
      lock.unlock();
    }
    Throwable thrown = null;
    try {
      body.run();
    } catch (Throwable e) { // Whatever it is, it belongs to the stream, not to the executor.
      thrown = e;
    }
    lock.lock();
    try {
      step = Step.OVER;
      error = thrown;
      over.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
