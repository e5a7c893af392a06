package io.heliograph.server.hub;

import io.heliograph.server.event.UserId;
import io.heliograph.server.log.Replay;
import java.time.Duration;
import java.time.Instant;
import java.util.OptionalLong;

/** What the server itself says in a stream. Each is an event that carries the reader's cursor. */
public sealed interface Control {

  /** How a stream began. */
  enum Mode {
    /** The reader came without a cursor and starts at the head. */
    FRESH,
    /** The reader resumes at its cursor. */
    RESUMED,
    /** The reader's cursor was of no use for at least one log: a gap follows. */
    GAP
  }

  /**
   * The first event, at once, so that no proxy or client times out waiting: who reads, and what to
   * expect.
   *
   * @param retry how long the reader should wait before it reconnects
   * @param heartbeat the longest silence
   * @param degraded whether events come late, because the log cannot be read now
   */
  record Open(
      Duration retry,
      String connection,
      UserId user,
      Mode mode,
      Duration heartbeat,
      boolean degraded)
      implements Control {}

  /**
   * Some events are gone for good.
   *
   * @param log the word for the log, or {@link #ALL}
   * @param lost how many, where that is known
   */
  record Gap(String log, Replay.Reason reason, OptionalLong lost) implements Control {
    /** Every log that the stream follows. */
    public static final String ALL = "all";

    /** Both gaps as one: the worse reason, and the sum where both parts are known. */
    public Gap and(Gap other) {
      boolean known = lost.isPresent() && other.lost.isPresent();
      return new Gap(
          log.equals(other.log) ? log : ALL,
          badness(reason) >= badness(other.reason) ? reason : other.reason,
          known
              ? OptionalLong.of(lost.getAsLong() + other.lost.getAsLong())
              : OptionalLong.empty());
    }

    private static int badness(Replay.Reason reason) {
      return switch (reason) {
        case OMITTED -> 0;
        case EPHEMERAL -> 1;
        case EXPIRED -> 2;
        case EPOCH -> 3;
        case UNKNOWN -> 4;
      };
    }
  }

  /** What was missed has been written; what follows is live. */
  record Live(long replayed) implements Control {}

  /** The cursor has moved past events that the reader did not get, by its filter or their ttl. */
  record Moved() implements Control {}

  /** The heartbeat, for a reader that asked for it as an event. */
  record Beat(Instant time) implements Control {}

  /** The reader's token ends soon: {@code in} from now the stream ends, too. */
  record Expiring(Duration in) implements Control {}

  /**
   * The last event before the server closes.
   *
   * @param retry how long the reader should wait before it reconnects: differs from reader to
   *     reader, so that they do not all reconnect at once
   */
  record Closing(CloseReason reason, Duration retry) implements Control {}

  /** The one {@link Moved}. */
  Control MOVED = new Moved();
}
