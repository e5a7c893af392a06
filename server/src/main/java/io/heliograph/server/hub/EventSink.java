package io.heliograph.server.hub;

import io.heliograph.server.event.Cursor;
import io.heliograph.server.event.StoredEvent;

/**
 * Where a connection writes. The methods that write gather frames until {@link #flush}; one thread
 * at a time calls them, the owner of the connection's drain. {@link #abort} may come from any
 * thread.
 */
public interface EventSink {

  /** Adds an event under the cursor after it. */
  void event(StoredEvent event, Cursor after);

  /**
   * Adds what the server itself has to say.
   *
   * @param id the reader's cursor
   */
  void control(Control control, String id);

  /** Adds the shortest thing that a reader ignores. */
  void comment();

  /** Bytes gathered and not yet written. */
  int pending();

  /**
   * Writes what was gathered in one go; blocks while the peer does not read.
   *
   * @throws SinkClosedException if the peer is gone
   */
  void flush();

  /**
   * Writes what was gathered and ends the stream in good order.
   *
   * @throws SinkClosedException if the peer is gone
   */
  void end();

  /** Ends the stream now: a blocked {@link #flush} and {@link #awaitLeave} return. Idempotent. */
  void abort();

  /**
   * Blocks until the peer has left, has sent what no reader sends, or the stream was ended or
   * aborted from this side; answers what the peer did.
   */
  CloseReason awaitLeave();
}
