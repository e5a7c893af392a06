package io.heliograph.client;

import java.time.Duration;
import java.util.Optional;

/**
 * A stream that feeds a listener, on a virtual thread of its own. Thread-safe. It does not keep the
 * JVM alive: a program with nothing else to do waits in {@link #awaitClosed}.
 */
public interface Subscription extends AutoCloseable {
  /** Where a stream is in its life. */
  enum State {
    /** An attempt is on its way. */
    CONNECTING,
    /** The stream is open. */
    OPEN,
    /** Waiting before the next attempt. */
    WAITING,
    /** Over for good. */
    CLOSED
  }

  /** Where the stream is now, as far as the listener has been told. */
  State state();

  /** The id from which a reconnection would resume: that of the last event that is done. */
  String lastEventId();

  /** Why the stream is over; empty while it is not. */
  Optional<CloseReason> closeReason();

  /**
   * Waits until the stream was open for the first time.
   *
   * @return false if the time ran out or the stream was closed before it opened
   */
  boolean awaitOpen(Duration timeout) throws InterruptedException;

  /** Waits until the stream is over and the listener is not running any more. */
  void awaitClosed() throws InterruptedException;

  /**
   * The same for at most so long.
   *
   * @return false if the time ran out
   */
  boolean awaitClosed(Duration timeout) throws InterruptedException;

  /**
   * Ends the stream. Returns at once and may be called by any thread, the listener's included; no
   * callback starts after it, and one that is running runs on. Closing twice does no harm.
   */
  @Override
  void close();
}
