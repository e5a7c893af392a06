package io.heliograph.server.auth;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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
  private final @Nullable Instant ended;

  TokenRefusedException(Reason reason, String message) {
    this(reason, message, null);
  }

  private TokenRefusedException(Reason reason, String message, @Nullable Instant ended) {
    // No stack trace: it is an answer, and a stranger can cause any number of them.
    super(message, null, false, false);
    this.reason = reason;
    this.ended = ended;
  }

  /** Of a token, or a ticket for one, that is good but for its end. */
  static TokenRefusedException ended(String message, Instant at) {
    return new TokenRefusedException(Reason.EXPIRED, message, at);
  }

  public Reason reason() {
    return reason;
  }

  /** When it ended, the allowed clock skew included; empty unless it is good in all else. */
  public Optional<Instant> ended() {
    return Optional.ofNullable(ended);
  }
}
