package io.heliograph.client;

import java.time.Duration;
import java.util.Optional;

/**
 * Receives what metrics and traces need, from an {@link SseClient}, an {@link EventPublisher}, or
 * both. All streams and calls use it on their own threads, so it must be thread-safe. It should
 * return at once, because the stream or the call waits for it. An exception is logged once and has
 * no other effect.
 *
 * <p>{@code stream} is the name given with {@link StreamSpec#named}, otherwise the stream's URL as
 * described there. Do not use it as a label if there are many streams.
 */
public interface ClientObserver {
  /**
   * An attempt begins.
   *
   * @param stream the name of its stream
   * @param attempt neither open nor ended
   */
  default void attemptStarted(String stream, AttemptReport attempt) {}

  /**
   * The attempt's stream is open.
   *
   * @param stream the name of its stream
   * @param attempt with {@link AttemptReport#openAfter}
   */
  default void attemptOpened(String stream, AttemptReport attempt) {}

  /**
   * The attempt has ended, whether it was ever open or not; {@link AttemptReport#end} has the
   * cause. Called once for each started attempt. If the program closes the stream or the client,
   * the cause is {@link Cause.ByCaller}, and the closing thread makes the call.
   *
   * @param stream the name of its stream
   * @param attempt the complete report
   */
  default void attemptEnded(String stream, AttemptReport attempt) {}

  /**
   * Bytes of the body arrived. Called on the reading thread.
   *
   * @param stream the name of the stream
   * @param bytes number of new bytes, decompressed
   */
  default void bytesReceived(String stream, long bytes) {}

  /**
   * An event is about to be handed over.
   *
   * @param stream the name of its stream
   * @param event the event
   * @param waited real time since it was read from the network; shows how far the handler lags
   */
  default void eventDelivered(String stream, Event event, Duration waited) {}

  /**
   * An event is complete, because its handler returned or the next event was requested. Not called
   * if the handler failed.
   *
   * @param stream the name of its stream
   * @param event the event that was delivered last
   * @param took real time since it was delivered
   */
  default void eventHandled(String stream, Event event, Duration took) {}

  /**
   * Events were lost permanently. Called just before the handler receives the gap.
   *
   * @param stream the name of its stream
   * @param gap the server's report
   */
  default void gap(String stream, Signal.Gap gap) {}

  /**
   * The stream had a line that is no field of an event stream, which the standard drops. Called on
   * the thread that reads.
   *
   * @param stream the name of the stream
   * @param line the line as text, without its end; at most its first 512 bytes
   */
  default void lineDropped(String stream, String line) {}

  /**
   * The stream waits before its next attempt.
   *
   * @param stream its name
   * @param failures consecutive failures, from 1; 0 if the program or an expiring token was the
   *     cause
   * @param delay time until the next attempt; zero if it starts at once
   */
  default void waiting(String stream, int failures, Duration delay) {}

  /**
   * The stream has ended permanently. Called once, on the thread that ends it.
   *
   * @param stream its name
   * @param reason why it ended
   */
  default void closed(String stream, CloseReason reason) {}

  /**
   * A publisher's request has ended, including all retries. Called on the publishing thread, or on
   * the thread of {@link EventPublisher#publishAsync}. A batch counts as accepted even if its
   * events were refused individually.
   *
   * @param took real time from the first try to the end of the last, including pauses
   * @param failure empty if the server accepted the request
   */
  default void published(Duration took, Optional<PublishException> failure) {}
}
