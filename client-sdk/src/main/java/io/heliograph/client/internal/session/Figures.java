package io.heliograph.client.internal.session;

import io.heliograph.client.AttemptReport;
import io.heliograph.client.Cause;
import io.heliograph.client.internal.base.Ticks;
import io.heliograph.client.internal.http.Urls;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/** When an attempt began, opened and ended, and what it carried. Thread-safe. */
final class Figures {
  private final Ticks ticks;
  private final int number;
  private final String lastEventId;
  private final Instant startedTime;
  private final long startedAt;
  private volatile long openedAt = Ticks.NEVER;
  private volatile long endedAt = Ticks.NEVER;
  private volatile @Nullable Instant lastByteTime;
  private final AtomicLong bytes = new AtomicLong();
  // Counted by the session's thread.
  private final AtomicLong events = new AtomicLong();

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

  void received(long count) {
    lastByteTime = ticks.instant();
    bytes.addAndGet(count);
  }

  void countEvent() {
    events.lazySet(events.get() + 1); // By one thread.
  }

  long bytes() {
    return bytes.get();
  }

  long events() {
    return events.get();
  }

  /** Of the body; empty without one. */
  Optional<Instant> lastByteAt() {
    return Optional.ofNullable(lastByteTime);
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
    return isOpen() && lastByteTime != null && end() - openedAt >= Ticks.nanos(span);
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
        bytes.get(),
        events.get(),
        why);
  }

  private long end() {
    return Math.min(endedAt, ticks.now());
  }
}
