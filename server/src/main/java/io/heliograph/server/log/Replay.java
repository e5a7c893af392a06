package io.heliograph.server.log;

import io.heliograph.server.event.Position;
import io.heliograph.server.event.StoredEvent;
import java.util.List;
import java.util.OptionalLong;

/** What a log holds after a position. */
public sealed interface Replay {

  /** Nothing, for now. */
  record Nothing() implements Replay {}

  /** These events, oldest first; there may be more after them. Never empty. */
  record Events(List<StoredEvent> events) implements Replay {}

  /**
   * What came after the position is gone, and nobody misses it: it was past its time to live.
   *
   * @param resumeAt the place before the oldest that is still kept
   */
  record Skipped(Position resumeAt) implements Replay {}

  /**
   * Some of what came after the position is gone, and the reader must be told.
   *
   * @param lost how many kept events are gone, where that can be known
   * @param resumeAt the place before the oldest that is still kept
   */
  record Gap(Reason reason, OptionalLong lost, Position resumeAt) implements Replay {}

  /** Why events are gone. */
  enum Reason {
    /** Dropped by one of the log's bounds: count, bytes or age. */
    EXPIRED,
    /** The log was lost or evicted since, and began anew. */
    EPOCH,
    /** Left out: more came than the reader asked for or took. */
    OMITTED,
    /** The position cannot be made sense of: malformed, another user's, or past the head. */
    UNKNOWN
  }

  /** The one {@link Nothing}. */
  Replay NOTHING = new Nothing();
}
