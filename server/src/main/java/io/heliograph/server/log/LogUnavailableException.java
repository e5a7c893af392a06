package io.heliograph.server.log;

/** The log cannot append; the message says why, and what to do. */
public final class LogUnavailableException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public LogUnavailableException(String message) {
    super(message);
  }
}
