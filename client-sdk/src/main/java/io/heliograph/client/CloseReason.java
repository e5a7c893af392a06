package io.heliograph.client;

/** Why a stream is over for good. */
public enum CloseReason {
  /** {@code close()} was called on the stream or on its client. Never part of a signal. */
  BY_CALLER,
  /** The server wants no return: 204, or {@code stream.closing} with {@code reconnect:false}. */
  BY_SERVER,
  /**
   * The stream is complete: the answer of a request that is not sent again ended in order, or an
   * event was the last one by {@link StreamSpec#until}.
   */
  COMPLETED,
  /**
   * The answer of a request that is not sent again broke off, inside an event or inside the framing
   * of HTTP: what was received is not all of it.
   */
  TRUNCATED,
  /** The answer will not get better by asking again: most 4xx, another content type, … */
  REFUSED,
  /**
   * The {@link ReconnectPolicy} allows no further attempt, or the stream is a POST that must not be
   * sent again ({@link StreamSpec#idempotent}) and got no stream for an answer.
   */
  GAVE_UP,
  /** The listener failed and {@link HandlerErrorPolicy#CLOSE} was chosen. */
  HANDLER_FAILED
}
