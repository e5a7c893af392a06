package io.heliograph.server.auth;

import io.heliograph.server.event.UserId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Whose access has ended before its token did. In memory: a restart forgets it. Thread-safe.
 *
 * <p>Bounded: at {@value #MAX} it refuses more rather than forget one.
 */
public final class Revocations {

  /** Users and tokens that can be revoked at the same time. */
  public static final int MAX = 100_000;

  /** How long one is kept unless it is said. */
  public static final Duration DEFAULT_KEPT = Duration.ofDays(7);

  private final Clock clock;

  // Both guarded by this.
  private final Map<UserId, Entry> users = new HashMap<>();
  private final Map<String, Entry> tokens = new HashMap<>();

  private record Entry(Instant at, Instant until) {
    Entry or(Entry later) {
      return new Entry(later.at, until.isAfter(later.until) ? until : later.until);
    }
  }

  public Revocations(Clock clock) {
    this.clock = clock;
  }

  /**
   * Ends what was given to a user until now: every token issued no later than this second.
   *
   * @param until when the last of these tokens has expired
   * @return false if there is no room for it: nothing was revoked
   */
  public synchronized boolean revoke(UserId user, Instant until) {
    if (!users.containsKey(user) && isFull()) {
      return false;
    }
    users.merge(user, new Entry(clock.instant(), until), Entry::or);
    return true;
  }

  /**
   * Ends one token.
   *
   * @param token its {@code jti}
   * @param until when it has expired
   * @return false if there is no room for it: nothing was revoked
   */
  public synchronized boolean revokeToken(String token, Instant until) {
    if (!tokens.containsKey(token) && isFull()) {
      return false;
    }
    tokens.merge(token, new Entry(clock.instant(), until), Entry::or);
    return true;
  }

  /** When the caller's token was revoked; empty if it was not. */
  public synchronized Optional<Instant> revokedAt(Caller caller) {
    Instant now = clock.instant();
    Optional<Entry> token =
        caller.token().flatMap(id -> Optional.ofNullable(tokens.get(id))).filter(alive(now));
    if (token.isPresent()) {
      return token.map(Entry::at);
    }
    return Optional.ofNullable(users.get(caller.user()))
        .filter(alive(now))
        // One that does not say when it was issued may be old. The claim counts whole seconds: what
        // was issued in the second of the revocation may have been before it.
        .filter(entry -> caller.issuedAt().map(at -> !at.isAfter(entry.at())).orElse(true))
        .map(Entry::at);
  }

  private boolean isFull() {
    if (users.size() + tokens.size() < MAX) {
      return false;
    }
    Instant now = clock.instant();
    users.values().removeIf(alive(now).negate());
    tokens.values().removeIf(alive(now).negate());
    return users.size() + tokens.size() >= MAX;
  }

  private static Predicate<Entry> alive(Instant now) {
    return entry -> now.isBefore(entry.until());
  }
}
