package io.heliograph.server;

/** The server cannot start; the message says why and what to do. */
public final class StartException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  StartException(String message) {
    super(message);
  }
}
