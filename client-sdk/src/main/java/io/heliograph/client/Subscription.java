package io.heliograph.client;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A stream that calls a listener. Thread-safe. It does not keep the JVM alive; a program with
 * nothing else to do waits in {@link #awaitClosed}.
 */
public interface Subscription extends AutoCloseable {
  /** The state of a stream. */
  enum State {
    /** An attempt is in progress. */
    CONNECTING,
    /** The stream is open. */
    OPEN,
    /** Waiting before the next attempt. */
    WAITING,
    /** Disconnected until {@link Subscription#resume}. */
    PAUSED,
    /** Ended permanently. */
    CLOSED
  }

  /** {@return the current state, as far as it was reported to the listener} */
  State state();

  /**
   * {@return the id from which a reconnection would resume} This is the id of the last complete
   * event ({@link AckMode}); {@code ""} if there is none.
   */
  String lastEventId();

  /** {@return counts since the stream was opened} They remain available after its end. */
  StreamStats stats();

  /** {@return the latest attempts, at most 32, oldest first, including the current one} */
  List<AttemptReport> attempts();

  /**
   * Acknowledges this event and all earlier ones, with {@link AckMode#MANUAL}. Acknowledge in the
   * order of the stream. An event without an id acknowledges nothing.
   *
   * @param event an event of this stream
   * @throws IllegalStateException in another mode, where the call would have no effect
   */
  void acknowledge(Event event);

  /**
   * Drops the connection, or ends the wait for the next attempt, and reconnects at once, starting
   * with the first endpoint and without backoff. Use it after a change of network, for example.
   * Events that were read but not handed over are dropped; a server that resumes sends them again.
   * A POST that was sent and is not {@link StreamSpec#idempotent} ends with {@link
   * CloseReason#GAVE_UP}. Does not block.
   */
  void restart();

  /**
   * Drops the connection and stays disconnected until {@link #resume}. The position is kept, so
   * nothing is missed if the server resumes. To stop reading only briefly, block in the listener.
   * Ends a POST like {@link #restart}. Does not block; a running call of the listener continues.
   */
  void pause();

  /** Ends a pause and reconnects at once. No effect if the stream is not paused. */
  void resume();

  /** {@return why the stream has ended; empty while it has not} */
  Optional<CloseReason> closeReason();

  /**
   * Waits until the stream has opened for the first time.
   *
   * @param timeout maximum wait in real time; zero or less does not wait
   * @return false if the time ran out or the stream was closed before it opened
   * @throws InterruptedException if the thread is interrupted while it waits
   * @throws IllegalStateException if the listener itself calls this method, because it would wait
   *     for itself
   */
  boolean awaitOpen(Duration timeout) throws InterruptedException;

  /**
   * Waits until the stream has ended and the listener is no longer running.
   *
   * @throws InterruptedException if the thread is interrupted while it waits; the stream continues
   * @throws IllegalStateException if the listener itself calls this method, because it would wait
   *     for itself
   */
  void awaitClosed() throws InterruptedException;

  /**
   * Waits until the stream has ended and the listener is no longer running, up to a limit.
   *
   * @param timeout maximum wait in real time; zero or less does not wait
   * @return false if the time ran out
   * @throws InterruptedException if the thread is interrupted while it waits; the stream continues
   * @throws IllegalStateException if the listener itself calls this method, because it would wait
   *     for itself
   */
  boolean awaitClosed(Duration timeout) throws InterruptedException;

  /**
   * Closes the stream. Does not block. Any thread may call it, including the listener's. No call of
   * the listener starts afterwards; a running call continues. May be called repeatedly.
   */
  @Override
  void close();
}
