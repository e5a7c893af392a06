package io.heliograph.server.auth;

import io.heliograph.server.event.UserId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The tickets of one node, in memory: a restart forgets them. Thread-safe. */
public final class LocalTickets implements Tickets {

  private final Duration openWithin;
  private final Clock clock;

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

  /**
   * Creates a store.
   *
   * @param openWithin time within which a ticket must be used for the first time
   */
  public LocalTickets(Duration openWithin, Clock clock) {
    this.openWithin = openWithin;
    this.clock = clock;
  }

  @Override
  public Duration openWithin() {
    return openWithin;
  }

  @Override
  public synchronized Optional<String> issue(Caller caller) {
    Instant now = clock.instant();
    makeRoom(caller.user(), now);
    Map<String, Ticket> own = byUser.computeIfAbsent(caller.user(), _ -> new LinkedHashMap<>());
    if (all.size() >= MAX || own.size() >= MAX_PER_USER) {
      return Optional.empty();
    }
    String id = Tickets.random();
    var ticket = new Ticket(caller, openUntil(caller, now));
    all.put(id, ticket);
    own.put(id, ticket);
    return Optional.of(id);
  }

  @Override
  public synchronized Use open(String id, boolean resumes) {
    Instant now = clock.instant();
    Ticket ticket = all.get(id);
    if (ticket == null || ticket.isOver(now)) {
      throw Tickets.unknown();
    }
    if (ticket.open) {
      return new Use.Busy();
    }
    if (ticket.used && !resumes) {
      throw Tickets.used();
    }
    if (!now.isBefore(ticket.caller.expiresAt())) {
      throw Tickets.ended(ticket.caller);
    }
    ticket.open = true;
    return new Use.Opened(ticket.caller, hold(ticket));
  }

  private Instant openUntil(Caller caller, Instant now) {
    return Tickets.openUntil(caller, now, openWithin);
  }

  private Hold hold(Ticket ticket) {
    return new Hold() {
      private boolean closed;

      @Override
      public void begun() {
        synchronized (LocalTickets.this) {
          ticket.used = true;
        }
      }

      @Override
      public void close() {
        synchronized (LocalTickets.this) {
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
}
