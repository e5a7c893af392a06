package io.heliograph.server.reactor;

import java.io.IOException;
import java.nio.channels.SocketChannel;

/** The sockets of a {@link Reactor}, and what waits for them. */
interface Poller {

  /** Watches a socket, see {@link Reactor#adopt}. Thread-safe. */
  Link adopt(SocketChannel channel, Link.Peer peer);

  /**
   * Reports to the peers what has happened to their sockets, {@link Link.Peer#closed} included.
   * Waits for that if nothing has happened yet. Only the reactor's thread calls this.
   *
   * @param millis the longest wait; 0 does not wait, a negative value waits without limit
   */
  void poll(long millis) throws IOException;

  /** Ends a {@link #poll} in progress, or else the next one at once. Thread-safe. */
  void wakeUp();

  /** Closes all sockets. Only the reactor's thread calls this; one {@link #poll} must follow. */
  void closeLinks();

  /** Releases what the poller itself has opened. It is the last call. */
  void close() throws IOException;
}
