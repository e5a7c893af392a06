package io.heliograph.server.auth;

/** A token or a ticket is not accepted; the message says why, in words fit for its owner. */
public final class TokenRefusedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Why, where it makes a difference to what is answered. */
  public enum Reason {
    /** Malformed, forged, or not meant for this server. */
    INVALID,
    /** Its time has not come, or is over. */
    EXPIRED
  }

  private final Reason reason;

  TokenRefusedException(Reason reason, String message) {
    // No stack trace: it is an answer, and a stranger can cause any number of them.
    super(message, null, false, false);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
