package io.heliograph.client.internal.session;

import io.heliograph.client.AttemptReport;
import io.heliograph.client.Cause;
import io.heliograph.client.internal.base.Ticks;
import io.heliograph.client.internal.http.Urls;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import okhttp3.HttpUrl;

/** When an attempt began, opened and ended, and what it carried. Thread-safe. */
final class Figures {
  // One for all, where an AtomicLong each would be one more object of every idle stream.
  private static final AtomicLongFieldUpdater<Figures> EVENTS =
      AtomicLongFieldUpdater.newUpdater(Figures.class, "events");

  private final Ticks ticks;
  private final int number;
  private final String lastEventId;
  private final Instant startedTime;
  private final long startedAt;
  private volatile long openedAt = Ticks.NEVER;
  private volatile long endedAt = Ticks.NEVER;
  private volatile long lastByteAt = Ticks.NEVER;
  // Counted by the thread that reads, and by the session's.
  private volatile long bytes;
  private volatile long events;

  /** Of an attempt that begins now. */
  Figures(Ticks ticks, int number, String lastEventId) {
    this.ticks = ticks;
    this.number = number;
    this.lastEventId = lastEventId;
    this.startedTime = ticks.instant();
    this.startedAt = ticks.now();
  }

  int number() {
    return number;
  }

  String lastEventId() {
    return lastEventId;
  }

  void opened() {
    openedAt = ticks.now();
  }

  boolean isOpen() {
    return openedAt != Ticks.NEVER;
  }

  /** False if it has ended before. By the thread that opens, then by the one that reads. */
  boolean ended() {
    if (endedAt != Ticks.NEVER) {
      return false;
    }
    endedAt = ticks.now();
    return true;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // By one thread.
  void received(long count) {
    lastByteAt = ticks.now();
    bytes += count;
  }

  void countEvent() {
    EVENTS.lazySet(this, events + 1); // By one thread; a full fence for each event would cost more.
  }

  long bytes() {
    return bytes;
  }

  long events() {
    return events;
  }

  /** Of the body; empty without one. */
  Optional<Instant> lastByteAt() {
    long last = lastByteAt;
    return last == Ticks.NEVER
        ? Optional.empty()
        : Optional.of(ticks.instant().minus(ticks.since(last)));
  }

  Duration age() {
    return ticks.since(startedAt);
  }

  /** The moment at which it is so old. */
  long deadline(Duration span) {
    long nanos = Ticks.nanos(span);
    return nanos < Ticks.NEVER - startedAt ? startedAt + nanos : Ticks.NEVER;
  }

  /** Whether it was open for so long and carried a byte. */
  boolean wasStableFor(Duration span) {
    return isOpen() && lastByteAt != Ticks.NEVER && end() - openedAt >= Ticks.nanos(span);
  }

  /** What there is to say of it; it has ended where a cause is given. */
  AttemptReport report(HttpUrl url, Optional<Cause> why) {
    long opened = openedAt;
    return new AttemptReport(
        number,
        Urls.shown(url).uri(),
        lastEventId,
        startedTime,
        opened == Ticks.NEVER
            ? Optional.empty()
            : Optional.of(Duration.ofNanos(opened - startedAt)),
        Duration.ofNanos(end() - startedAt),
        bytes,
        events,
        why);
  }

  private long end() {
    return Math.min(endedAt, ticks.now());
  }
}
