package io.heliograph.client;

/** What to do when a listener throws, be it an exception or an error. */
public enum HandlerErrorPolicy {
  /**
   * Log it as a warning and go on with the next signal; the event counts as done. A call that the
   * {@link SseClient.Builder#executor} refuses closes the stream all the same.
   */
  CONTINUE,
  /**
   * Drop the connection and come back, with backoff, to the place before the event, so that a
   * server that resumes sends it again. What fails for another signal than an event is logged.
   */
  REDELIVER,
  /** Close the stream with {@link CloseReason#HANDLER_FAILED}; the event does not count as done. */
  CLOSE
}
