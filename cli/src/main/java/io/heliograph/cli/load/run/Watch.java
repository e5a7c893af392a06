package io.heliograph.cli.load.run;

import io.heliograph.cli.load.plan.Plan.Abort;
import io.heliograph.cli.load.result.Summary;
import io.heliograph.cli.load.result.Threshold;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Looks every 2 s whether the run has broken a threshold that ends it, and every 10 s, first after
 * 2 s, hands over what is known so far, so that a run that is killed leaves a report. By a thread
 * of its own: to add histograms up and to write files must not hold up what is measured.
 */
final class Watch implements AutoCloseable {
  private static final long STEP_NANOS = Duration.ofSeconds(2).toNanos();
  private static final int STEPS_PER_CHECKPOINT = 5;

  private final List<Abort> aborts;
  private final long measureFrom;
  private final Supplier<Summary> interim;
  private final Consumer<Summary> checkpoint;
  private final BiConsumer<Abort, Threshold.Result> broken;
  private final Thread thread;
  private volatile boolean stopped;

  /**
   * Starts watching.
   *
   * @param measureFrom the zero of the thresholds' grace, on the clock of {@link System#nanoTime}
   * @param interim what is known so far
   * @param broken told of the first threshold that is not kept, once
   */
  Watch(
      List<Abort> aborts,
      long measureFrom,
      Supplier<Summary> interim,
      Consumer<Summary> checkpoint,
      BiConsumer<Abort, Threshold.Result> broken) {
    this.aborts = aborts;
    this.measureFrom = measureFrom;
    this.interim = interim;
    this.checkpoint = checkpoint;
    this.broken = broken;
    this.thread = Thread.ofPlatform().daemon().name("watch").start(this::run);
  }

  private void run() {
    long from = System.nanoTime();
    boolean told = false;
    for (long step = 1; !stopped; ) {
      long now = System.nanoTime();
      long wait = from + step * STEP_NANOS - now;
      if (wait > 0) {
        LockSupport.parkNanos(wait);
        continue;
      }
      boolean keep = step == 1 || step % STEPS_PER_CHECKPOINT == 0;
      // Steps in which this program did not run are not made up for.
      step = Math.max(step + 1, (now - from) / STEP_NANOS);
      List<Abort> due = told ? List.of() : due(now);
      if (due.isEmpty() && !keep) {
        continue;
      }
      Summary known = interim.get();
      for (Abort abort : due) {
        Threshold.Result result = abort.threshold().check(known);
        if (!told && !result.kept() && known.has(abort.threshold())) {
          told = true;
          broken.accept(abort, result);
        }
      }
      if (keep) {
        checkpoint.accept(known);
      }
    }
  }

  private List<Abort> due(long now) {
    return aborts.stream().filter(abort -> now - measureFrom >= abort.grace().toNanos()).toList();
  }

  /** Ends; what is being handed over is handed over whole. */
  @Override
  public void close() throws InterruptedException {
    stopped = true;
    LockSupport.unpark(thread);
    thread.join();
  }
}
