package io.heliograph.client;

/** What to do when a listener throws an exception or an error. */
public enum HandlerErrorPolicy {
  /**
   * Log a warning and continue with the next signal; the event is complete. If the {@link
   * SseClient.Builder#executor} refuses a call, the stream is closed nevertheless.
   */
  CONTINUE,
  /**
   * Drop the connection and reconnect with backoff at the position before the event, so that a
   * server that resumes sends the event again. The same applies to a {@link Signal.Gap}, which
   * Heliograph then reports again, except one of ephemeral events. A failure for any other signal
   * is logged.
   */
  REDELIVER,
  /** Close the stream with {@link CloseReason#HANDLER_FAILED}; the event is not complete. */
  CLOSE
}
