package io.heliograph.server.redis;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** The thread that looks after the connections. */
final class Supervisor implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(Supervisor.class.getName());

  private static final Duration EVERY = Duration.ofMillis(250);

  private final Runnable look;
  private final Semaphore wakes = new Semaphore(0);
  private final Thread thread;
  private volatile boolean closed;

  Supervisor(Runnable look) {
    this.look = look;
    this.thread = Thread.ofPlatform().daemon().name("redis-supervisor").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Has it look soon. */
  void wake() {
    if (wakes.availablePermits() == 0) {
      wakes.release();
    }
  }

  private void run() {
    while (!closed) {
      try {
        look.run();
      } catch (RuntimeException | LinkageError e) {
        // Without this thread nothing would ever be repaired.
        LOG.log(System.Logger.Level.ERROR, "Looking after the connections to Redis failed.", e);
      }
      try {
        // A server that refuses connections at once must not be asked again at once.
        Thread.sleep(EVERY.dividedBy(5));
        if (wakes.tryAcquire(EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
          wakes.drainPermits();
        }
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
