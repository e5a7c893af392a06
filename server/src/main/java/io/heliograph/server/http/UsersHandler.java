package io.heliograph.server.http;

import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.heliograph.server.event.UserId;
import io.heliograph.server.gate.Audit;
import io.heliograph.server.hub.Connections;
import io.heliograph.server.hub.Hub;
import io.heliograph.server.log.LogUnavailableException;
import io.heliograph.server.presence.Directory;
import io.heliograph.server.request.Body;
import io.heliograph.server.request.Guards;
import io.heliograph.server.request.Json;
import io.heliograph.server.request.Problem;
import io.heliograph.server.request.Requests;
import java.util.List;

/** Says who is online, ends streams and forgets logs. */
final class UsersHandler {

  private static final int DEFAULT_PAGE = 100;
  private static final int LARGEST_PAGE = 1000;

  private final Hub hub;
  private final Guards guards;
  private final Audit audit;
  private final Nodes nodes;

  UsersHandler(Hub hub, Nodes nodes, Guards guards) {
    this.nodes = nodes;
    this.hub = hub;
    this.guards = guards;
    this.audit = new Audit(guards);
  }

  void page(ServerRequest request, ServerResponse response) {
    String after = Requests.query(request, "after").orElse("");
    int limit = Requests.query(request, "limit", DEFAULT_PAGE, LARGEST_PAGE);
    // One more than asked for tells whether there is a next page.
    List<Connections.Online> found = nodes.asked(request).page(after, limit + 1);
    List<Connections.Online> page = found.subList(0, Math.min(limit, found.size()));
    Json.send(
        response,
        json -> {
          json.writeArrayFieldStart("users");
          for (Connections.Online online : page) {
            json.writeStartObject();
            json.writeStringField("user", online.user().value());
            json.writeBooleanField("online", true);
            json.writeNumberField("connections", online.connections());
            json.writeEndObject();
          }
          json.writeEndArray();
          if (found.size() > limit) {
            json.writeStringField("next", page.getLast().user().value());
          } else {
            json.writeNullField("next");
          }
        });
  }

  /** Whether each of these users is online, in the order in which they were asked for. */
  void many(ServerRequest request, ServerResponse response) {
    List<UserId> asked;
    try (var body = new Body(request, guards)) {
      asked = UserListReader.read(request, body);
    }
    List<Connections.Online> found = nodes.asked(request).count(asked);
    Json.send(
        response,
        json -> {
          json.writeArrayFieldStart("users");
          for (Connections.Online online : found) {
            json.writeStartObject();
            json.writeStringField("user", online.user().value());
            json.writeBooleanField("online", online.connections() > 0);
            json.writeNumberField("connections", online.connections());
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }

  /** Ends a user's streams. */
  void kick(ServerRequest request, ServerResponse response) {
    UserId user = Requests.user(request);
    int elsewhere;
    try {
      elsewhere = nodes.all().elsewhere(user);
    } catch (LogUnavailableException e) {
      hub.kicks().kick(user); // Here at least. It cannot pass on the kick, either.
      throw e;
    }
    int closed = hub.kicks().kick(user) + elsewhere;
    audit.log(Audit.of("kick").with("user", user).with("closed", closed), request, response);
    closed(response, closed);
  }

  /** Ends one stream. */
  void kickOne(ServerRequest request, ServerResponse response) {
    UserId user = Requests.user(request);
    String id = request.path().pathParameters().get("id");
    if (!hub.kicks().kick(user, id) && !kickElsewhere(user, id)) {
      // Not the problem of an unknown path: "it has ended" and "wrong base" are told apart by it.
      throw Problem.NO_CONNECTION.because(
          "The user has no such connection. It may have ended. GET /v1/users/{user} lists those"
              + " that are open.");
    }
    audit.log(
        Audit.of("kick").with("user", user).with("connection", id).with("closed", 1),
        request,
        response);
    closed(response, 1);
  }

  private boolean kickElsewhere(UserId user, String id) {
    boolean known =
        nodes.all().of(user).stream()
            .anyMatch(seen -> seen.lag().isEmpty() && seen.id().equals(id));
    if (known) {
      hub.kicks().kickElsewhere(user, id);
    }
    return known;
  }

  private static void closed(ServerResponse response, int streams) {
    Json.send(response, json -> json.writeNumberField("closed", streams));
  }

  /** Forgets what is kept for a user. */
  void forget(ServerRequest request, ServerResponse response) {
    UserId user = Requests.user(request);
    hub.forget(user);
    audit.log(Audit.of("forget").with("user", user), request, response);
    response.status(Status.NO_CONTENT_204).send();
  }

  void one(ServerRequest request, ServerResponse response) {
    UserId user = Requests.user(request);
    List<Directory.Seen> connections = nodes.asked(request).of(user);
    Json.send(
        response,
        json -> {
          json.writeStringField("user", user.value());
          json.writeBooleanField("online", !connections.isEmpty());
          json.writeArrayFieldStart("connections");
          for (Directory.Seen connection : connections) {
            json.writeStartObject();
            json.writeStringField("id", connection.id());
            json.writeStringField("since", connection.since().toString());
            json.writeStringField("remote", connection.remote());
            json.writeStringField("agent", connection.agent());
            json.writeNumberField("lag", connection.lag().orElse(-1)); // Other nodes do not tell.
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }
}
