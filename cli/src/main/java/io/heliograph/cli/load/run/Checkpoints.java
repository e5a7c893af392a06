package io.heliograph.cli.load.run;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Keeps what is known after 2 s and then every 10 s, so that a run that is killed leaves a report.
 * By a thread of its own: to add histograms up and to write files must not hold up what is
 * measured.
 */
final class Checkpoints implements AutoCloseable {
  private static final long FIRST_NANOS = Duration.ofSeconds(2).toNanos();
  private static final long STEP_NANOS = Duration.ofSeconds(10).toNanos();

  private final Runnable keep;
  private final Thread thread;
  private volatile boolean stopped;

  Checkpoints(Runnable keep) {
    this.keep = keep;
    this.thread = Thread.ofPlatform().daemon().name("checkpoints").start(this::run);
  }

  private void run() {
    long next = System.nanoTime() + FIRST_NANOS;
    while (!stopped) {
      long wait = next - System.nanoTime();
      if (wait > 0) {
        LockSupport.parkNanos(wait);
      } else {
        keep.run();
        next = System.nanoTime() + STEP_NANOS;
      }
    }
  }

  /** Ends; what is being kept is kept whole. */
  @Override
  public void close() throws InterruptedException {
    stopped = true;
    LockSupport.unpark(thread);
    thread.join();
  }
}
