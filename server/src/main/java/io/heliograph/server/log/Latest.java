package io.heliograph.server.log;

import io.heliograph.server.event.Position;
import io.heliograph.server.event.StoredEvent;
import java.util.List;

/**
 * The latest event as the answer to every reader that was at the head before it: made once, and
 * read without the log's monitor.
 *
 * @param before the head at that time
 */
record Latest(Position before, StoredEvent event, Replay.Events answer) {

  Latest(Position before, StoredEvent event) {
    this(before, event, new Replay.Events(List.of(event)));
  }

  /** Whether the event is what comes after the position, and has not ended meanwhile. */
  boolean isNext(Position position, long now, Retention retention) {
    return before.equals(position)
        && !event.expired(now)
        && now - event.appendedNanos() <= retention.age().toNanos();
  }
}
