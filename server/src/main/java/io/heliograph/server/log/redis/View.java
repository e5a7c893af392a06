package io.heliograph.server.log.redis;

import io.heliograph.server.event.Position;
import io.heliograph.server.log.LogTail;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a node has of a log in memory: the events after a place, or all that are kept.
 *
 * @param epoch of the tail
 * @param after the sequence after which the tail has all events
 * @param whole whether it has all that are kept
 * @param previous epochs whose positions are still valid
 * @param life changes when the log began anew, so that its steps did, too
 * @param firstStep the step at which the tail began
 */
record View(
    LogTail tail,
    long epoch,
    long after,
    boolean whole,
    List<Stored.Previous> previous,
    int life,
    long firstStep) {

  /** The last sequence of another epoch that is valid; null if none is. */
  @Nullable Long lastOf(long other) {
    for (Stored.Previous each : previous) {
      if (each.epoch() == other) {
        return each.lastSequence();
      }
    }
    return null;
  }

  /** Whether what comes after a position of the epoch is in memory. */
  boolean covers(Position position) {
    return whole
        || (position.epoch() == epoch
            && position.sequence() >= after
            && position.sequence() <= tail.head().sequence());
  }
}
