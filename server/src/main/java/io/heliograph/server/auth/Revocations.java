package io.heliograph.server.auth;

import io.heliograph.server.event.UserId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Revoked users and tokens. In memory; each is passed on, so that a restart can restore it.
 * Thread-safe.
 *
 * <p>Bounded: at {@value #MAX} it refuses further revocations and forgets none.
 */
public final class Revocations {

  /** The maximum number of revoked users and tokens. */
  public static final int MAX = 100_000;

  /** How long a revocation is kept by default. */
  public static final Duration DEFAULT_KEPT = Duration.ofDays(7);

  /** The first word of a revocation that is passed on. */
  public static final String WORD = "revoke";

  private final Clock clock;
  private final Consumer<String> journal;

  // Both guarded by this.
  private final Map<UserId, Entry> users = new HashMap<>();
  private final Map<String, Entry> tokens = new HashMap<>();

  private record Entry(Instant at, Instant until) {
    Entry or(Entry later) {
      return new Entry(later.at, until.isAfter(later.until) ? until : later.until);
    }
  }

  /** Revocations that a restart forgets. */
  public Revocations(Clock clock) {
    this(clock, _ -> {});
  }

  /**
   * Passes on each revocation, once it is in force.
   *
   * @param journal may wait, and fail; the revocation is then in force until a restart
   */
  public Revocations(Clock clock, Consumer<String> journal) {
    this.clock = clock;
    this.journal = journal;
  }

  /** Restores a revocation that was passed on. */
  public synchronized void restore(String text) {
    String[] words = text.split(" ", 5);
    var entry =
        new Entry(
            Instant.ofEpochMilli(Long.parseLong(words[2])),
            Instant.ofEpochMilli(Long.parseLong(words[3])));
    if (words[1].equals("user")) {
      users.merge(new UserId(words[4]), entry, Entry::or);
    } else {
      tokens.merge(words[4], entry, Entry::or);
    }
  }

  /** All revocations in force, as they are passed on. */
  public synchronized List<String> inForce() {
    Instant now = clock.instant();
    var texts = new ArrayList<String>();
    users.forEach(
        (user, entry) -> {
          if (alive(now).test(entry)) {
            texts.add(text("user", user.value(), entry));
          }
        });
    tokens.forEach(
        (token, entry) -> {
          if (alive(now).test(entry)) {
            texts.add(text("token", token, entry));
          }
        });
    return texts;
  }

  private static String text(String kind, String name, Entry entry) {
    return "%s %s %s %s %s"
        .formatted(WORD, kind, entry.at.toEpochMilli(), entry.until.toEpochMilli(), name);
  }

  /**
   * Revokes every token of a user that was issued no later than this second.
   *
   * @param until time at which the last of these tokens has expired
   * @return false if the store is full; nothing was revoked
   */
  public boolean revoke(UserId user, Instant until) {
    Entry entry;
    synchronized (this) {
      if (!users.containsKey(user) && isFull()) {
        return false;
      }
      entry = users.merge(user, new Entry(clock.instant(), until), Entry::or);
    }
    journal.accept(text("user", user.value(), entry)); // Callers are checked meanwhile.
    return true;
  }

  /**
   * Revokes one token.
   *
   * @param token its {@code jti}
   * @param until time at which it has expired
   * @return false if the store is full; nothing was revoked
   */
  public boolean revokeToken(String token, Instant until) {
    Entry entry;
    synchronized (this) {
      if (!tokens.containsKey(token) && isFull()) {
        return false;
      }
      entry = tokens.merge(token, new Entry(clock.instant(), until), Entry::or);
    }
    journal.accept(text("token", token, entry));
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
