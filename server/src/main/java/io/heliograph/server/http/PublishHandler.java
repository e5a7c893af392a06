package io.heliograph.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.heliograph.server.event.Event;
import io.heliograph.server.event.IdempotencyKey;
import io.heliograph.server.event.Publication;
import io.heliograph.server.event.UserId;
import io.heliograph.server.hub.Hub;
import io.heliograph.server.limit.ClientAddresses;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Takes events, one a request. */
final class PublishHandler {

  private static final HeaderName IDEMPOTENCY_KEY = HeaderNames.create("Idempotency-Key");
  private static final int MAX_KEY_LENGTH = 255;

  private final Hub hub;
  private final Guards guards;
  private final EventReader reader;

  PublishHandler(Hub hub, Guards guards, EventReader reader) {
    this.hub = hub;
    this.guards = guards;
    this.reader = reader;
  }

  void toUser(ServerRequest request, ServerResponse response) {
    UserId user = Requests.user(request);
    Publication publication = publication(request, response);
    answer(request, response, hub.publish(user, publication));
  }

  void toEverybody(ServerRequest request, ServerResponse response) {
    Publication publication = publication(request, response);
    answer(request, response, hub.broadcast(publication));
  }

  private Publication publication(ServerRequest request, ServerResponse response) {
    Optional<String> type = Requests.query(request, "type");
    @Nullable IdempotencyKey key = key(request);
    try (var body = new Body(request, guards)) {
      Event event = reader.event(request, body, type);
      take(request, response);
      return Publication.of(event, publisher(), key);
    }
  }

  /** Counts an event against the rate of who sends it; refuses it where there is none left. */
  private void take(ServerRequest request, ServerResponse response) {
    Duration wait = waitFor(request, 1);
    if (wait.isPositive()) {
      response.headers().set(HeaderNames.RETRY_AFTER, Requests.seconds(wait));
      throw overTheRate();
    }
  }

  /** The body of a request that publishes. */
  Body body(ServerRequest request) {
    return new Body(request, guards);
  }

  /** For how long the sender has to wait; if for none, the events are counted against its rate. */
  Duration waitFor(ServerRequest request, int events) {
    return guards.publishing().isEmpty()
        ? Duration.ZERO
        : guards.publishing().get().take(ClientAddresses.group(guards.addressOf(request)), events);
  }

  /** Puts events back that were published before, under the same key. */
  void giveBack(ServerRequest request, int events) {
    if (events > 0 && guards.publishing().isPresent()) {
      guards.publishing().get().giveBack(ClientAddresses.group(guards.addressOf(request)), events);
    }
  }

  static ProblemException overTheRate() {
    return Problem.TOO_MANY_REQUESTS.because(
        "Your address has published more than limits.publish-rate allows. Try again a little"
            + " later.");
  }

  /** Whose share of the memory an event takes, and whose keys count. */
  static String publisher() {
    return Admission.current()
        .caller()
        .map(caller -> caller.user().value())
        .orElse(Publication.NO_PUBLISHER);
  }

  /** The key that makes a retry safe; null if there is none. */
  static @Nullable IdempotencyKey key(ServerRequest request) {
    Optional<String> key = Requests.header(request, IDEMPOTENCY_KEY);
    if (key.isEmpty()) {
      return null;
    }
    if (key.get().isEmpty()
        || key.get().length() > MAX_KEY_LENGTH
        || !key.get().chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw Problem.INVALID_KEY.because(
          "An Idempotency-Key is 1 to "
              + MAX_KEY_LENGTH
              + " visible ASCII characters, for example a random UUID.");
    }
    return IdempotencyKey.of(publisher(), key.get());
  }

  private void answer(ServerRequest request, ServerResponse response, Hub.Outcome outcome) {
    switch (outcome) {
      case Hub.Published published -> {
        giveBack(request, published.repeated() ? 1 : 0);
        response.status(Status.ACCEPTED_202);
        Json.send(response, json -> write(json, published));
      }
      case Hub.KeyReused _ ->
          throw Problem.KEY_REUSED.because(
              "The Idempotency-Key came before with another event. Take a new key for each event,"
                  + " and send a retry as it was sent first.");
    }
  }

  /** What a publisher is told of an event. */
  static void write(JsonGenerator json, Hub.Published published) throws IOException {
    if (published.ephemeral()) {
      json.writeNullField("id"); // Nothing ephemeral can be asked for again.
    } else {
      json.writeStringField("id", published.position().id());
    }
    json.writeNumberField("connections", published.connections());
    if (published.repeated()) {
      json.writeBooleanField("repeated", true);
    }
  }
}
