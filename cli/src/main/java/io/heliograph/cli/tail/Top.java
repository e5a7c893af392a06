package io.heliograph.cli.tail;

import io.heliograph.cli.follow.EventSink;
import io.heliograph.cli.follow.SinkException;
import io.heliograph.cli.format.JsonLine;
import io.heliograph.cli.json.Json;
import io.heliograph.cli.format.Shown;
import io.heliograph.cli.shell.Shell;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts events instead of writing them, and shows which users have most: on a terminal again and
 * again, else once at the end. The stream's thread counts, a thread of its own draws.
 */
final class Top implements EventSink, AutoCloseable {
  /**
   * What is known of a user.
   *
   * @param perSecond since the last picture, or, at the end, since the start
   */
  record Row(String name, long events, double perSecond, long bytes) {}

  private static final Duration REDRAW = Duration.ofSeconds(1);
  private static final int MAX_NAMES = 100_000;
  private static final int ROWS = 20;
  private static final String OTHERS = "(others)";

  private static final class Count {
    private long events;
    private long before;
    private long bytes;
  }

  private final Shell shell;
  private final boolean json;
  private final TopText text;
  private final long startNanos = System.nanoTime();
  // All below is guarded by this.
  private final Map<String, Count> counts = new HashMap<>();
  private final Count all = new Count();
  private long drawnNanos = startNanos;
  private int drawnLines;
  private long drawnSaid;
  private boolean over;

  Top(Shell shell, boolean json) {
    this.shell = shell;
    this.json = json;
    this.text = new TopText(shell.paintOut());
  }

  /** Draws from now on, if there is a terminal to draw on. */
  void start() {
    if (shell.terminals().out() && !json) {
      Thread.ofPlatform().daemon().name("top").start(this::redraw);
    }
  }

  @Override
  public void event(Shown event) throws SinkException {
    TailRecord line = TailPrinter.read(event);
    String data = line.data();
    count(
        line.user() == null ? TailText.EVERYBODY : line.user(),
        data == null ? 0 : data.getBytes(StandardCharsets.UTF_8).length);
  }

  synchronized void count(String name, int bytes) {
    // Who tails for a week meets more names than fit; the first ones are those that are busy.
    String key = counts.size() < MAX_NAMES || counts.containsKey(name) ? name : OTHERS;
    Count count = counts.computeIfAbsent(key, ignored -> new Count());
    count.events++;
    count.bytes += bytes;
    all.events++;
    all.bytes += bytes;
  }

  private void redraw() {
    try {
      while (draw()) {
        Thread.sleep(REDRAW);
      }
    } catch (InterruptedException | IOException e) {
      // Nobody looks any more; the stream's end is not this thread's business.
    }
  }

  private synchronized boolean draw() throws IOException {
    if (over) {
      return false;
    }
    long now = System.nanoTime();
    List<String> lines = text.lines(total(now, false), rows(now, false), counts.size());
    counts.values().forEach(count -> count.before = count.events);
    all.before = all.events;
    drawnNanos = now;
    write(lines);
    return true;
  }

  /** Over the last picture, unless something was said below it. */
  private void write(List<String> lines) throws IOException {
    long said = shell.notices().said();
    boolean fresh = drawnLines == 0 || said != drawnSaid;
    drawnSaid = said;
    String up = fresh ? "" : "\033[" + drawnLines + "A\033[J";
    shell.out().bytes((up + String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
    drawnLines = lines.size();
  }

  /** The most at the head, at most 20. */
  synchronized List<Row> rows(long nowNanos, boolean sinceStart) {
    Comparator<Row> most = Comparator.comparingLong(Row::events);
    return counts.entrySet().stream()
        .map(entry -> row(entry.getKey(), entry.getValue(), nowNanos, sinceStart))
        .sorted(most.reversed().thenComparing(Row::name))
        .limit(ROWS)
        .toList();
  }

  private Row total(long nowNanos, boolean sinceStart) {
    return row("", all, nowNanos, sinceStart);
  }

  private Row row(String name, Count count, long nowNanos, boolean sinceStart) {
    long events = sinceStart ? count.events : count.events - count.before;
    double seconds = Math.max(1e-3, (nowNanos - (sinceStart ? startNanos : drawnNanos)) / 1e9);
    return new Row(name, count.events, events / seconds, count.bytes);
  }

  /** The last picture, with what was on average. */
  @Override
  public synchronized void close() {
    over = true;
    long now = System.nanoTime();
    try {
      if (!json) {
        write(text.lines(total(now, true), rows(now, true), counts.size()));
        return;
      }
      for (Row row : rows(now, true)) {
        shell
            .out()
            .line(
                JsonLine.start()
                    .put("v", 1)
                    .put("kind", "top")
                    .put("user", row.name())
                    .put("events", row.events())
                    .put("perSecond", new Json.Raw(String.valueOf(Math.round(row.perSecond() * 10) / 10.0)))
                    .put("bytes", row.bytes())
                    .end());
      }
    } catch (IOException e) {
      // The reader of stdout left before, so it did not want it.
    }
  }
}
