package io.heliograph.server.auth;

/** The keys are not available now, so tokens cannot be verified. */
public final class KeysUnavailableException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  KeysUnavailableException() {
    // No stack trace: it is an answer, and a stranger can cause any number of them.
    super("The keys to verify tokens with cannot be fetched.", null, false, false);
  }
}
