package io.heliograph.client;

/**
 * Receives the signals of a subscription. Called by one thread at a time, in the order of the
 * stream. It may block: the client stops reading meanwhile, and nothing is dropped. The {@link
 * HandlerErrorPolicy} applies to exceptions. An interrupt flag that it leaves on its thread is
 * cleared; to end the stream, close it.
 */
@FunctionalInterface
public interface SseListener {
  /**
   * Receives an event. With {@link AckMode#AFTER_HANDLER}, a reconnection resumes after this event
   * once the method has returned.
   *
   * @param event the next event of the stream
   * @throws Exception if the event could not be handled
   */
  void onEvent(Event event) throws Exception;

  /**
   * Receives any signal except {@link Signal.Message}, in order with the events. Does nothing by
   * default.
   *
   * @param signal the next signal of the stream
   * @throws Exception if the signal could not be handled
   */
  default void onSignal(Signal signal) throws Exception {}
}
