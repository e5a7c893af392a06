package io.heliograph.client;

/**
 * When an event is complete. A reconnection, or the next run of the program, resumes after the last
 * complete event.
 */
public enum AckMode {
  /**
   * When it is handed over. An event whose handler fails, or that is being handled when the program
   * dies, is not delivered again: at most once.
   */
  ON_RECEIVE,
  /**
   * When the listener returns; with an {@link EventStream} or a publisher, when the next event is
   * requested. An event that is being handled when the program dies is delivered again: at least
   * once.
   */
  AFTER_HANDLER,
  /**
   * When {@link Subscription#acknowledge} or {@link EventStream#acknowledge} is called, for
   * handlers that pass events on to others. A call also acknowledges all earlier events. Events
   * that were handed over but not acknowledged are delivered again after a reconnection.
   */
  MANUAL
}
