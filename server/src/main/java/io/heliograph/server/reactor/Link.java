package io.heliograph.server.reactor;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A socket that a {@link Reactor} watches. No method blocks. */
public interface Link {

  /**
   * Writes as many bytes as the socket's buffer accepts. One thread at a time may call this. If the
   * peer has left, this fails, or accepts nothing and {@link Peer#left} follows.
   *
   * @param bytes backed by an array
   * @throws IOException if the peer has left or the link is closed
   */
  void send(ByteBuffer bytes) throws IOException;

  /** Requests one call of {@link Peer#writable} when the socket accepts more bytes. */
  void armWrite();

  /** Closes the socket; {@link Peer#closed} follows. Thread-safe and idempotent. */
  void close();

  /** Receives the events of one socket, on the reactor's thread. Must not block. */
  interface Peer {

    /** The peer has sent this many bytes, which are discarded. */
    void input(int bytes);

    /** The peer has closed its side or reset the connection. Called at most once. */
    void left();

    /** The socket accepts more bytes, after {@link Link#armWrite}. */
    void writable();

    /** The socket is closed and its descriptor is released. Called once, as the last call. */
    void closed();
  }
}
