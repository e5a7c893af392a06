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
   * @param resumeAt the place after what is gone
   */
  record Skipped(Position resumeAt) implements Replay {}

  /**
   * Some of what came after the position is gone, and the reader must be told.
   *
   * @param lost how many events are gone, without those whose time to live has ended; empty where
   *     that is not known
   * @param resumeAt the place after what is gone; the reader's own if only ephemeral events are
   */
  record Gap(Reason reason, OptionalLong lost, Position resumeAt) implements Replay {}

  /** Why events are gone. */
  enum Reason {
    /** Dropped by one of the log's bounds: count, bytes or age. */
    EXPIRED,
    /** The log was lost or evicted since, and began anew. */
    EPOCH,
    /** Ephemeral events that came while the reader was too slow; nothing that is kept is gone. */
    EPHEMERAL,
    /** Left out: more came than the reader asked for or took. */
    OMITTED,
    /** The position cannot be made sense of: malformed, another user's, or past the head. */
    UNKNOWN
  }

  /**
   * What comes after the position is kept, but not in memory. The reader has {@link Follow#load}
   * bring it there, on a thread that may wait, and reads again.
   */
  record Cold() implements Replay {}

  /** The one {@link Cold}. */
  Replay COLD = new Cold();

  /** The one {@link Nothing}. */
  Replay NOTHING = new Nothing();
}
