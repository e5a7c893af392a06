package io.heliograph.client;

import java.time.Duration;

/**
 * Hears what metrics and traces of a client need. All streams of the client call it, each on its
 * own threads, so it must be thread-safe, and it should return at once: the stream waits meanwhile.
 * What it throws is logged once and harms nothing.
 *
 * <p>{@code stream} is the name that {@link StreamSpec#named} gave, or else the stream's URL as it
 * says there: beware of using it as a label where there are many.
 */
public interface ClientObserver {
  /** An attempt begins. */
  default void attemptStarted(String stream, AttemptReport attempt) {}

  /** The attempt's stream is open. */
  default void attemptOpened(String stream, AttemptReport attempt) {}

  /** The attempt is over, whether it was ever open or not; {@link AttemptReport#end} says why. */
  default void attemptEnded(String stream, AttemptReport attempt) {}

  /** Bytes of the body came, decompressed. Called on the thread that reads. */
  default void bytesReceived(String stream, long bytes) {}

  /** An event is about to be handed over. */
  default void eventDelivered(String stream, Event event) {}

  /**
   * An event is done, because its handler returned or the next one was asked for; not if the
   * handler failed.
   *
   * @param took since it was delivered
   */
  default void eventHandled(String stream, Event event, Duration took) {}

  /**
   * The stream waits before its next attempt.
   *
   * @param failures in a row
   */
  default void waiting(String stream, int failures, Duration delay) {}

  /** The stream is over for good. */
  default void closed(String stream, CloseReason reason) {}
}
