package io.heliograph.server.hub;

import io.heliograph.server.event.UserId;
import io.heliograph.server.log.LogName;
import io.heliograph.server.log.Replay;
import java.time.Duration;
import java.util.OptionalLong;

/** What the server itself says in a stream. None of it moves the reader's cursor. */
public sealed interface Control {

  /** How a stream began. */
  enum Mode {
    /** The reader came without a cursor and starts at the head. */
    FRESH,
    /** The reader goes on where its cursor stands. */
    RESUMED,
    /** The reader's cursor was of no use for at least one log: a gap follows. */
    GAP
  }

  /** The first bytes of a stream, so that no proxy or client times out waiting. */
  record Start(Duration retry) implements Control {}

  /** The first event: who reads, and what to expect. */
  record Open(String connection, UserId user, Mode mode, Duration heartbeat) implements Control {}

  /** Some events are gone for good. */
  record Gap(LogName log, Replay.Reason reason, OptionalLong lost) implements Control {}

  /** What was missed has been written; from here on it is live. */
  record Live(long replayed) implements Control {}

  /** The reader's token ends soon: {@code in} from now the stream ends, too. */
  record Expiring(Duration in) implements Control {}

  /**
   * The last event before the server closes.
   *
   * @param retry when a reader may come back: differs from reader to reader, so that they do not
   *     come all at once
   */
  record Closing(CloseReason reason, Duration retry) implements Control {}
}
