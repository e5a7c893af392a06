package io.heliograph.server.auth;

import io.heliograph.server.auth.TokenRefusedException.Reason;
import io.heliograph.server.event.UserId;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Tickets, which a reader that cannot set headers sends in a stream's URL instead of its token. A
 * ticket must be used soon, and opens one stream. After that it can only resume this stream, until
 * the token's end, because an EventSource returns with the same URL. In memory: a restart forgets
 * tickets. Thread-safe.
 */
public final class Tickets {

  /** The maximum number of tickets. */
  static final int MAX = 100_000;

  /**
   * The maximum number of tickets of one user; a new ticket replaces the oldest one without an open
   * stream.
   */
  static final int MAX_PER_USER = 64;

  // 256 bits: not to be guessed.
  private static final int BYTES = 32;

  private final Duration openWithin;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();

  // Both guarded by this. The inner maps are in the order of issue.
  private final Map<String, Ticket> all = new HashMap<>();
  private final Map<UserId, Map<String, Ticket>> byUser = new HashMap<>();
  private Instant lastSweep = Instant.EPOCH;

  // Guarded by the tickets' own lock.
  private static final class Ticket {
    final Caller caller;
    Instant openUntil;
    boolean used;
    boolean open;

    Ticket(Caller caller, Instant openUntil) {
      this.caller = caller;
      this.openUntil = openUntil;
    }

    /** Whether nothing is answered to it any more but that it is unknown. */
    boolean isOver(Instant now) {
      return !open && !now.isBefore(used ? caller.expiresAt().plus(Caller.GRACE) : openUntil);
    }
  }

  /** The result of using a valid ticket. */
  public sealed interface Use {
    /**
     * The stream may be opened.
     *
     * @param hold must be closed when the request has ended
     */
    record Opened(Caller caller, Hold hold) implements Use {}

    /** The ticket's connection is still open, or not yet known to have ended. */
    record Busy() implements Use {}
  }

  /** The connection of a ticket. */
  public interface Hold extends AutoCloseable {

    /** The hold of a request without a ticket. */
    Hold NONE =
        new Hold() {
          @Override
          public void begun() {}

          @Override
          public void close() {}
        };

    /**
     * Marks that the stream has begun: from now on, the ticket can only resume it. A stream that is
     * refused before that does not use up the ticket, because an EventSource returns with the same
     * URL.
     */
    void begun();

    /** Releases the ticket for the next connection. May be called repeatedly. */
    @Override
    void close();
  }

  /**
   * Creates a store.
   *
   * @param openWithin time within which a ticket must be used for the first time
   */
  public Tickets(Duration openWithin, Clock clock) {
    this.openWithin = openWithin;
    this.clock = clock;
  }

  /** The time within which a ticket must be used for the first time. */
  public Duration openWithin() {
    return openWithin;
  }

  /** Creates a ticket for the caller's own stream; empty if the store is full. */
  public synchronized Optional<String> issue(Caller caller) {
    Instant now = clock.instant();
    makeRoom(caller.user(), now);
    Map<String, Ticket> own = byUser.computeIfAbsent(caller.user(), _ -> new LinkedHashMap<>());
    if (all.size() >= MAX || own.size() >= MAX_PER_USER) {
      return Optional.empty();
    }
    var bytes = new byte[BYTES];
    random.nextBytes(bytes);
    String id = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    var ticket = new Ticket(caller, openUntil(caller, now));
    all.put(id, ticket);
    own.put(id, ticket);
    return Optional.of(id);
  }

  /**
   * Uses a ticket.
   *
   * @param resumes whether the reader sent a cursor
   * @throws TokenRefusedException if the ticket is unknown, or does not allow it
   */
  public synchronized Use open(String id, boolean resumes) {
    Instant now = clock.instant();
    Ticket ticket = all.get(id);
    if (ticket == null || ticket.isOver(now)) {
      throw refused("The ticket is unknown or expired. Get a new one: POST /v1/tickets.");
    }
    if (ticket.open) {
      return new Use.Busy();
    }
    if (ticket.used && !resumes) {
      throw refused(
          "The ticket was used and can only resume its stream, with a Last-Event-ID."
              + " Get a new one: POST /v1/tickets.");
    }
    if (!now.isBefore(ticket.caller.expiresAt())) {
      throw TokenRefusedException.ended(
          "The ticket's token has expired. Get a new one: POST /v1/tickets.",
          ticket.caller.expiresAt());
    }
    ticket.open = true;
    return new Use.Opened(ticket.caller, hold(ticket));
  }

  private Instant openUntil(Caller caller, Instant now) {
    Instant openUntil = now.plus(openWithin);
    return openUntil.isBefore(caller.expiresAt()) ? openUntil : caller.expiresAt();
  }

  private Hold hold(Ticket ticket) {
    return new Hold() {
      private boolean closed;

      @Override
      public void begun() {
        synchronized (Tickets.this) {
          ticket.used = true;
        }
      }

      @Override
      public void close() {
        synchronized (Tickets.this) {
          if (closed) {
            return; // The ticket may be in use again.
          }
          closed = true;
          ticket.open = false;
          if (!ticket.used) {
            ticket.openUntil = openUntil(ticket.caller, clock.instant());
          }
        }
      }
    };
  }

  private void makeRoom(UserId user, Instant now) {
    Map<String, Ticket> own = byUser.getOrDefault(user, Map.of());
    if (own.size() >= MAX_PER_USER) {
      own.entrySet().stream()
          .filter(entry -> !entry.getValue().open)
          .map(Map.Entry::getKey)
          .findFirst()
          .ifPresent(
              id -> {
                own.remove(id);
                all.remove(id);
              });
    }
    // Not at every call: who fills the store must not make each call walk through it.
    if (all.size() >= MAX / 2 && now.isAfter(lastSweep.plusSeconds(1))) {
      lastSweep = now;
      all.values().removeIf(ticket -> ticket.isOver(now));
      byUser.values().forEach(tickets -> tickets.values().removeIf(ticket -> ticket.isOver(now)));
      byUser.values().removeIf(Map::isEmpty);
    }
  }

  private static TokenRefusedException refused(String message) {
    return new TokenRefusedException(Reason.INVALID, message);
  }
}
