package io.heliograph.client;

/**
 * Takes what a subscription receives. Called by one thread at a time, in the order of the stream;
 * may block for as long as it likes: the reading stops meanwhile, and nothing is dropped. What it
 * throws is met by the {@link HandlerErrorPolicy}.
 */
@FunctionalInterface
public interface SseListener {
  /** An event. Once this returns, a reconnection resumes after it. */
  void onEvent(Event event) throws Exception;

  /** Anything else than a {@link Signal.Message}, in order with the events. */
  default void onSignal(Signal signal) throws Exception {}
}
