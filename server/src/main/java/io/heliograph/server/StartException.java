package io.heliograph.server;

/** The server cannot start. The message says why and how to fix it. */
public final class StartException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  StartException(String message) {
    super(message);
  }
}
