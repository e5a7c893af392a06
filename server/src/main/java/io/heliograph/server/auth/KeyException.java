package io.heliograph.server.auth;

/** A configured key cannot be used. The message says why and how to fix it. */
public final class KeyException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  KeyException(String message) {
    super(message);
  }
}
