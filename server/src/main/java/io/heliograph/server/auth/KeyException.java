package io.heliograph.server.auth;

/** A key given in the settings is of no use; the message says why and how to mend it. */
public final class KeyException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  KeyException(String message) {
    super(message);
  }
}
