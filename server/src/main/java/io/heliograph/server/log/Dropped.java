package io.heliograph.server.log;

import io.heliograph.server.event.StoredEvent;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Tells which of a log's dropped events a reader misses: not those whose time to live has ended. It
 * remembers them as runs, bounded; without events that have a time to live it holds nothing. Its
 * owner guards it.
 */
final class Dropped {

  /** One more forgets the oldest, below which only "some" can be said, not how many. */
  static final int MAX_RUNS = 64;

  /** What a log has dropped that never dropped an event. Must not be added to. */
  static final Dropped NONE = new Dropped();

  // Runs of dropped events that had a time to live, by the sequence of their first.
  private @Nullable NavigableMap<Long, Run> runs;

  // The latest sequence that is missed whatever the time, and the latest of a forgotten run.
  private long lastMissed;
  private long lastForgotten;

  /** Notes that an event was dropped. */
  void add(StoredEvent event, long now) {
    long sequence = event.position().sequence();
    if (!event.mayExpire()) {
      lastMissed = Math.max(lastMissed, sequence);
      return;
    }
    if (runs == null) {
      runs = new TreeMap<>();
    }
    var run = new Run(sequence, sequence, event.endsNanos());
    Map.Entry<Long, Run> before = runs.floorEntry(sequence);
    if (before != null && before.getValue().joins(run, now)) {
      run = before.getValue().upTo(run);
    }
    Map.Entry<Long, Run> after = runs.higherEntry(sequence);
    if (after != null && run.joins(after.getValue(), now)) {
      runs.remove(after.getKey());
      run = run.upTo(after.getValue());
    }
    runs.put(run.first, run);
    if (runs.size() > MAX_RUNS) {
      joinNeighbors(runs, now);
    }
    if (runs.size() > MAX_RUNS) {
      forget(runs.pollFirstEntry().getValue(), now);
    }
  }

  /** Joins runs that have ended since they were noted. */
  private static void joinNeighbors(NavigableMap<Long, Run> runs, long now) {
    Run before = null;
    for (Run run : List.copyOf(runs.values())) {
      if (before != null && before.joins(run, now)) {
        runs.remove(run.first);
        before = before.upTo(run);
        runs.put(before.first, before);
      } else {
        before = run;
      }
    }
  }

  private void forget(Run run, long now) {
    lastForgotten = run.last;
    if (!run.hasEnded(now)) {
      lastMissed = Math.max(lastMissed, run.last);
    }
  }

  /**
   * How many events a reader misses of those after {@code from} up to and with {@code to}, all of
   * which were dropped; empty if it misses some, and how many is not known any more.
   */
  OptionalLong missed(long from, long to, long now) {
    if (runs == null) {
      return OptionalLong.of(to - from);
    }
    long missed = to - from;
    boolean some = lastMissed > from;
    Map.Entry<Long, Run> start = runs.floorEntry(from);
    for (Run run : runs.tailMap(start == null ? from : start.getKey(), true).values()) {
      long overlap = Math.min(to, run.last) - Math.max(from, run.first - 1);
      if (run.first > to) {
        break;
      }
      if (overlap > 0 && run.hasEnded(now)) {
        missed -= overlap;
      } else if (overlap > 0) {
        some = true;
      }
    }
    if (from >= lastForgotten) {
      return OptionalLong.of(missed);
    }
    return some ? OptionalLong.empty() : OptionalLong.of(0);
  }

  /** Neighbors in the log whose times to live end together, or have ended. */
  private record Run(long first, long last, long endsNanos) {

    boolean joins(Run next, long now) {
      return last + 1 == next.first
          && (endsNanos == next.endsNanos || (hasEnded(now) && next.hasEnded(now)));
    }

    Run upTo(Run next) {
      return new Run(first, next.last, endsNanos);
    }

    boolean hasEnded(long now) {
      return now - endsNanos > 0;
    }
  }
}
