package io.heliograph.server.event;

/** Tells spans: unlike the wall clock it never jumps back. A test gives one that it moves. */
@FunctionalInterface
public interface NanoClock {

  /** The machine's own. */
  NanoClock SYSTEM = System::nanoTime;

  /** Nanoseconds since an arbitrary origin; only differences mean anything. */
  long nanos();
}
