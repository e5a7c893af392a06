package io.heliograph.server.gate;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.heliograph.server.auth.Caller;
import io.heliograph.server.auth.Revocations;
import io.heliograph.server.auth.Tickets;
import io.heliograph.server.event.InvalidValueException;
import io.heliograph.server.event.UserId;
import io.heliograph.server.event.Utf8;
import io.heliograph.server.hub.Hub;
import io.heliograph.server.request.Body;
import io.heliograph.server.request.Guards;
import io.heliograph.server.request.Json;
import io.heliograph.server.request.Problem;
import io.heliograph.server.request.ProblemException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Gives access, as tickets, and takes it back. */
public final class AccessHandler {

  private static final int MAX_BODY_BYTES = 4096;
  private static final int MAX_TOKEN_ID_LENGTH = 512;

  // The last that RFC 3339 can write, and long before the last that fits milliseconds.
  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999999999Z");

  private static final String SHAPE =
      "Send {\"user\":\"alice\"} or {\"jti\":\"<jti of the token>\"}, and add"
          + " \"until\":\"2026-12-31T00:00:00Z\" if tokens live longer than 7 days.";

  private final Hub hub;
  private final Guards guards;
  private final Tickets tickets;
  private final Revocations revocations;
  private final Clock clock;
  private final Audit audit;

  AccessHandler(Hub hub, Guards guards, Tickets tickets, Revocations revocations, Clock clock) {
    this.audit = new Audit(guards);
    this.hub = hub;
    this.guards = guards;
    this.tickets = tickets;
    this.revocations = revocations;
    this.clock = clock;
  }

  /** A ticket for the caller's own stream. */
  public void ticket(ServerRequest request, ServerResponse response) {
    Caller caller = Admission.current().caller().orElseThrow(AccessHandler::off);
    String ticket =
        tickets
            .issue(caller)
            .orElseThrow(
                () ->
                    Problem.STORE_FULL.because(
                        "The server holds the maximum number of tickets. Retry later."));
    response.status(Status.CREATED_201);
    response.headers().set(HeaderNames.CACHE_CONTROL, "no-store");
    Json.send(
        response,
        json -> {
          json.writeStringField("ticket", ticket);
          json.writeNumberField("expiresInMs", tickets.openWithin().toMillis());
        });
  }

  /** A user's or a token's access ends now. */
  public void revoke(ServerRequest request, ServerResponse response) {
    if (Admission.current().caller().isEmpty()) {
      throw off();
    }
    Asked asked = read(request);
    Instant now = clock.instant();
    Instant until =
        asked.until() == null ? now.plus(Revocations.DEFAULT_KEPT) : instant(asked.until());
    if (!until.isAfter(now)) {
      throw Problem.INVALID_REVOCATION.because("until is in the past. " + SHAPE);
    }
    int connections;
    try {
      if (!revoke(asked, until)) {
        throw Problem.STORE_FULL.because(
            "There are "
                + Revocations.MAX
                + " revocations, which is the maximum. Nothing was revoked.");
      }
    } finally {
      // Even if it could not be written: it is in force here until a restart.
      connections = hub.endRevoked();
    }
    audit.log(
        Audit.of("revoke")
            .with("user", Optional.ofNullable(asked.user()))
            .with("jti", Optional.ofNullable(asked.token()))
            .with("until", until)
            .with("closed", connections),
        request,
        response);
    Json.send(
        response,
        json -> {
          json.writeNumberField("connections", connections);
          json.writeStringField("until", until.toString());
        });
  }

  private boolean revoke(Asked asked, Instant until) {
    if (asked.user() != null && asked.token() == null) {
      try {
        return revocations.revoke(new UserId(asked.user()), until);
      } catch (InvalidValueException e) {
        throw Problem.INVALID_USER.because(String.valueOf(e.getMessage()));
      }
    }
    if (asked.token() != null && asked.user() == null) {
      if (asked.token().isEmpty() || asked.token().length() > MAX_TOKEN_ID_LENGTH) {
        throw Problem.INVALID_REVOCATION.because(
            "jti must have 1 to " + MAX_TOKEN_ID_LENGTH + " characters.");
      }
      return revocations.revokeToken(asked.token(), until);
    }
    throw Problem.INVALID_REVOCATION.because("Exactly one of user and jti is required. " + SHAPE);
  }

  private record Asked(@Nullable String user, @Nullable String token, @Nullable String until) {}

  private Asked read(ServerRequest request) {
    try (var body = new Body(request, guards)) {
      byte[] bytes =
          body.bytes(
              MAX_BODY_BYTES,
              () ->
                  Problem.BODY_TOO_LARGE.because(
                      "At most " + MAX_BODY_BYTES + " bytes are allowed."));
      // Decoded here, because of bytes the parser would guess an encoding.
      return parse(Utf8.decode(bytes));
    } catch (JsonProcessingException | InvalidValueException e) {
      throw Problem.INVALID_REVOCATION.because("The body is not JSON. " + SHAPE);
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory does not fail", e);
    }
  }

  private static Asked parse(String body) throws IOException {
    String user = null;
    String token = null;
    String until = null;
    try (JsonParser json = Json.FACTORY.createParser(body)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw Problem.INVALID_REVOCATION.because("The body is not a JSON object. " + SHAPE);
      }
      while (json.nextToken() != JsonToken.END_OBJECT) {
        String name = json.currentName();
        if (json.nextToken() != JsonToken.VALUE_STRING) {
          throw Problem.INVALID_REVOCATION.because("A member is not a string. " + SHAPE);
        }
        switch (name) {
          case "user" -> user = json.getText();
          case "jti" -> token = json.getText();
          case "until" -> until = json.getText();
          default -> throw Problem.INVALID_REVOCATION.because("A member is unknown. " + SHAPE);
        }
      }
      if (json.nextToken() != null) { // A second one would be passed over.
        throw Problem.INVALID_REVOCATION.because("Something follows the JSON object. " + SHAPE);
      }
    }
    return new Asked(user, token, until);
  }

  private static Instant instant(String text) {
    try {
      Instant time = Instant.parse(text);
      if (!time.isAfter(LATEST)) {
        return time;
      }
    } catch (DateTimeException e) {
      // Answered below, as any other time that is not allowed.
    }
    throw Problem.INVALID_REVOCATION.because("until is not a time up to the year 9999. " + SHAPE);
  }

  private static ProblemException off() {
    return Problem.AUTH_OFF.because(
        "Authentication is off, so there are no tickets or revocations. Set auth.mode=jwt.");
  }
}
