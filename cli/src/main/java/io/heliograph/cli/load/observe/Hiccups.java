package io.heliograph.cli.load.observe;

import io.heliograph.cli.load.meter.Meter;
import io.heliograph.cli.load.meter.Timing;
import java.util.concurrent.locks.LockSupport;

/**
 * Notices when this process did not run: one thread sleeps 10 ms over and over and records by how
 * much it overslept. Whatever stops the process, the collector, the system or a debugger, stops
 * this thread, too.
 */
public final class Hiccups implements AutoCloseable {
  private static final long STEP_NANOS = 10_000_000;

  private final Meter meter;
  private final Thread thread;
  private volatile boolean stopped;
  // Odd while this program holds itself up on purpose.
  private volatile int excused;
  private volatile boolean measuring;
  private volatile long measureFrom;
  private volatile long longestBefore;

  /** Starts. Until {@link #measureFrom} it keeps only the longest. */
  public Hiccups(Meter meter) {
    this.meter = meter;
    this.thread = Thread.ofPlatform().daemon().name("hiccups").start(this::watch);
  }

  private void watch() {
    long before = System.nanoTime();
    int excusedBefore = excused;
    while (!stopped) {
      LockSupport.parkNanos(STEP_NANOS);
      long now = System.nanoTime();
      int excusedNow = excused;
      if (excusedNow == excusedBefore && excusedNow % 2 == 0) {
        slept(now, now - before - STEP_NANOS);
      }
      before = now;
      excusedBefore = excusedNow;
    }
  }

  /** A sleep ended then and was so much too long. */
  void slept(long now, long lateNanos) {
    long late = Math.max(0, lateNanos); // A park may end early; that is no hiccup.
    if (measuring && now - measureFrom >= 0) {
      // To the end of the drain: until then deliveries are on their way that are measured.
      meter.record(Timing.GENERATOR_HICCUP, late);
    } else if (late > longestBefore) {
      longestBefore = late;
    }
  }

  /** From then on every one of them enters the histogram. */
  public void measureFrom(long nanos) {
    measureFrom = nanos;
    measuring = true;
  }

  /**
   * The longest before that, in which a program that has just started is still being compiled, so
   * that shorter ones tell nothing.
   */
  public double longestBeforeMillis() {
    return longestBefore / 1e6;
  }

  /** Does something that holds this program up, at a time at which nothing else happens. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // Of one thread.
  public void excuse(Runnable work) {
    excused++;
    work.run();
    excused++;
  }

  /** The last is kept before this returns. */
  @Override
  public void close() throws InterruptedException {
    stopped = true;
    LockSupport.unpark(thread);
    thread.join();
  }
}
