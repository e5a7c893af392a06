package io.heliograph.client;

/** A stream was refused or given up, so no further events come. */
public final class StreamClosedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Signal.Closed closed;

  /**
   * Made by {@link EventStream#iterator()} and {@link SseClient#publisher()}.
   *
   * @param closed the last signal of the stream
   */
  public StreamClosedException(Signal.Closed closed) {
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
