package io.heliograph.server.auth;

import io.heliograph.server.event.UserId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * Who calls, as a token says that was verified.
 *
 * @param user the token's {@code sub}
 * @param token the token's {@code jti}, by which it can be revoked; empty if it has none
 * @param issuedAt the token's {@code iat}; empty if it does not say
 * @param expiresAt from when on the token is refused: its {@code exp} and the allowed clock skew
 */
public record Caller(
    UserId user,
    Set<Scope> scopes,
    Optional<String> token,
    Optional<Instant> issuedAt,
    Instant expiresAt) {

  /**
   * For how long after its token's end a reader that comes back is asked to come again and not
   * refused: a browser's EventSource gives up for good on a refusal, and a page may be about to
   * renew the token.
   */
  public static final Duration GRACE = Duration.ofMinutes(1);

  public Caller {
    scopes = Set.copyOf(scopes);
  }

  public boolean may(Scope scope) {
    return scopes.contains(scope);
  }

  /** How long the token is still good; zero or less if it is not. */
  public Duration remaining(Instant now) {
    return Duration.between(now, expiresAt);
  }
}
