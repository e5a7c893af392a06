package io.heliograph.server.auth;

/** The keys cannot be had at the moment, so that nobody can say whether a token is good. */
public final class KeysUnavailableException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  KeysUnavailableException(Throwable cause) {
    super("The keys that tokens are verified with cannot be fetched.", cause, false, false);
  }
}
