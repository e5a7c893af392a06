package io.heliograph.server.gate;

import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.heliograph.server.auth.Caller;
import io.heliograph.server.auth.KeysUnavailableException;
import io.heliograph.server.auth.Revocations;
import io.heliograph.server.auth.Scope;
import io.heliograph.server.auth.ScrapeToken;
import io.heliograph.server.auth.Tickets;
import io.heliograph.server.auth.TokenRefusedException;
import io.heliograph.server.auth.Tokens;
import io.heliograph.server.hub.CloseReason;
import io.heliograph.server.hub.Hub;
import io.heliograph.server.hub.Lease;
import io.heliograph.server.hub.StreamLimits;
import io.heliograph.server.request.Guards;
import io.heliograph.server.request.HeadRequest;
import io.heliograph.server.request.Problem;
import io.heliograph.server.request.ProblemException;
import io.heliograph.server.request.Requests;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Stands before every route: finds out who calls, and whether it may. Thread-safe.
 *
 * <p>A token comes by {@code Authorization}, by a cookie or, for a stream, as a ticket in the URL;
 * never as a token in the URL, which logs and histories keep.
 */
public final class Gate {

  private static final String REALM = "Bearer realm=\"heliograph\"";
  private static final String BEARER = "bearer ";

  // The longest time that a reader is told of its token's end before it comes; less for a short
  // one: a tenth of its life.
  private static final Duration LONGEST_WARNING = Duration.ofMinutes(1);
  private static final int LIFETIMES_PER_WARNING = 10;

  // For as long a browser that comes back after its token was revoked is told to stop.
  private static final Duration STOP_SPAN = Duration.ofMinutes(1);

  // When a reader may come back that cannot be let in at this moment; spread over as long again.
  private static final Duration RETRY = Duration.ofSeconds(3);

  private final Optional<Tokens> tokens;
  private final Tickets tickets;
  private final Revocations revocations;
  private final Optional<String> cookie;
  private final Pages pages;
  private final Clock clock;
  private final Optional<ScrapeToken> scrapeToken;
  private final Guards guards;

  /**
   * Makes a gate.
   *
   * @param tokens empty if authentication is off: anybody may do anything
   * @param cookie which one may hold the token; empty if none
   * @param scrapeToken lets a metrics collector in where {@link Access#SCRAPE} is asked for
   * @param guards count who is refused by a stream; other refusals are counted where they are sent
   */
  public Gate(
      Optional<Tokens> tokens,
      Tickets tickets,
      Revocations revocations,
      Optional<String> cookie,
      Pages pages,
      Clock clock,
      Optional<ScrapeToken> scrapeToken,
      Guards guards) {
    this.tokens = tokens;
    this.tickets = tickets;
    this.revocations = revocations;
    this.cookie = cookie;
    this.pages = pages;
    this.clock = clock;
    this.scrapeToken = scrapeToken;
    this.guards = guards;
  }

  /** Lets the handler answer only who may ask; refuses the others with a problem document. */
  public Handler before(Access access, Handler handler) {
    return (request, response) -> {
      try {
        handle(access, handler, request, response);
      } catch (IllegalStateException e) {
        // Helidon would try to answer, and log with a stack trace that it cannot.
        throw Requests.saysThatPeerLeft(e) ? new CloseConnectionException("The peer left.", e) : e;
      }
    };
  }

  private void handle(
      Access access, Handler handler, ServerRequest request, ServerResponse response)
      throws Exception {
    pages.announce(request, response);
    if (access == Access.OPEN) {
      handler.handle(request, response);
      return;
    }
    Optional<Admission> admitted = admit(access, request, response);
    if (admitted.isPresent()) {
      try (Admission admission = admitted.get()) {
        admission.handle(handler, request, response);
      }
    }
  }

  /** Answers a browser that asks before it calls; false if it is no such question. */
  public boolean answerPreflight(ServerRequest request, ServerResponse response, String methods) {
    return pages.answerPreflight(request, response, methods);
  }

  /** Whether callers need a token. */
  public boolean asksForTokens() {
    return tokens.isPresent();
  }

  /** Whether callers can be told apart: there is a key to verify tokens with, or no need of one. */
  public boolean ready() {
    return tokens.map(Tokens::ready).orElse(true);
  }

  /** Gives and takes back what this gate asks for. */
  public AccessHandler accessHandler(Hub hub) {
    return new AccessHandler(hub, guards, tickets, revocations, clock);
  }

  /** Empty if the request was answered. */
  private Optional<Admission> admit(Access access, ServerRequest request, ServerResponse response) {
    if (tokens.isEmpty()) {
      pages.checkOpenServer(request);
      return Optional.of(Admission.ofAnybody());
    }
    if (access == Access.SCRAPE && showsScrapeToken(request)) {
      return Optional.of(Admission.ofAnybody());
    }
    boolean stream = access.isStream();
    Shown shown;
    try {
      shown = show(tokens.get(), access, request, response);
    } catch (KeysUnavailableException e) {
      ProblemException problem =
          Problem.KEYS_UNAVAILABLE.because(String.valueOf(e.getMessage()) + " Try again.");
      if (stream && Requests.acceptsEventStream(request)) {
        sayComeBack(request, response, problem, CloseReason.OVERLOADED, retry());
        return Optional.empty();
      }
      throw problem;
    }
    if (shown instanceof Shown.Ended(Duration since)) {
      Duration comeBack =
          StreamLimits.comeBackExpired(since, ThreadLocalRandom.current().nextDouble());
      ProblemException problem = Problem.TOKEN_EXPIRED.because("The token has expired.");
      sayComeBack(request, response, problem, CloseReason.TOKEN_EXPIRED, comeBack);
      return Optional.empty();
    }
    if (shown instanceof Shown.Busy) {
      ProblemException problem =
          Problem.TICKET_IN_USE.because(
              "A ticket allows one connection at a time, and its connection is still open. Retry"
                  + " later.");
      if (Requests.acceptsEventStream(request)) {
        sayComeBack(request, response, problem, CloseReason.TOO_MANY_CONNECTIONS, retry());
        return Optional.empty();
      }
      throw problem;
    }
    var good = (Shown.Good) shown;
    boolean let = false;
    try {
      Optional<Instant> revoked = revocations.revokedAt(good.caller());
      if (revoked.isPresent()) {
        answerRevoked(revoked.get(), stream, request, response);
        return Optional.empty();
      }
      check(access, good, request, response);
      let = true;
    } finally {
      if (!let) {
        good.hold().close();
      }
    }
    return Optional.of(
        new Admission(Optional.of(good.caller()), lease(good.caller()), good.hold()));
  }

  private boolean showsScrapeToken(ServerRequest request) {
    return scrapeToken
        .flatMap(
            token ->
                Requests.header(request, HeaderNames.AUTHORIZATION)
                    .filter(Gate::isBearer)
                    .map(value -> token.is(value.substring(BEARER.length()).strip())))
        .orElse(false);
  }

  private static boolean isBearer(String authorization) {
    return authorization.toLowerCase(Locale.ROOT).startsWith(BEARER);
  }

  private static Duration retry() {
    return RETRY.plusMillis(ThreadLocalRandom.current().nextLong(RETRY.toMillis()));
  }

  private void sayComeBack(
      ServerRequest request,
      ServerResponse response,
      ProblemException problem,
      CloseReason reason,
      Duration comeBack) {
    String detail = String.valueOf(problem.getMessage());
    guards.refused(request, response, problem.problem().word(), detail);
    Door.sayComeBack(request, response, reason, comeBack);
  }

  /** What a request shows to say who sends it. */
  private sealed interface Shown {
    record Good(Caller caller, boolean byTicket, Tickets.Hold hold) implements Shown {}

    record Busy() implements Shown {}

    /** What was good a moment ago, shown by a reader that comes back. */
    record Ended(Duration since) implements Shown {}
  }

  private Shown show(
      Tokens verifier, Access access, ServerRequest request, ServerResponse response) {
    boolean byTicketToo = access.isUsersStream();
    try {
      Optional<String> authorization = Requests.header(request, HeaderNames.AUTHORIZATION);
      if (authorization.isPresent()) {
        // What is shown counts, and nothing else: a bad token is not made good by a cookie.
        return token(verifier, bearer(authorization.get(), response));
      }
      Optional<String> ticket = Requests.anyQuery(request, "ticket");
      if (byTicketToo && ticket.isPresent() && !HeadRequest.isCurrent()) { // HEAD opens no stream.
        boolean resumes = Requests.lastEventId(request).isPresent();
        return switch (tickets.open(ticket.get(), resumes)) {
          case Tickets.Use.Opened(Caller caller, Tickets.Hold hold) ->
              new Shown.Good(caller, true, hold);
          case Tickets.Use.Busy _ -> new Shown.Busy();
        };
      }
      Optional<String> fromCookie =
          cookie.flatMap(name -> request.headers().cookies().first(name).asOptional());
      if (fromCookie.isPresent()) {
        // A cookie comes with any page's requests, so the page must be one of ours.
        pages.checkPage(request);
        return token(verifier, fromCookie.get());
      }
    } catch (TokenRefusedException e) {
      Optional<Duration> since = e.ended().map(at -> Duration.between(at, clock.instant()));
      if (access.isStream()
          && since.isPresent()
          && since.get().compareTo(Caller.GRACE) < 0
          && isReturn(request)) {
        return new Shown.Ended(since.get());
      }
      boolean byTicket =
          Requests.header(request, HeaderNames.AUTHORIZATION).isEmpty()
              && Requests.anyQuery(request, "ticket").isPresent();
      challenge(response, ", error=\"invalid_token\"");
      throw switch (e.reason()) {
        case EXPIRED -> Problem.TOKEN_EXPIRED.because(String.valueOf(e.getMessage()));
        case INVALID ->
            (byTicket ? Problem.INVALID_TICKET : Problem.INVALID_TOKEN)
                .because(String.valueOf(e.getMessage()));
      };
    }
    challenge(response, "");
    throw Problem.UNAUTHENTICATED.because(
        "Send Authorization: Bearer <token>"
            + (byTicketToo ? ", or ?ticket= with a ticket from POST /v1/tickets." : "."));
  }

  /** Whether a reader comes back to its stream: only then it had one. */
  private static boolean isReturn(ServerRequest request) {
    return Requests.acceptsEventStream(request) && Requests.lastEventId(request).isPresent();
  }

  private static Shown token(Tokens verifier, String token) {
    return new Shown.Good(verifier.verify(token), false, Tickets.Hold.NONE);
  }

  private static String bearer(String authorization, ServerResponse response) {
    if (!isBearer(authorization)) {
      challenge(response, "");
      throw Problem.UNAUTHENTICATED.because("Authorization must be: Bearer <token>.");
    }
    return authorization.substring(BEARER.length()).strip();
  }

  private static void check(
      Access access, Shown.Good shown, ServerRequest request, ServerResponse response) {
    Caller caller = shown.caller();
    switch (access) {
      case OPEN -> {}
      case READ_OWN, FETCH_OWN, TICKET -> require(caller, Scope.SUBSCRIBE, response);
      case PUBLISH -> require(caller, Scope.PUBLISH, response);
      case OPERATE, LOOK_ON, SCRAPE -> require(caller, Scope.OPERATE, response);
      case READ, FETCH -> {
        // A ticket is for one's own stream, whatever its owner might do with the token itself.
        if (shown.byTicket() || !caller.may(Scope.OPERATE)) {
          require(caller, Scope.SUBSCRIBE, response);
          if (!caller.user().value().equals(request.path().pathParameters().get("user"))) {
            // The same words for every other user, be it known here or not.
            throw Problem.FORBIDDEN.because(
                "This token may only read the stream of its own user: GET /v1/events.");
          }
        }
      }
    }
  }

  private static void require(Caller caller, Scope scope, ServerResponse response) {
    if (!caller.may(scope)) {
      challenge(response, ", error=\"insufficient_scope\", scope=\"" + scope.word() + "\"");
      throw Problem.FORBIDDEN.because("The token's scope does not include '" + scope.word() + "'.");
    }
  }

  private void answerRevoked(
      Instant at, boolean stream, ServerRequest request, ServerResponse response) {
    boolean justNow = Duration.between(at, clock.instant()).compareTo(STOP_SPAN) < 0;
    if (stream && justNow && Requests.acceptsEventStream(request)) {
      // Ends a browser's EventSource, which does not know reconnect:false.
      response.status(Status.NO_CONTENT_204).send();
      return;
    }
    challenge(response, ", error=\"invalid_token\"");
    throw Problem.TOKEN_REVOKED.because("The token was revoked. Get a new one from its issuer.");
  }

  private Lease lease(Caller caller) {
    Instant now = clock.instant();
    Duration remaining = caller.remaining(now);
    Duration tenth =
        Duration.between(caller.issuedAt().orElse(now), caller.expiresAt())
            .dividedBy(LIFETIMES_PER_WARNING);
    return new Lease(
        remaining,
        tenth.compareTo(LONGEST_WARNING) < 0 ? tenth : LONGEST_WARNING,
        () -> revocations.revokedAt(caller).isPresent());
  }

  private static void challenge(ServerResponse response, String more) {
    response.headers().set(HeaderNames.WWW_AUTHENTICATE, REALM + more);
  }
}
