package io.heliograph.server.http;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.heliograph.server.event.UserId;
import io.heliograph.server.hub.Hub;
import io.heliograph.server.request.Json;
import io.heliograph.server.request.Requests;

/** Answers what is known of a user's stream without opening it. */
final class CatchUpHandler {

  private static final HeaderName CURSOR = HeaderNames.create("Heliograph-Cursor");

  private final Hub hub;

  CatchUpHandler(Hub hub) {
    this.hub = hub;
  }

  /** The current cursor of the caller. */
  void ownCursor(ServerRequest request, ServerResponse response) {
    cursor(response, StreamHandler.caller("cursor"));
  }

  /** The current cursor of the user in the path. */
  void cursorOfUser(ServerRequest request, ServerResponse response) {
    cursor(response, Requests.user(request));
  }

  private void cursor(ServerResponse response, UserId user) {
    String cursor = hub.cursor(user).toString();
    response.headers().set(CURSOR, cursor);
    Json.send(response, json -> json.writeStringField("cursor", cursor));
  }
}
