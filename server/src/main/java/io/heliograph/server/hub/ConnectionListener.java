package io.heliograph.server.hub;

/**
 * Hears of users' connections that come and go, on the threads of their streams: must not block and
 * must not fail.
 */
public interface ConnectionListener {

  /** The connection is registered; nothing was written yet. */
  void opened(Connection connection);

  /** The connection is no longer registered. */
  void closed(Connection connection, CloseReason reason);
}
