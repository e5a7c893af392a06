package io.heliograph.client;

import java.time.Duration;
import java.util.Iterator;
import java.util.Optional;

/**
 * A stream that the caller reads by pulling. One thread at a time may read; any thread may close.
 *
 * <p>The first attempt starts with {@link SseClient#open}; reconnections happen while the reader
 * waits for the next event, on the reader's thread. An event is complete when the next one is
 * requested, so a loop whose body fails loses nothing. If the loop ends with {@code break} or
 * {@code return}, the current event is not complete and is delivered again in the next run. While
 * the caller requests nothing, the client stops reading from the network; nothing is dropped.
 */
public interface EventStream extends Iterable<Event>, AutoCloseable {
  /**
   * Iterates over the events. {@code hasNext} blocks until there is an event. It is false if the
   * caller closed the stream or the server ended it permanently. Interrupting the reader closes the
   * stream and keeps the interrupt flag.
   *
   * @return the same iterator at every call
   * @throws StreamClosedException from {@code hasNext} and {@code next}, if the stream was refused
   *     or given up; a loop that simply ended would look like success
   */
  @Override
  Iterator<Event> iterator();

  /**
   * {@return all signals of the stream} The iterator never throws: the last signal is {@link
   * Signal.Closed}, also for a refused stream. Read either the signals or the events.
   */
  Iterable<Signal> signals();

  /**
   * Waits for the next signal.
   *
   * @param timeout maximum wait in real time; zero or less returns only a signal that has already
   *     arrived
   * @return empty if the time ran out, or if the stream has ended ({@link #closeReason})
   * @throws InterruptedException if the thread is interrupted while it waits; the stream stays open
   */
  Optional<Signal> poll(Duration timeout) throws InterruptedException;

  /**
   * {@return the id from which a reconnection would resume} This is the id of the last complete
   * event ({@link AckMode}); {@code ""} if there is none.
   */
  String lastEventId();

  /**
   * Acknowledges this event and all earlier ones, with {@link AckMode#MANUAL}; see {@link
   * Subscription#acknowledge}. Any thread may call it.
   *
   * @param event an event of this stream
   * @throws IllegalStateException in another mode, where the call would have no effect
   */
  void acknowledge(Event event);

  /** {@return why the stream has ended; empty while it has not} */
  Optional<CloseReason> closeReason();

  /** Closes the stream. A blocked reader returns. Does not block; may be called repeatedly. */
  @Override
  void close();
}
