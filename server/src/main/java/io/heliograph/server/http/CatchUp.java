package io.heliograph.server.http;

import io.heliograph.server.event.Cursor;
import io.heliograph.server.event.Globs;
import io.heliograph.server.event.NanoClock;
import io.heliograph.server.event.Position;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.hub.Control;
import io.heliograph.server.hub.Start;
import io.heliograph.server.hub.StreamSpec;
import io.heliograph.server.log.Follow;
import io.heliograph.server.log.From;
import io.heliograph.server.log.LogUnavailableException;
import io.heliograph.server.log.Replay;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads kept events from a cursor, as a stream would replay them, but in the order of their time
 * over all logs. Ends at the heads that the logs have when it is created, so that it ends however
 * fast others publish. Confined to one thread.
 */
final class CatchUp {

  // How much is taken from a log at once, under the log's lock.
  private static final int CHUNK_BYTES = 32 * 1024;

  private final StreamSpec spec;
  private final Follow[] follows;
  private final NanoClock clock;
  private final Position[] heads;
  private final List<ArrayDeque<StoredEvent>> ahead = new ArrayList<>();
  private Cursor cursor;
  private Optional<Control.Gap> gap;

  /**
   * Takes the place in the logs.
   *
   * @param spec with the cursor that the reader sent, and its filter
   * @param follows the logs, which remain the caller's
   * @param clock of the logs
   */
  CatchUp(StreamSpec spec, Follow[] follows, NanoClock clock) {
    this.spec = spec;
    this.follows = follows;
    this.clock = clock;
    this.heads = new Position[follows.length];
    for (int i = 0; i < follows.length; i++) {
      Position head = follows[i].head();
      if (head.isTime()) {
        throw unreadable();
      }
      heads[i] = Position.kept(head.epoch(), head.sequence());
      ahead.add(new ArrayDeque<>());
    }
    if (spec.lastEventId().isEmpty() && spec.from() instanceof From.Latest(int count)) {
      this.cursor = Cursor.at(spec.user(), heads);
      this.gap = Optional.empty();
      takeLatest(count);
    } else {
      Start start = Start.of(spec, List.of(follows), heads);
      this.cursor = start.cursor();
      this.gap = start.gap();
    }
  }

  /**
   * Takes the latest events at once, even those that were published after the heads were read: what
   * is published while they are read would displace the oldest of them.
   */
  private void takeLatest(int count) {
    List<List<StoredEvent>> latest = Start.latest(count, spec.types(), List.of(follows));
    for (int i = 0; i < follows.length; i++) {
      if (follows[i].degraded()) {
        throw unreadable();
      }
      List<StoredEvent> found = latest.get(i);
      ahead.get(i).addAll(found);
      if (!found.isEmpty()) {
        Position first = found.getFirst().position();
        cursor = cursor.with(i, Position.kept(first.epoch(), first.sequence() - 1));
      }
    }
  }

  private static LogUnavailableException unreadable() {
    return new LogUnavailableException("The log cannot be read now. Retry a little later.");
  }

  /**
   * An event.
   *
   * @param after the cursor of a reader that has received the event, and all before it
   */
  record Entry(StoredEvent event, Cursor after) {}

  /**
   * What was read.
   *
   * @param cursor after everything that was read, with the events that the reader does not want
   * @param gap everything that is known to be gone, up to the cursor
   * @param more whether there is at least one more event after the cursor
   */
  record Page(List<Entry> events, Cursor cursor, Optional<Control.Gap> gap, boolean more) {}

  /**
   * Reads once.
   *
   * @param limit the most events
   * @param maxBytes bound on the sum of the events' blocks, but for the first one
   */
  Page read(int limit, int maxBytes) {
    var events = new ArrayList<Entry>();
    long bytes = 0;
    boolean more = false;
    for (int log = next(); log >= 0; log = next()) {
      StoredEvent event = ahead.get(log).element();
      Cursor after = cursor.with(log, event.position());
      if (isWanted(event)) {
        bytes += event.length();
        more = events.size() == limit || (bytes > maxBytes && !events.isEmpty());
        if (more) {
          break;
        }
        events.add(new Entry(event, after));
      }
      ahead.get(log).remove();
      cursor = after;
    }
    return new Page(events, cursor, gap, more);
  }

  private boolean isWanted(StoredEvent event) {
    return (spec.types() == Globs.ALL || spec.types().match(event.type()))
        && !event.expired(clock.nanos());
  }

  /** The log with the oldest event that was not read yet; -1 if there is none. */
  private int next() {
    int next = -1;
    for (int i = 0; i < follows.length; i++) {
      fill(i);
      StoredEvent event = ahead.get(i).peek();
      if (event != null
          && (next < 0 || event.appendedNanos() - ahead.get(next).element().appendedNanos() < 0)) {
        next = i;
      }
    }
    return next;
  }

  private void fill(int log) {
    while (ahead.get(log).isEmpty() && !cursor.position(log).reaches(heads[log])) {
      switch (follows[log].after(cursor.position(log), CHUNK_BYTES)) {
        case Replay.Nothing _ -> {
          if (follows[log].degraded()) {
            throw unreadable(); // Without an error the reader would take the rest for all.
          }
          return;
        }
        case Replay.Events(List<StoredEvent> found) -> {
          if (!take(log, found)) {
            return;
          }
        }
        case Replay.Cold _ -> follows[log].load();
        case Replay.Skipped(Position resumeAt) -> cursor = cursor.with(log, resumeAt);
        case Replay.Gap(var reason, var lost, Position resumeAt) -> {
          cursor = cursor.with(log, resumeAt);
          if (reason != Replay.Reason.EPHEMERAL) {
            var found = new Control.Gap(follows[log].log().word(), reason, lost);
            gap = Optional.of(gap.map(before -> before.and(found)).orElse(found));
          }
        }
      }
    }
  }

  /** Returns false if all of them were published after the heads were read. */
  private boolean take(int log, List<StoredEvent> found) {
    Position reached = cursor.position(log);
    boolean any = false;
    for (StoredEvent event : found) {
      if (!heads[log].reaches(event.position())) {
        break;
      }
      any = true;
      reached = event.position();
      // An ephemeral one was published just now, and is not for a reader that comes later.
      if (!event.ephemeral()) {
        ahead.get(log).add(event);
      }
    }
    if (ahead.get(log).isEmpty()) {
      cursor = cursor.with(log, reached); // There may be more of them than one look finds.
    }
    return any;
  }
}
