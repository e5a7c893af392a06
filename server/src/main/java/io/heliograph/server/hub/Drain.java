package io.heliograph.server.hub;

import io.heliograph.server.event.NanoClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.function.Consumer;
import java.util.function.IntSupplier;

/** The end of all streams, spread over a window. It begins once; any thread may ask about it. */
final class Drain {

  private static final Duration STEP = Duration.ofMillis(10);

  // 100 streams a second keep no server busy that takes them.
  private static final Duration PER_STREAM = Duration.ofMillis(10);

  private final NanoClock clock;

  // Written before it has begun, and read after it.
  private volatile long endNanos;
  private volatile boolean begun;

  Drain(NanoClock clock) {
    this.clock = clock;
  }

  boolean hasBegun() {
    return begun;
  }

  /** For how long it goes on. */
  Duration left() {
    return Duration.ofNanos(Math.max(0, endNanos - clock.nanos()));
  }

  /**
   * Begins; returns when the last stream has gone, or was cut.
   *
   * @param open how many streams there are
   * @param forEach does something with each
   * @param longest the window, see {@link Hub#drain}
   * @param patience see {@link Hub#drain}
   */
  void run(
      IntSupplier open, Consumer<Consumer<Connection>> forEach, Duration longest, Duration patience)
      throws InterruptedException {
    Duration window = PER_STREAM.multipliedBy(open.getAsInt());
    window = window.compareTo(longest) < 0 ? window : longest;
    long started = clock.nanos();
    endNanos = started + window.toNanos();
    begun = true;
    var all = new ArrayList<Connection>();
    forEach.accept(all::add);
    int told = 0;
    while (told < all.size() && open.getAsInt() > 0) {
      int due = due(all.size(), clock.nanos() - started, window.toNanos());
      while (told < due) {
        all.get(told++).close(CloseReason.DRAIN, left());
      }
      Thread.sleep(STEP);
    }
    long deadline = clock.nanos() + patience.toNanos();
    while (open.getAsInt() > 0 && clock.nanos() < deadline) {
      Thread.sleep(STEP);
    }
    forEach.accept(connection -> connection.abort(CloseReason.DRAIN));
  }

  /** How many of all should have been told by now: the first at once, the last before the end. */
  private static int due(int all, long passedNanos, long windowNanos) {
    return passedNanos >= windowNanos
        ? all
        : Math.min(all, 1 + (int) (all * ((double) passedNanos / windowNanos)));
  }
}
