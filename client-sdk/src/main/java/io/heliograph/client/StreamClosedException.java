package io.heliograph.client;

/** A stream was refused, given up or cut off; no further events follow. */
public sealed class StreamClosedException extends RuntimeException
    permits TruncatedStreamException {
  private static final long serialVersionUID = 1L;

  private final transient Signal.Closed closed;

  /**
   * Creates an exception from the last signal of a stream.
   *
   * @param closed the last signal of the stream
   * @return a {@link TruncatedStreamException} if the stream was cut off
   */
  public static StreamClosedException of(Signal.Closed closed) {
    return closed.reason() == CloseReason.TRUNCATED
        ? new TruncatedStreamException(closed)
        : new StreamClosedException(closed);
  }

  StreamClosedException(Signal.Closed closed) {
    super(
        closed.cause().describe()
            + (closed.reason() == CloseReason.GAVE_UP ? " (no further attempt allowed)" : ""));
    this.closed = closed;
  }

  /**
   * {@return how the stream ended: the reason and the {@link Cause}} Null after deserialization.
   */
  public Signal.Closed closed() {
    return closed;
  }
}
