package io.heliograph.server.auth;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A token or a ticket is not accepted. The message says why and may be shown to its owner. */
public final class TokenRefusedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** The reason, as far as it affects the response. */
  public enum Reason {
    /** Malformed, forged, or issued for another server. */
    INVALID,
    /** Not valid yet, or expired. */
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

  /** Creates one for a token, or a ticket for it, that is valid except for its end. */
  static TokenRefusedException ended(String message, Instant at) {
    return new TokenRefusedException(Reason.EXPIRED, message, at);
  }

  public Reason reason() {
    return reason;
  }

  /**
   * The time at which it ended, including the allowed clock skew; empty unless it is otherwise
   * valid.
   */
  public Optional<Instant> ended() {
    return Optional.ofNullable(ended);
  }
}
