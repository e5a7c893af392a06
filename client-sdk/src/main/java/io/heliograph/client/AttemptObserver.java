package io.heliograph.client;

import java.net.Socket;
import java.nio.ByteBuffer;

/**
 * Observes one attempt in detail: its steps, its socket, and every byte of its stream. For tools
 * that measure or record connections; for metrics, {@link ClientObserver} is sufficient. Attach it
 * with {@link AttemptRequest#observe}.
 *
 * <p>Methods should return at once, because the attempt waits for them. An exception is logged once
 * and has no other effect.
 */
public interface AttemptObserver {
  /**
   * An attempt begins a step. A reused connection has no {@code DNS}, {@code CONNECT} and {@code
   * TLS}; a client without a token provider has no {@code TOKEN}. If a step is repeated, such as
   * {@code CONNECT} for a second address, only the first is reported.
   *
   * @param step the step that begins; the previous one is complete
   */
  default void reached(ConnectPhase step) {}

  /**
   * The attempt has a connection, including TLS. Called again if a redirect leads to another
   * connection.
   *
   * @param socket open. With HTTP/2, or if it is reused, other requests may use it, too. Closing it
   *     breaks the connection like a network failure
   */
  default void connected(Socket socket) {}

  /**
   * Bytes of the stream arrived, decompressed. Called on the reading thread, in order, before their
   * events are handed over.
   *
   * @param bytes read-only, and valid until this returns
   */
  default void received(ByteBuffer bytes) {}
}
