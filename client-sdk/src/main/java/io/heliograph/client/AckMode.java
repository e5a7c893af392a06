package io.heliograph.client;

/**
 * When an event counts as done, so that a reconnection, or the next run of the program, resumes
 * after it.
 */
public enum AckMode {
  /**
   * When it is handed over: an event whose handler fails, or that is in hand when the program dies,
   * does not come again. At most once.
   */
  ON_RECEIVE,
  /**
   * When the listener returns; with an {@link EventStream} or a publisher, when the next one is
   * asked for. An event that is in hand when the program dies comes again. At least once.
   */
  AFTER_HANDLER,
  /**
   * When {@link Subscription#acknowledge} or {@link EventStream#acknowledge} says so, for handlers
   * that pass events on to others. It acknowledges all events before it, too. What was handed over
   * and not acknowledged comes again after a reconnection.
   */
  MANUAL
}
