package io.heliograph.server.http;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.heliograph.server.event.NanoClock;
import io.heliograph.server.hub.Hub;
import io.heliograph.server.tail.Tails;
import java.time.Duration;

/** All paths of the server. */
public final class Routes {

  // Of what is remembered of publishes with an Idempotency-Key: about 100,000 of them.
  private static final long MAX_ANSWER_BYTES = 64 << 20;

  private final StreamHandler streams;
  private final PublishHandler publish;
  private final BatchHandler batch;
  private final UsersHandler users;
  private final StatusHandler status;

  /**
   * Routes to one hub.
   *
   * @param heartbeat the longest silence of a stream, which its head announces
   * @param maxDataBytes the most that an event's data may have, in bytes of UTF-8
   */
  public Routes(Hub hub, Tails tails, Duration heartbeat, int maxDataBytes) {
    this.streams = new StreamHandler(hub, tails, heartbeat);
    var reader = new EventReader(maxDataBytes);
    this.publish =
        new PublishHandler(hub, reader, new FirstAnswers(MAX_ANSWER_BYTES, NanoClock.SYSTEM));
    this.batch = new BatchHandler(hub, reader, publish);
    this.users = new UsersHandler(hub);
    this.status = new StatusHandler(hub);
  }

  /** Adds all paths. */
  public void register(HttpRouting.Builder routing) {
    Problems.handle(routing);
    routing
        .get("/sse/{user}", streams::ofUser)
        .any("/sse/{user}", allow("GET"))
        .get("/v1/events", streams::own)
        .post("/v1/events", batch::publish)
        .any("/v1/events", allow("GET, POST"))
        .get("/v1/users/{user}/events", streams::ofUser)
        .post("/v1/users/{user}/events", publish::toUser)
        .delete("/v1/users/{user}/events", users::forget)
        .any("/v1/users/{user}/events", allow("GET, POST, DELETE"))
        .delete("/v1/users/{user}/connections", users::kick)
        .any("/v1/users/{user}/connections", allow("DELETE"))
        .delete("/v1/users/{user}/connections/{id}", users::kickOne)
        .any("/v1/users/{user}/connections/{id}", allow("DELETE"))
        .post("/v1/broadcast", publish::toEverybody)
        .any("/v1/broadcast", allow("POST"))
        .get("/v1/users", users::page)
        .any("/v1/users", allow("GET"))
        .get("/v1/users/{user}", users::one)
        .any("/v1/users/{user}", allow("GET"))
        .post("/v1/presence", users::many)
        .any("/v1/presence", allow("POST"))
        .get("/v1/presence/events", streams::edges)
        .any("/v1/presence/events", allow("GET"))
        .get("/v1/tail", streams::tail)
        .any("/v1/tail", allow("GET"))
        .get("/v1/stats", status::stats)
        .any("/v1/stats", allow("GET"))
        .get("/openapi.yaml", status::openApi)
        .any("/openapi.yaml", allow("GET"))
        .get("/health/live", status::live)
        .any("/health/live", allow("GET"))
        .get("/health/ready", status::ready)
        .any("/health/ready", allow("GET"))
        .any(
            (request, response) -> {
              throw Problem.NOT_FOUND.because(
                  "There is nothing under " + request.path().path() + ".");
            });
  }

  /** Answers what cannot be routed at all. */
  public static DirectHandlers unroutable() {
    return Problems.direct();
  }

  private static Handler allow(String methods) {
    return (request, response) -> {
      response.headers().set(HeaderNames.ALLOW, methods);
      throw Problem.METHOD_NOT_ALLOWED.because(
          request.prologue().method() + " is not allowed here; " + methods + " is.");
    };
  }
}
