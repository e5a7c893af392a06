package io.heliograph.client;

/** A stream was refused or given up, so no further events come. */
public final class StreamClosedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Signal.Closed closed;

  /** Made by {@link EventStream#iterator()}. */
  public StreamClosedException(Signal.Closed closed) {
    super(
        closed.cause().describe()
            + (closed.reason() == CloseReason.GAVE_UP ? " (no further attempt allowed)" : ""));
    this.closed = closed;
  }

  /** How the stream ended. */
  public Signal.Closed closed() {
    return closed;
  }
}
