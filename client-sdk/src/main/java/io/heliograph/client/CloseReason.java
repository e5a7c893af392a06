package io.heliograph.client;

/** Why a stream is over for good. */
public enum CloseReason {
  /** {@code close()} was called on the stream or on its client. Never part of a signal. */
  BY_CALLER,
  /** The server wants no return: 204, or {@code stream.closing} with {@code reconnect:false}. */
  BY_SERVER,
  /** The answer will not get better by asking again: most 4xx, another content type, … */
  REFUSED,
  /**
   * The {@link ReconnectPolicy} allows no further attempt, or the stream is a POST that must not be
   * sent again ({@link StreamSpec#idempotent}).
   */
  GAVE_UP,
  /** The listener failed and {@link HandlerErrorPolicy#CLOSE} was chosen. */
  HANDLER_FAILED
}
