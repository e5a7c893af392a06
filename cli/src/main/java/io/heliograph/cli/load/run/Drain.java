package io.heliograph.cli.load.run;

import java.time.Duration;

/**
 * How long a run waits for what is missing: at most as planned; once nothing is, a little longer
 * for what nobody owes, such as a second copy. Confined to one thread.
 */
final class Drain {
  // Below the time after which a signal halts the program, so that the report is written.
  private static final Duration OF_THE_STOPPED = Duration.ofSeconds(10);
  private static final Duration FOR_STRAYS = Duration.ofSeconds(1);

  private long end;
  private boolean stopped;
  private boolean lingers;

  /** From then on, on the clock of {@link System#nanoTime}. */
  Drain(long nanos, Duration planned) {
    end = nanos + planned.toNanos();
  }

  boolean isOver(long nanos) {
    return nanos - end >= 0;
  }

  /** Somebody wants the run to end; whether that is news. */
  boolean stop(long nanos) {
    boolean first = !stopped;
    if (first) {
      stopped = true;
      atMost(nanos, OF_THE_STOPPED);
    }
    return first;
  }

  /** Nothing is missing any more. */
  void complete(long nanos) {
    if (!lingers) {
      lingers = true;
      atMost(nanos, FOR_STRAYS);
    }
  }

  private void atMost(long nanos, Duration wait) {
    end = Math.min(end, nanos + wait.toNanos());
  }
}
