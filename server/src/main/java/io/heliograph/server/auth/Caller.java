package io.heliograph.server.auth;

import io.heliograph.server.event.UserId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * A caller, according to a verified token.
 *
 * @param user the token's {@code sub}
 * @param token the token's {@code jti}, by which it can be revoked; empty if it has none
 * @param issuedAt the token's {@code iat}; empty if it has none
 * @param expiresAt time from which the token is rejected: its {@code exp} plus the allowed clock
 *     skew
 */
public record Caller(
    UserId user,
    Set<Scope> scopes,
    Optional<String> token,
    Optional<Instant> issuedAt,
    Instant expiresAt) {

  /**
   * How long after its token's end a returning reader receives a stream instead of a refusal. A
   * refusal would end a browser's EventSource permanently, although its page may be about to renew
   * the token.
   */
  public static final Duration GRACE = Duration.ofMinutes(1);

  public Caller {
    scopes = Set.copyOf(scopes);
  }

  public boolean may(Scope scope) {
    return scopes.contains(scope);
  }

  /** The remaining validity of the token; zero or less if it has expired. */
  public Duration remaining(Instant now) {
    return Duration.between(now, expiresAt);
  }
}
