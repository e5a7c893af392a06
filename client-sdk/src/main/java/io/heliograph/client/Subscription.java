package io.heliograph.client;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A stream that feeds a listener, on a thread of its own. Thread-safe. It does not keep the JVM
 * alive: a program with nothing else to do waits in {@link #awaitClosed}.
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
    /** Away, until {@link Subscription#resume}. */
    PAUSED,
    /** Over for good. */
    CLOSED
  }

  /** {@return where the stream is now, as far as the listener has been told} */
  State state();

  /**
   * {@return the id from which a reconnection would resume} It is that of the last event that is
   * done, as the {@link AckMode} has it; {@code ""} if there is none.
   */
  String lastEventId();

  /** {@return figures since the stream was opened} They stay after its end. */
  StreamStats stats();

  /** {@return the latest attempts, oldest first, the one under way included; at most 32} */
  List<AttemptReport> attempts();

  /**
   * With {@link AckMode#MANUAL}: this event, and all that came before it, are done. Acknowledge in
   * the order of the stream. An event without an id acknowledges nothing.
   *
   * @param event one that this stream handed over
   * @throws IllegalStateException in another mode, where it would be ignored
   */
  void acknowledge(Event event);

  /**
   * Drops the connection, or the wait for it, and makes a new one at once, from the first endpoint
   * and as if none had failed: after a change of network, for example. What was read ahead is
   * dropped; a server that resumes sends it again. A POST that was sent and is not {@link
   * StreamSpec#idempotent} is over: {@link CloseReason#GAVE_UP}. Returns at once.
   */
  void restart();

  /**
   * Drops the connection and stays away until {@link #resume}. The position is kept, so nothing is
   * missed where the server resumes. To stop only the reading for a moment, let the listener block.
   * Ends a POST like {@link #restart}. Returns at once; the listener may still get the signal that
   * it has.
   */
  void pause();

  /** Ends a pause: connects again at once. Does nothing if the stream is not paused. */
  void resume();

  /** {@return why the stream is over; empty while it is not} */
  Optional<CloseReason> closeReason();

  /**
   * Waits until the stream was open for the first time.
   *
   * @param timeout how long at most, in real time; zero or less only looks
   * @return false if the time ran out or the stream was closed before it opened
   * @throws InterruptedException if the thread is interrupted while it waits
   * @throws IllegalStateException if the listener itself calls this: it would wait for itself
   */
  boolean awaitOpen(Duration timeout) throws InterruptedException;

  /**
   * Waits until the stream is over and the listener is not running any more.
   *
   * @throws InterruptedException if the thread is interrupted while it waits; the stream goes on
   * @throws IllegalStateException if the listener itself calls this: it would wait for itself
   */
  void awaitClosed() throws InterruptedException;

  /**
   * The same for at most so long.
   *
   * @param timeout in real time; zero or less only looks
   * @return false if the time ran out
   * @throws InterruptedException if the thread is interrupted while it waits; the stream goes on
   * @throws IllegalStateException if the listener itself calls this: it would wait for itself
   */
  boolean awaitClosed(Duration timeout) throws InterruptedException;

  /**
   * Ends the stream. Returns at once and may be called by any thread, the listener's included; no
   * callback of the listener starts after it, and one that is running runs on. Closing twice does
   * no harm.
   */
  @Override
  void close();
}
