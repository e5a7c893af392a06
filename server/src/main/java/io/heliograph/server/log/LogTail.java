package io.heliograph.server.log;

import io.heliograph.server.event.Event;
import io.heliograph.server.event.NanoClock;
import io.heliograph.server.event.Position;
import io.heliograph.server.event.StoredEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The latest events of one log, in memory. Thread-safe: its monitor guards everything but the head,
 * which readers look at without it.
 *
 * <p>Kept events are dense: the one at index {@code i} of {@link #kept} has the sequence of the
 * oldest plus {@code i}. Ephemeral events lie beside them, in a window of their own, so that they
 * displace nothing that is kept.
 */
final class LogTail {

  /** What an event costs beside its block: the object, its position, its place in an array. */
  private static final int EVENT_OVERHEAD = 120;

  /** What a log costs beside its events: the object, its place in the map, two empty arrays. */
  static final int LOG_OVERHEAD = 400;

  // Ephemeral events wait here only for the drains that their own append woke; a burst of them must
  // wait until these had their turn.
  private static final long MAX_EPHEMERAL_BYTES = 1 << 20;

  private final Retention retention;
  private final NanoClock clock;
  private final LongSupplier ephemeralSteps;
  private final Ring kept = new Ring();
  private final ArrayDeque<StoredEvent> ephemeral = new ArrayDeque<>(0);
  private long keptBytes;
  private long ephemeralBytes;
  private boolean removed;

  // The latest sequence that was dropped although readers may miss it, and the latest that was past
  // its time to live, so that nobody does.
  private long lastLost;
  private long lastPastTtl;

  // Written under the monitor; a reader who is at the head leaves without it.
  private volatile Position head;

  LogTail(long epoch, Retention retention, NanoClock clock, LongSupplier ephemeralSteps) {
    this.head = Position.kept(epoch, 0);
    this.retention = retention;
    this.clock = clock;
    this.ephemeralSteps = ephemeralSteps;
  }

  Position head() {
    return head;
  }

  /** Appends, or answers null because the log was removed meanwhile and its successor must. */
  synchronized @Nullable StoredEvent append(Event event) {
    if (removed) {
      return null;
    }
    long now = clock.nanos();
    Position position =
        event.ephemeral()
            ? new Position(head.epoch(), head.sequence(), ephemeralSteps.getAsLong())
            : Position.kept(head.epoch(), head.sequence() + 1);
    StoredEvent stored = StoredEvent.of(position, event, now);
    if (event.ephemeral()) {
      ephemeral.addLast(stored);
      ephemeralBytes += cost(stored);
    } else {
      kept.addLast(stored);
      keptBytes += stored.block().length;
    }
    trim(now);
    head = position;
    return stored;
  }

  synchronized Position oldest() {
    trim(clock.nanos());
    return Position.kept(head.epoch(), beforeOldest());
  }

  Replay after(Position position, int maxBytes) {
    return head.equals(position) ? Replay.NOTHING : read(position, maxBytes);
  }

  private synchronized Replay read(Position position, int maxBytes) {
    trim(clock.nanos());
    long beforeOldest = beforeOldest();
    Position resumeAt = Position.kept(head.epoch(), beforeOldest);
    if (position.epoch() != head.epoch()) {
      return new Replay.Gap(Replay.Reason.EPOCH, OptionalLong.empty(), resumeAt);
    }
    if (position.sequence() > head.sequence()) {
      return new Replay.Gap(Replay.Reason.UNKNOWN, OptionalLong.empty(), resumeAt);
    }
    if (position.sequence() < lastLost) {
      // Which of the dropped were past their time to live is forgotten with them.
      OptionalLong lost =
          position.sequence() < lastPastTtl
              ? OptionalLong.empty()
              : OptionalLong.of(beforeOldest - position.sequence());
      return new Replay.Gap(Replay.Reason.EXPIRED, lost, resumeAt);
    }
    List<StoredEvent> events = collect(position, beforeOldest, maxBytes);
    if (!events.isEmpty()) {
      return new Replay.Events(events);
    }
    return position.sequence() < beforeOldest ? new Replay.Skipped(resumeAt) : Replay.NOTHING;
  }

  /** Merges both windows by position. */
  private List<StoredEvent> collect(Position position, long beforeOldest, int maxBytes) {
    var events = new ArrayList<StoredEvent>(1);
    var passing = ephemeral.iterator();
    StoredEvent nextPassing = nextAfter(passing, position);
    int index = (int) Math.max(0, position.sequence() - beforeOldest);
    long bytes = 0;
    while (true) {
      StoredEvent nextKept = index < kept.size() ? kept.get(index) : null;
      StoredEvent next = nextKept;
      if (nextPassing != null
          && (nextKept == null || nextKept.position().reaches(nextPassing.position()))) {
        next = nextPassing;
      }
      if (next == null) {
        return events;
      }
      bytes += next.block().length;
      if (bytes > maxBytes && !events.isEmpty()) {
        return events;
      }
      events.add(next);
      if (next == nextPassing) {
        nextPassing = nextAfter(passing, position);
      } else {
        index++;
      }
    }
  }

  private static @Nullable StoredEvent nextAfter(Iterator<StoredEvent> passing, Position position) {
    while (passing.hasNext()) {
      StoredEvent event = passing.next();
      if (!position.reaches(event.position())) {
        return event;
      }
    }
    return null;
  }

  /** Drops what is kept, for want of memory; readers behind the head are told when they read. */
  synchronized void dropEvents() {
    while (kept.size() > 0) {
      lastLost = dropOldestKept();
    }
    while (!ephemeral.isEmpty()) {
      dropOldestEphemeral();
    }
  }

  /** Ends the log: an append that comes too late is told so, and nothing vanishes with it. */
  synchronized void remove() {
    removed = true;
  }

  /** Ends the log if no event was ever kept in it: it can begin again with nobody the wiser. */
  synchronized boolean removeIfUntouched() {
    removed |= head.sequence() == 0;
    return removed;
  }

  /** Bytes of memory, overhead estimated. */
  synchronized long footprint() {
    return LOG_OVERHEAD + keptBytes + (long) kept.size() * EVENT_OVERHEAD + ephemeralBytes;
  }

  private long beforeOldest() {
    return head.sequence() - kept.size();
  }

  private void trim(long now) {
    while (kept.size() > 0) {
      StoredEvent oldest = kept.get(0);
      if (oldest.expired(now)) {
        lastPastTtl = dropOldestKept();
        continue;
      }
      long age = now - oldest.appendedNanos();
      boolean tooOld = age > retention.age().toNanos();
      boolean tooMany = kept.size() > retention.events() && age > Retention.GRACE.toNanos();
      boolean tooBig = keptBytes > retention.bytes() && kept.size() > 1;
      if (!(tooOld || tooMany || tooBig)) {
        break;
      }
      lastLost = dropOldestKept();
    }
    while (!ephemeral.isEmpty()) {
      long age = now - ephemeral.getFirst().appendedNanos();
      if (ephemeralBytes <= MAX_EPHEMERAL_BYTES && age <= Retention.GRACE.toNanos()) {
        break;
      }
      dropOldestEphemeral();
    }
  }

  /** Answers the sequence of what was dropped. */
  private long dropOldestKept() {
    StoredEvent oldest = kept.removeFirst();
    keptBytes -= oldest.block().length;
    return oldest.position().sequence();
  }

  private void dropOldestEphemeral() {
    ephemeralBytes -= cost(ephemeral.removeFirst());
  }

  private static long cost(StoredEvent event) {
    return (long) event.block().length + EVENT_OVERHEAD;
  }
}
