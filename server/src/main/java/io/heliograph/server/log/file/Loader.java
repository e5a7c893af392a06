package io.heliograph.server.log.file;

import io.heliograph.server.event.NanoClock;
import io.heliograph.server.event.Position;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.event.WallClock;
import io.heliograph.server.log.Budget;
import io.heliograph.server.log.LogTail;
import io.heliograph.server.log.Retention;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads a log from disk, from its latest record back. Thread-safe. */
final class Loader {

  private static final System.Logger LOG = System.getLogger(Loader.class.getName());

  private final Segments segments;
  private final State state;
  private final NanoClock clock;
  private final WallClock times;

  Loader(Segments segments, State state, NanoClock clock, WallClock times) {
    this.segments = segments;
    this.state = state;
    this.clock = clock;
    this.times = times;
  }

  /** Brings a log's events into memory. Never fails: what cannot be read is a gap for readers. */
  void load(Hot hot, Retention retention, Budget budget) {
    hot.records = 0;
    hot.bytes = 0;
    hot.firstSegment = Integer.MAX_VALUE;
    Position left = hot.left;
    long step = left == null ? 0 : left.step();
    var found = new ArrayDeque<Entry>();
    Position head;
    try {
      Entry latest = latest(hot);
      if (latest == null) {
        hot.last = 0;
        head = left == null ? Position.kept(state.epochOfNew(hot.hash()), 0) : left;
      } else {
        head = Position.kept(state.epoch(hot.last, latest.epoch()), latest.sequence());
        hot.latestMillis = latest.millis();
        collect(hot, latest, found);
      }
    } catch (IOException e) {
      damaged(hot, e);
      hot.last = 0;
      hot.unreadable = true;
      // Where it was is not known, and no place must be given again.
      head = Position.kept(State.newEpoch(), 0);
    }
    hot.tail = tail(hot, head, step, found, retention, budget);
  }

  private @Nullable Entry latest(Hot hot) throws IOException {
    while (true) {
      if (hot.last == 0) {
        hot.last = segments.latest(hot.hash());
      }
      if (hot.last == 0) {
        return null;
      }
      Entry latest = segments.read(hot.last);
      if (latest != null && !Arrays.equals(latest.name(), hot.name())) {
        throw new DamagedException("it is another log's");
      }
      if (latest != null) {
        return latest;
      }
      hot.last = 0; // Its segment was deleted meanwhile, after the log was written anew or removed.
    }
  }

  /** The log's records, the oldest first, as far as they can be read. */
  private void collect(Hot hot, Entry latest, ArrayDeque<Entry> found) {
    Entry entry = latest;
    long location = hot.last;
    while (entry != null) {
      found.addFirst(entry);
      hot.firstSegment = Entry.segment(location);
      if (entry.previous() == 0) {
        return;
      }
      location = entry.previous();
      try {
        entry = segments.read(location);
      } catch (IOException e) {
        damaged(hot, e);
        return;
      }
    }
  }

  private static void damaged(Hot hot, IOException e) {
    LOG.log(
        System.Logger.Level.ERROR,
        "A record of the log {0} cannot be read ({1}). Readers that have not received its event"
            + " receive stream.gap.",
        hot.log(),
        e.getMessage());
  }

  private LogTail tail(
      Hot hot,
      Position head,
      long step,
      ArrayDeque<Entry> found,
      Retention retention,
      Budget budget) {
    long before = head.sequence();
    for (Entry entry : found) {
      if (entry.kind() != Entry.HEAD) {
        before = entry.sequence() - 1;
        break;
      }
    }
    var tail =
        new LogTail(hot.user(), new Position(head.epoch(), before, step), retention, clock, budget);
    for (Entry entry : found) {
      hot.count(1, entry.length());
      if (entry.kind() != Entry.HEAD) {
        tail.add(restored(head.epoch(), entry), entry.publisherText());
      }
    }
    if (tail.head().sequence() < head.sequence()) {
      tail.advance(Position.kept(head.epoch(), head.sequence()));
    }
    return tail;
  }

  private StoredEvent restored(long epoch, Entry entry) {
    long appended = times.nanos(Instant.ofEpochMilli(entry.millis()));
    return StoredEvent.restored(
        Position.kept(epoch, entry.sequence()),
        Math.min(appended, clock.nanos()),
        entry.ttlNanos(),
        entry.block(),
        entry.key());
  }
}
