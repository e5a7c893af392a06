package io.heliograph.client;

/**
 * The answer of a request that is not sent again broke off ({@link CloseReason#TRUNCATED}), so the
 * events that came are not all of it.
 */
public final class TruncatedStreamException extends StreamClosedException {
  private static final long serialVersionUID = 1L;

  TruncatedStreamException(Signal.Closed closed) {
    super(closed);
  }
}
