package io.heliograph.server.hub;

import io.heliograph.server.event.Cursor;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.reactor.Reactor;

/**
 * Where a connection writes. The methods that write gather frames until {@link #flush}; only the
 * owner of the connection's claim calls them. {@link #abort} may be called by any thread.
 *
 * <p>There are two kinds. A non-blocking sink keeps the bytes that the socket does not accept, and
 * the {@link Reactor} continues. A blocking sink blocks the writing thread, and one more thread
 * that waits for the peer to leave.
 */
public interface EventSink {

  /**
   * Adds an event under the cursor after it.
   *
   * @param trace whether the reader wants the event's trace, if it has one
   */
  void event(StoredEvent event, Cursor after, boolean trace);

  /**
   * Adds what the server itself has to say.
   *
   * @param id the reader's cursor
   */
  void control(Control control, String id);

  /** Adds the shortest thing that a reader ignores. */
  void comment();

  /** Bytes gathered and not yet given to {@link #flush} or {@link #end}. */
  int pending();

  /**
   * Writes the gathered bytes in one call, or the rest of the previous write.
   *
   * @return whether everything was written. If false, {@link Watcher#writable} is called when the
   *     socket accepts more bytes, and until then nothing may be gathered. Always true if the sink
   *     {@link #blocks}
   * @throws SinkClosedException if the peer has left
   */
  boolean flush();

  /**
   * Writes the gathered bytes and the end of the stream.
   *
   * @return as {@link #flush}, which then writes the rest
   * @throws SinkClosedException if the peer has left
   */
  boolean end();

  /**
   * Changes whenever the socket accepts a part of a write, so that a write that is slow can be told
   * from one that is stuck. Read by the timer while the write goes on; stays 0 if every write is
   * accepted as a whole or not at all.
   */
  default long accepted() {
    return 0;
  }

  /** Ends the stream now: a blocked {@link #flush} and {@link #awaitLeave} return. Idempotent. */
  void abort();

  /** Whether {@link #flush} and {@link #end} wait for the peer. */
  boolean blocks();

  /**
   * Registers the watcher; called once, before the first write. A sink that {@link #blocks} ignores
   * it and reports through {@link #awaitLeave}.
   */
  void watch(Reactor reactor, Watcher watcher);

  /**
   * Only for a sink that {@link #blocks}: waits until the peer has left, has sent too much, or this
   * side has ended or aborted the stream. Returns what the peer did.
   */
  CloseReason awaitLeave();

  /** Receives the events of a sink's peer, on the reactor's thread. Must not block. */
  interface Watcher {

    /** The socket accepts more bytes, after {@link EventSink#flush} returned false. */
    void writable();

    /** The peer has left or has sent too much. */
    void left(CloseReason reason);

    /** The sink has released its socket. Called once, after {@link #abort}. */
    void closed();
  }
}
