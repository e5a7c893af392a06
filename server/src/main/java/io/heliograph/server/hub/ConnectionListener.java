package io.heliograph.server.hub;

import io.heliograph.server.event.Event;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.event.UserId;
import org.jspecify.annotations.Nullable;

/**
 * Hears of users' connections that come and go, on the threads of their streams: must not block and
 * must not fail.
 */
public interface ConnectionListener {

  /** The connection is registered; nothing was written yet. */
  void opened(Connection connection);

  /** The connection is no longer registered. */
  void closed(Connection connection, CloseReason reason);

  /**
   * Sees everything that passes, on the threads of publishers and streams: must not block and must
   * not fail.
   */
  interface Tap extends ConnectionListener {

    /**
     * An event was accepted, and its readers are woken.
     *
     * @param user for whom; null means everybody
     */
    void published(@Nullable UserId user, Event event, StoredEvent stored);

    /** A reader was told of a gap. */
    void gap(Connection connection, Control.Gap gap);
  }
}
