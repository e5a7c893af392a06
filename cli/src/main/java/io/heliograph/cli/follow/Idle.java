package io.heliograph.cli.follow;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long an open stream has shown nothing. The stream's thread tells what happens; any thread may
 * ask. Does not count while there is no connection, for that is no sign that nothing happens, nor
 * while an event is dealt with.
 */
final class Idle {
  private static final long STOPPED = -1;

  private final long startNanos = System.nanoTime();
  private final long limitNanos;
  // Since the start; or STOPPED.
  private volatile long sinceNanos = STOPPED;

  /** Does not count yet; with no limit it never ends. */
  Idle(@Nullable Duration limit) {
    limitNanos = limit == null ? Long.MAX_VALUE : limit.toNanos();
  }

  void restart() {
    sinceNanos = System.nanoTime() - startNanos;
  }

  void stop() {
    sinceNanos = STOPPED;
  }

  /** When to ask again, from now; 0 or less if it has been idle for too long. */
  long leftNanos() {
    long since = sinceNanos;
    return since == STOPPED ? limitNanos : limitNanos - (System.nanoTime() - startNanos - since);
  }
}
