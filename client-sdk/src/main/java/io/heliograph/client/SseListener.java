package io.heliograph.client;

/**
 * Takes what a subscription receives. Called by one thread at a time, in the order of the stream;
 * may block for as long as it likes: the reading stops meanwhile, and nothing is dropped. What it
 * throws is met by the {@link HandlerErrorPolicy}. An interrupt that it leaves behind on its thread
 * is forgotten; to end the stream, close it.
 */
@FunctionalInterface
public interface SseListener {
  /**
   * An event. With {@link AckMode#AFTER_HANDLER}, a reconnection resumes after it once this
   * returns.
   *
   * @param event the next one of the stream
   * @throws Exception if it could not be handled
   */
  void onEvent(Event event) throws Exception;

  /**
   * Anything else than a {@link Signal.Message}, in order with the events. Does nothing by default.
   *
   * @param signal the next one of the stream
   * @throws Exception if it could not be handled
   */
  default void onSignal(Signal signal) throws Exception {}
}
