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
 * Revoked users and tokens. In memory: a restart forgets them. Thread-safe.
 *
 * <p>Bounded: at {@value #MAX} it refuses further revocations and forgets none.
 */
public final class Revocations {

  /** The maximum number of revoked users and tokens. */
  public static final int MAX = 100_000;

  /** How long a revocation is kept by default. */
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
   * Revokes every token of a user that was issued no later than this second.
   *
   * @param until time at which the last of these tokens has expired
   * @return false if the store is full; nothing was revoked
   */
  public synchronized boolean revoke(UserId user, Instant until) {
    if (!users.containsKey(user) && isFull()) {
      return false;
    }
    users.merge(user, new Entry(clock.instant(), until), Entry::or);
    return true;
  }

  /**
   * Revokes one token.
   *
   * @param token its {@code jti}
   * @param until time at which it has expired
   * @return false if the store is full; nothing was revoked
   */
  public synchronized boolean revokeToken(String token, Instant until) {
    if (!tokens.containsKey(token) && isFull()) {
      return false;
    }
    tokens.merge(token, new Entry(clock.instant(), until), Entry::or);
    return true;
  }

  /** The time at which the caller's token was revoked; empty if it was not. */
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
