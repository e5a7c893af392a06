package io.heliograph.cli.load.run;

import io.heliograph.cli.load.result.Outcome;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Whether somebody wants the run to end, and waits that hear of it. Thread-safe. */
final class Stop {
  static final Duration STEP = Duration.ofMillis(10);
  private static final long LONGEST_WAIT_NANOS = 50_000_000;

  private final CompletableFuture<Outcome> asked;

  Stop(CompletableFuture<Outcome> asked) {
    this.asked = asked;
  }

  boolean asked() {
    return asked.isDone();
  }

  /** Null while nobody has asked. */
  @Nullable Outcome outcome() {
    return asked.getNow(null);
  }

  /** Sleeps until a time of {@link System#nanoTime}, or until it is asked. */
  void sleepUntil(long nanos) throws InterruptedException {
    while (!asked()) {
      long left = nanos - System.nanoTime();
      if (left <= 0) {
        return;
      }
      Thread.sleep(Duration.ofNanos(Math.min(left, LONGEST_WAIT_NANOS)));
    }
  }
}
