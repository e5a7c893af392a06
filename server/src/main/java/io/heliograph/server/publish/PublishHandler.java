package io.heliograph.server.publish;

import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.heliograph.server.event.Event;
import io.heliograph.server.event.IdempotencyKey;
import io.heliograph.server.event.Publication;
import io.heliograph.server.event.UserId;
import io.heliograph.server.hub.Hub;
import io.heliograph.server.request.HeadRequest;
import io.heliograph.server.request.Problem;
import io.heliograph.server.request.Requests;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Takes events, one a request. */
public final class PublishHandler {

  private static final Header JSON =
      HeaderValues.createCached(HeaderNames.CONTENT_TYPE, "application/json");

  private final Hub hub;
  private final Publishing publishing;
  private final EventReader reader;

  public PublishHandler(Hub hub, Publishing publishing, EventReader reader) {
    this.hub = hub;
    this.publishing = publishing;
    this.reader = reader;
  }

  public void toUser(ServerRequest request, ServerResponse response) {
    UserId user = Requests.user(request);
    Publication publication = publication(request, response);
    answer(request, response, hub.publish(user, publication));
  }

  public void toEverybody(ServerRequest request, ServerResponse response) {
    Publication publication = publication(request, response);
    answer(request, response, hub.broadcast(publication));
  }

  private Publication publication(ServerRequest request, ServerResponse response) {
    Optional<String> type = Requests.query(request, "type");
    @Nullable IdempotencyKey key = publishing.key(request);
    try (var body = publishing.body(request)) {
      Event event = reader.event(request, body, type);
      take(request, response);
      return Publication.of(event, publishing.publisher(), key);
    }
  }

  /** Counts an event against the rate of who sends it; refuses it where there is none left. */
  private void take(ServerRequest request, ServerResponse response) {
    Duration wait = publishing.waitFor(request, 1);
    if (wait.isPositive()) {
      response.headers().set(HeaderNames.RETRY_AFTER, Requests.seconds(wait));
      throw publishing.overTheRate();
    }
  }

  private void answer(ServerRequest request, ServerResponse response, Hub.Outcome outcome) {
    switch (outcome) {
      case Hub.Published published -> {
        publishing.giveBack(request, published.repeated() ? 1 : 0);
        response.status(Status.ACCEPTED_202);
        response.headers().set(JSON);
        HeadRequest.send(response, Publishing.answer(published));
      }
      case Hub.KeyReused _ ->
          throw Problem.KEY_REUSED.because(
              "The Idempotency-Key was used for another event. Use a new key for each event,"
                  + " and send a retry unchanged.");
      case Hub.Unavailable(String reason) -> throw Problem.LOG_UNAVAILABLE.because(reason);
    }
  }
}
