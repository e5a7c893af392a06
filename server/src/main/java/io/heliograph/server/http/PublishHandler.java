package io.heliograph.server.http;

import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.heliograph.server.event.Position;
import io.heliograph.server.event.UserId;
import io.heliograph.server.hub.Hub;

/** Takes events. */
final class PublishHandler {

  private final Hub hub;
  private final EventReader reader;

  PublishHandler(Hub hub, EventReader reader) {
    this.hub = hub;
    this.reader = reader;
  }

  void toUser(ServerRequest request, ServerResponse response) {
    UserId user = Requests.user(request);
    accepted(response, hub.publish(user, reader.read(request)));
  }

  void toEverybody(ServerRequest request, ServerResponse response) {
    accepted(response, hub.broadcast(reader.read(request)));
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
