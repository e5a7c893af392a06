package io.heliograph.client.internal.session;

import io.heliograph.client.AttemptReport;
import io.heliograph.client.Cause;
import io.heliograph.client.StreamStats;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The figures and the latest attempts of one stream. Thread-safe. */
final class History {
  private static final int KEPT = 32; // The one under way included.

  // All guarded by this.
  // Null before the first one ended.
  private @Nullable ArrayDeque<AttemptReport> over;
  private @Nullable Attempt current;
  private long attempts;
  private long connections;
  private long gaps;
  private long droppedLines;
  // Of the attempts that are over.
  private long events;
  private long bytes;
  private @Nullable Instant lastByteAt;

  synchronized int begun() {
    attempts++;
    return (int) Math.min(Integer.MAX_VALUE, attempts);
  }

  synchronized void underWay(Attempt attempt) {
    current = attempt;
  }

  synchronized void opened() {
    connections++;
  }

  synchronized void gap() {
    gaps++;
  }

  synchronized long dropped() {
    return ++droppedLines;
  }

  synchronized AttemptReport ended(Attempt attempt, Cause cause) {
    AttemptReport report = attempt.report(Optional.of(cause));
    current = null;
    events += report.events();
    bytes += report.bytes();
    lastByteAt = attempt.figures().lastByteAt().orElse(lastByteAt);
    if (over == null) {
      over = new ArrayDeque<>(2);
    }
    over.add(report);
    if (over.size() >= KEPT) {
      over.remove();
    }
    return report;
  }

  synchronized List<AttemptReport> attempts() {
    var all = new ArrayList<AttemptReport>(over == null ? List.of() : over);
    if (current != null) {
      all.add(current.report(Optional.empty()));
    }
    return List.copyOf(all);
  }

  synchronized StreamStats stats() {
    Attempt attempt = current;
    if (attempt == null) {
      return new StreamStats(
          attempts,
          connections,
          events,
          bytes,
          gaps,
          droppedLines,
          Optional.ofNullable(lastByteAt));
    }
    return new StreamStats(
        attempts,
        connections,
        events + attempt.figures().events(),
        bytes + attempt.figures().bytes(),
        gaps,
        droppedLines,
        attempt.figures().lastByteAt().or(() -> Optional.ofNullable(lastByteAt)));
  }
}
