package io.heliograph.server.auth;

/** What tokens or tickets are verified with is not available now. */
public final class KeysUnavailableException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  KeysUnavailableException() {
    this("The keys to verify tokens with cannot be fetched.");
  }

  /** Creates one with a sentence that says what is not available. */
  public KeysUnavailableException(String message) {
    // No stack trace: it is an answer, and a stranger can cause any number of them.
    super(message, null, false, false);
  }
}
