package io.heliograph.cli.simulate;

import io.heliograph.cli.load.result.Summary.Second;
import io.heliograph.cli.load.run.RunObserver.Status;
import io.heliograph.cli.shell.Notices;
import io.heliograph.cli.shell.Paint;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Shows progress on stderr, by a thread of its own: a terminal that is paused stops that thread and
 * nothing else. It shows the newest state; those that came meanwhile are dropped.
 */
final class ShownProgress implements AutoCloseable {
  private static final int SPARKS = 16;
  private static final int PLAIN_SECONDS = 10;

  private final Notices notices;
  private final String scenario;
  private final long target;
  private final boolean live;
  private final Paint paint;
  private final AtomicReference<@Nullable Status> newest = new AtomicReference<>();
  private final Thread thread;
  private volatile boolean stopped;

  // Confined to the thread.
  private final ArrayDeque<Second> recent = new ArrayDeque<>();
  private int drawn;
  private long said;
  private String lastPhase = "";
  private double lastShown;

  /**
   * Starts.
   *
   * @param target how many users there are to be
   * @param live a picture that is drawn again each second; else a line every ten
   */
  ShownProgress(Notices notices, String scenario, long target, boolean live, Paint paint) {
    this.notices = notices;
    this.scenario = scenario;
    this.target = target;
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
        draw(status);
      } else {
        line(status);
      }
    }
  }

  private void line(Status status) {
    boolean another = !status.phase().equals(lastPhase);
    if (another || status.second().t() - lastShown >= PLAIN_SECONDS - 0.5) {
      lastPhase = status.phase();
      lastShown = status.second().t();
      notices.say(StatusText.line(status));
    }
  }

  private void draw(Status status) {
    recent.add(status.second());
    if (recent.size() > SPARKS) {
      recent.remove();
    }
    List<String> picture = StatusText.picture(status, scenario, target, List.copyOf(recent), paint);
    var text = new StringBuilder();
    if (drawn > 0 && notices.said() == said) { // Else it has moved: it is drawn anew, below.
      text.append("\033[").append(drawn).append('A');
    }
    for (String row : picture) {
      text.append("\r\033[K").append(row).append('\n');
    }
    drawn = picture.size();
    notices.draw(text.toString());
    said = notices.said();
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
