package io.heliograph.cli.simulate;

import io.heliograph.cli.load.meter.Count;
import io.heliograph.cli.load.result.Spans;
import io.heliograph.cli.load.result.Summary.Second;
import io.heliograph.cli.load.run.RunObserver.Status;
import io.heliograph.cli.shell.Notices;
import io.heliograph.cli.shell.Paint;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Shows progress on stderr, by a thread of its own: a terminal that is paused stops that thread and
 * nothing else. It shows the newest state; those that came meanwhile are dropped.
 */
final class ShownProgress implements AutoCloseable {
  private static final int PLAIN_SECONDS = 10;

  private final Notices notices;
  private final boolean live;
  private final Paint paint;
  private final AtomicReference<@Nullable Status> newest = new AtomicReference<>();
  private final Thread thread;
  private volatile boolean stopped;

  // Confined to the thread.
  private String lastPhase = "";
  private double lastShown;

  /** Starts; a live line is written over each second, else there is a new one every ten. */
  ShownProgress(Notices notices, boolean live, Paint paint) {
    this.notices = notices;
    this.live = live;
    this.paint = paint;
    this.thread = Thread.ofPlatform().daemon().name("progress").start(this::run);
  }

  void tick(Status status) {
    newest.set(status);
    LockSupport.unpark(thread);
  }

  private void run() {
    while (!stopped) {
      Status status = newest.getAndSet(null);
      if (status == null) {
        LockSupport.park(this);
      } else if (live) {
        notices.draw(line(status, paint));
      } else if (isNews(status)) {
        notices.say(line(status, paint));
      }
    }
    if (live) {
      notices.draw(""); // The results come in its place.
    }
  }

  private boolean isNews(Status status) {
    boolean news =
        !status.phase().equals(lastPhase) || status.second().t() - lastShown >= PLAIN_SECONDS - 0.5;
    if (news) {
      lastPhase = status.phase();
      lastShown = status.second().t();
    }
    return news;
  }

  /** How a run is going, in 80 columns unless figures are huge. Pure. */
  static String line(Status status, Paint paint) {
    Second second = status.second();
    long wrong =
        Stream.of(Count.DUP_LIVE, Count.ORDER_VIOLATIONS, Count.MISROUTED, Count.CORRUPT)
            .mapToLong(kind -> count(status, kind))
            .sum();
    long missing = Math.max(0, status.owed() - count(status, Count.DELIVERED));
    String p99 = Double.isNaN(second.p99()) ? "-" : Spans.micros(second.p99());
    return "%-8s %s/%s  users %s  %s/s  p99 %s  missing %s  "
            .formatted(
                status.phase(),
                Spans.clock(Math.floor(status.phaseSeconds())),
                Spans.clock(status.phaseLength()),
                Spans.number(Math.round(second.users())),
                Spans.number(Math.round(second.delivered())),
                p99,
                Spans.number(missing))
        + (wrong == 0 ? "wrong 0" : paint.red("wrong " + Spans.number(wrong)));
  }

  private static long count(Status status, Count kind) {
    return status.counts().getOrDefault(kind, 0L);
  }

  @Override
  public void close() {
    stopped = true;
    LockSupport.unpark(thread);
    try {
      // One that is stuck in a paused terminal is left behind.
      thread.join(500);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
