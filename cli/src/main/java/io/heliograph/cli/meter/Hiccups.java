package io.heliograph.cli.meter;

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

  public Hiccups(Meter meter) {
    this.meter = meter;
    this.thread = Thread.ofPlatform().daemon().name("hiccups").start(this::watch);
  }

  private void watch() {
    long before = System.nanoTime();
    while (!stopped) {
      LockSupport.parkNanos(STEP_NANOS);
      long now = System.nanoTime();
      long late = now - before - STEP_NANOS;
      before = now;
      // A park may end early; that is no hiccup.
      if (meter.measures(now)) {
        meter.record(Timing.GENERATOR_HICCUP, Math.max(0, late));
      }
    }
  }

  @Override
  public void close() throws InterruptedException {
    stopped = true;
    LockSupport.unpark(thread);
    thread.join();
  }
}
