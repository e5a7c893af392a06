package io.heliograph.server.log;

import io.heliograph.server.event.Position;

/** A reader's hold on one log. Thread-safe but for {@link #after}; never blocks on the network. */
public interface Follow extends AutoCloseable {

  /** Which log. */
  LogName log();

  /** The place after the latest event. */
  Position head();

  /** The place before the oldest event that is still kept. */
  Position oldest();

  /**
   * Reads what lies after the position, oldest first: at least one event if there is any, then as
   * many as fit. Ephemeral events that came since the follow and are gone before they were read are
   * a gap with the reason {@link Replay.Reason#EPHEMERAL}, answered once. One thread at a time
   * reads.
   *
   * @param maxBytes bound on the sum of the events' blocks, but for the first one
   */
  Replay after(Position position, int maxBytes);

  /** Lets the log go. Closing twice does no harm. */
  @Override
  void close();
}
