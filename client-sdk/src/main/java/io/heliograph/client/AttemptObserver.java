package io.heliograph.client;

import java.net.Socket;
import java.nio.ByteBuffer;

/**
 * Sees one attempt from within: how far it has come, its socket, and every byte of its stream. For
 * tools that measure or record connections; for metrics, {@link ClientObserver} is enough. Given to
 * an attempt by {@link AttemptRequest#observe}.
 *
 * <p>It should return at once, because the attempt waits meanwhile. What it throws is logged once
 * and harms nothing.
 */
public interface AttemptObserver {
  /**
   * A step on the way to the stream begins. A reused connection has no {@code DNS}, {@code CONNECT}
   * and {@code TLS}; a client without a token provider has no {@code TOKEN}. Of the same step twice
   * in a row, such as {@code CONNECT} for a second address, the first is told.
   *
   * @param step the one that begins; the one before is done
   */
  default void reached(ConnectPhase step) {}

  /**
   * The attempt has a connection, TLS included. Called again where a redirect leads to another one.
   *
   * @param socket open; with HTTP/2, or if it is reused, other requests may use it, too. Closing it
   *     breaks the connection as a failing network would
   */
  default void connected(Socket socket) {}

  /**
   * Bytes of the stream came, decompressed. Called on the thread that reads, in order, before their
   * events are handed over.
   *
   * @param bytes read-only, and valid until this returns
   */
  default void received(ByteBuffer bytes) {}
}
