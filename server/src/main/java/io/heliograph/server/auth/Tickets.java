package io.heliograph.server.auth;

import io.heliograph.server.auth.TokenRefusedException.Reason;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;

/**
 * Tickets, which a reader that cannot set headers sends in a stream's URL instead of its token. A
 * ticket must be used soon, and opens one stream. After that it can only resume this stream, until
 * the token's end, because an EventSource returns with the same URL. Thread-safe.
 */
public interface Tickets {

  /** The maximum number of tickets. */
  int MAX = 100_000;

  /**
   * The maximum number of tickets of one user; a new ticket replaces the oldest one without an open
   * stream.
   */
  int MAX_PER_USER = 64;

  /** The time within which a ticket must be used for the first time. */
  Duration openWithin();

  /** Creates a ticket for the caller's own stream; empty if the store is full. */
  Optional<String> issue(Caller caller);

  /**
   * Uses a ticket.
   *
   * @param resumes whether the reader sent a cursor
   * @throws TokenRefusedException if the ticket is unknown, or does not allow it
   * @throws KeysUnavailableException if this cannot be found out now
   */
  Use open(String id, boolean resumes);

  /** The result of using a valid ticket. */
  sealed interface Use {
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
  interface Hold extends AutoCloseable {

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

  /** A new ticket, of 256 random bits. */
  static String random() {
    var bytes = new byte[32];
    new SecureRandom().nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /** Until when a ticket that is issued now must be used for the first time. */
  static Instant openUntil(Caller caller, Instant now, Duration openWithin) {
    Instant openUntil = now.plus(openWithin);
    return openUntil.isBefore(caller.expiresAt()) ? openUntil : caller.expiresAt();
  }

  /** The refusal of a ticket that is not known. */
  static TokenRefusedException unknown() {
    return new TokenRefusedException(
        Reason.INVALID, "The ticket is unknown or expired. Get a new one: POST /v1/tickets.");
  }

  /** The refusal of a second use. */
  static TokenRefusedException used() {
    return new TokenRefusedException(
        Reason.INVALID,
        "The ticket was used and can only resume its stream, with a Last-Event-ID."
            + " Get a new one: POST /v1/tickets.");
  }

  /** The refusal of a ticket whose token has ended. */
  static TokenRefusedException ended(Caller caller) {
    return TokenRefusedException.ended(
        "The ticket's token has expired. Get a new one: POST /v1/tickets.", caller.expiresAt());
  }
}
