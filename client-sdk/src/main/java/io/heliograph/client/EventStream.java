package io.heliograph.client;

import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;

/**
 * A stream that its reader pulls. One thread at a time reads; any thread may close.
 *
 * <p>The first attempt starts with {@link SseClient#open}; reconnections happen while the reader
 * waits for the next event, on the reader's thread. An event counts as done when the next one is
 * asked for, so a loop whose body fails loses nothing; the event at which a loop is left by {@code
 * break} or {@code return} is not done either, and comes again in the next run. A reader that does
 * not ask stops the reading from the network, too; nothing is dropped.
 */
public interface EventStream extends Iterable<Event>, AutoCloseable {
  /**
   * The events. {@code hasNext} blocks until there is one; it is false when the stream was closed
   * by the caller, or ended by the server for good. A reader that is interrupted closes the stream
   * and keeps its interrupt flag.
   *
   * @return the same iterator at every call
   * @throws StreamClosedException from {@code hasNext} and {@code next}, if the stream was refused
   *     or given up: a loop that just ends would look like success
   */
  @Override
  Iterator<Event> iterator();

  /**
   * {@return the same stream with all that happens on it} It never throws: a refusal is its last
   * signal, {@link Signal.Closed}. Read either this or the events.
   */
  Iterable<Signal> signals();

  /**
   * The next signal, waiting at most so long for it.
   *
   * @param timeout in real time; with zero or less, what has come already is all there is
   * @return empty if the time ran out, or if the stream is over ({@link #closeReason})
   * @throws InterruptedException if the thread is interrupted while it waits; the stream stays open
   */
  Optional<Signal> poll(Duration timeout) throws InterruptedException;

  /**
   * {@return the id from which a reconnection would resume} It is that of the last event that is
   * done, as the {@link AckMode} has it; {@code ""} if there is none.
   */
  String lastEventId();

  /**
   * With {@link AckMode#MANUAL}: this event, and all that came before it, are done; see {@link
   * Subscription#acknowledge}. Any thread may call it.
   *
   * @param event one that this stream handed over
   * @throws IllegalStateException in another mode, where it would be ignored
   */
  void acknowledge(Event event);

  /** {@return why the stream is over; empty while it is not} */
  Optional<CloseReason> closeReason();

  /** Ends the stream; a blocked reader returns. Returns at once; closing twice does no harm. */
  @Override
  void close();
}
