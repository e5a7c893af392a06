package io.heliograph.server.hub;

/** The peer has gone while something was written to it. */
public final class SinkClosedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public SinkClosedException(Throwable cause) {
    // No stack trace: it is the normal end of a stream, and thousands may end at once.
    super("The peer has gone.", cause, false, false);
  }
}
