package io.heliograph.client;

/** Why a stream has ended permanently. */
public enum CloseReason {
  /** {@code close()} was called on the stream or on its client. Never part of a signal. */
  BY_CALLER,
  /**
   * The server asked the client not to reconnect: 204, or {@code stream.closing} with {@code
   * reconnect:false}.
   */
  BY_SERVER,
  /**
   * The stream is complete: the response to a request that is not repeated ended in order, or
   * {@link StreamSpec#until} matched an event.
   */
  COMPLETED,
  /**
   * The response to a request that is not repeated was cut off, inside an event or inside the HTTP
   * framing. The received events are incomplete.
   */
  TRUNCATED,
  /** A retry would get the same response: most 4xx, another content type, … */
  REFUSED,
  /**
   * The {@link ReconnectPolicy} allows no further attempt, or the request is a POST that must not
   * be repeated ({@link StreamSpec#idempotent}) and its response was not a stream.
   */
  GAVE_UP,
  /** The listener failed and the policy is {@link HandlerErrorPolicy#CLOSE}. */
  HANDLER_FAILED
}
