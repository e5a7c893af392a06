package io.heliograph.client;

/**
 * The response to a request that is not repeated was cut off ({@link CloseReason#TRUNCATED}), so
 * the received events are incomplete.
 */
public final class TruncatedStreamException extends StreamClosedException {
  private static final long serialVersionUID = 1L;

  TruncatedStreamException(Signal.Closed closed) {
    super(closed);
  }
}
