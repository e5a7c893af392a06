package io.heliograph.server.event;

/**
 * Measures durations. Unlike the wall clock, it never goes back. Tests provide one that they
 * control.
 */
@FunctionalInterface
public interface NanoClock {

  /** The machine's own. */
  NanoClock SYSTEM = System::nanoTime;

  /** Nanoseconds since an arbitrary origin; only differences are meaningful. */
  long nanos();
}
