package io.heliograph.server.http;

import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.heliograph.server.event.Position;
import io.heliograph.server.event.UserId;
import io.heliograph.server.hub.Hub;
import io.heliograph.server.limit.ClientAddresses;
import java.time.Duration;

/** Takes events. */
final class PublishHandler {

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
    take(request, response, 1);
    accepted(response, hub.publish(user, reader.read(request)));
  }

  void toEverybody(ServerRequest request, ServerResponse response) {
    take(request, response, 1);
    accepted(response, hub.broadcast(reader.read(request)));
  }

  /** Counts events against the rate of who sends them; refuses them where it has none left. */
  private void take(ServerRequest request, ServerResponse response, int events) {
    if (guards.publishing().isEmpty()) {
      return;
    }
    Duration wait =
        guards.publishing().get().take(ClientAddresses.group(guards.addressOf(request)), events);
    if (wait.isPositive()) {
      response.headers().set(HeaderNames.RETRY_AFTER, Requests.seconds(wait));
      throw Problem.TOO_MANY_REQUESTS.because(
          "Your address has published more than limits.publish-rate allows; Retry-After says when"
              + " to go on.");
    }
  }

  private static void accepted(ServerResponse response, Hub.Published published) {
    response.status(Status.ACCEPTED_202);
    Json.send(
        response,
        json -> {
          if (published.event().ephemeral()) {
            json.writeNullField("id"); // Nothing ephemeral can be asked for again.
          } else {
            json.writeStringField("id", idOf(published.event().position()));
          }
          json.writeNumberField("connections", published.connections());
        });
  }

  /**
   * Names the event in its log; a cursor, which names a place in several logs, is another thing.
   */
  private static String idOf(Position position) {
    return Long.toString(position.epoch(), 36) + "-" + position.sequence();
  }
}
