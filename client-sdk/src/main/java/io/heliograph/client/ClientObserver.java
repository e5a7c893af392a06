package io.heliograph.client;

import java.time.Duration;
import java.util.Optional;

/**
 * Hears what metrics and traces of a client need: of an {@link SseClient}, of an {@link
 * EventPublisher}, or of both. All streams and calls use it, each on its own threads, so it must be
 * thread-safe, and it should return at once: the stream or the call waits meanwhile. What it throws
 * is logged once and harms nothing.
 *
 * <p>{@code stream} is the name that {@link StreamSpec#named} gave, or else the stream's URL as it
 * says there: beware of using it as a label where there are many.
 */
public interface ClientObserver {
  /**
   * An attempt begins.
   *
   * @param stream the name of its stream
   * @param attempt neither open nor over
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
   * The attempt is over, whether it was ever open or not; {@link AttemptReport#end} says why.
   * Called once for each that was started. Where the program closes the stream or the client, that
   * is {@link Cause.ByCaller}, and the call comes on the thread that closes.
   *
   * @param stream the name of its stream
   * @param attempt with all its figures
   */
  default void attemptEnded(String stream, AttemptReport attempt) {}

  /**
   * Bytes of the body came. Called on the thread that reads.
   *
   * @param stream the name of the stream
   * @param bytes how many came now, decompressed
   */
  default void bytesReceived(String stream, long bytes) {}

  /**
   * An event is about to be handed over.
   *
   * @param stream the name of its stream
   * @param event the one
   * @param waited since it was read from the network, in real time: how far the handler is behind
   */
  default void eventDelivered(String stream, Event event, Duration waited) {}

  /**
   * An event is done, because its handler returned or the next one was asked for; not if the
   * handler failed.
   *
   * @param stream the name of its stream
   * @param event the one that was delivered last
   * @param took since it was delivered, in real time
   */
  default void eventHandled(String stream, Event event, Duration took) {}

  /**
   * Events were lost for good; the handler is about to hear of it, too.
   *
   * @param stream the name of its stream
   * @param gap what the server says of them
   */
  default void gap(String stream, Signal.Gap gap) {}

  /**
   * The stream waits before its next attempt.
   *
   * @param stream its name
   * @param failures in a row, from 1; 0 where the program or a token that ends was the cause
   * @param delay from now to the next attempt; zero where it comes at once
   */
  default void waiting(String stream, int failures, Duration delay) {}

  /**
   * The stream is over for good. Called once, on the thread that ends it.
   *
   * @param stream its name
   * @param reason why
   */
  default void closed(String stream, CloseReason reason) {}

  /**
   * A publisher's request is over, with all its tries. Called on the thread that publishes, or on
   * that of {@link EventPublisher#publishAsync}. A batch whose events were refused one by one
   * counts as accepted.
   *
   * @param took from the first try to the end of the last, the pauses included, in real time
   * @param failure empty if the server accepted the request
   */
  default void published(Duration took, Optional<PublishException> failure) {}
}
