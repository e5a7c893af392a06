package io.heliograph.client;

/** A stream was refused, given up or broke off, so no further events come. */
public sealed class StreamClosedException extends RuntimeException
    permits TruncatedStreamException {
  private static final long serialVersionUID = 1L;

  private final transient Signal.Closed closed;

  /**
   * How a stream ended, for who wants to throw it.
   *
   * @param closed the last signal of the stream
   * @return a {@link TruncatedStreamException} if it broke off
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
   * {@return how the stream ended: who decided it, and the {@link Cause}} Null in a copy that was
   * serialized.
   */
  public Signal.Closed closed() {
    return closed;
  }
}
