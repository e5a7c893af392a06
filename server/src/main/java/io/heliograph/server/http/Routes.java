package io.heliograph.server.http;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.heliograph.server.hub.Hub;
import java.time.Duration;

/** All paths of the server. */
public final class Routes {

  private final StreamHandler streams;
  private final PublishHandler publish;
  private final UsersHandler users;
  private final StatusHandler status;
  private final Problems problems;
  private final RequestFilter filter;

  /**
   * Routes to one hub.
   *
   * @param heartbeat the longest silence of a stream, which its head announces
   * @param retry what a reader is told to wait before it comes back
   * @param maxDataBytes the most that an event's data may have, in bytes of UTF-8
   */
  public Routes(Hub hub, Guards guards, Duration heartbeat, Duration retry, int maxDataBytes) {
    this.streams = new StreamHandler(hub, guards, new Door(hub, guards, retry), heartbeat);
    this.publish = new PublishHandler(hub, guards, new EventReader(maxDataBytes));
    this.users = new UsersHandler(hub);
    this.status = new StatusHandler(hub, guards.metrics());
    this.problems = new Problems(guards.metrics());
    this.filter = new RequestFilter(guards);
  }

  /** Adds all paths. */
  public void register(HttpRouting.Builder routing) {
    problems.handle(routing);
    routing.addFilter(filter);
    routing
        .get("/sse/{user}", streams::ofUser)
        .any("/sse/{user}", allow("GET"))
        .get("/v1/events", streams::own)
        .any("/v1/events", allow("GET"))
        .get("/v1/users/{user}/events", streams::ofUser)
        .post("/v1/users/{user}/events", publish::toUser)
        .any("/v1/users/{user}/events", allow("GET, POST"))
        .post("/v1/broadcast", publish::toEverybody)
        .any("/v1/broadcast", allow("POST"))
        .get("/v1/users", users::page)
        .any("/v1/users", allow("GET"))
        .get("/v1/users/{user}", users::one)
        .any("/v1/users/{user}", allow("GET"))
        .get("/v1/stats", status::stats)
        .any("/v1/stats", allow("GET"))
        .get("/health/live", status::live)
        .any("/health/live", allow("GET"))
        .get("/health/ready", status::ready)
        .any("/health/ready", allow("GET"))
        .get("/metrics", status::metrics)
        .any("/metrics", allow("GET"))
        .any(
            (request, response) -> {
              throw Problem.NOT_FOUND.because(
                  "There is nothing under " + request.path().path() + ".");
            });
  }

  /** Answers what cannot be routed at all. */
  public DirectHandlers unroutable() {
    return problems.direct();
  }

  private static Handler allow(String methods) {
    return (request, response) -> {
      response.headers().set(HeaderNames.ALLOW, methods);
      throw Problem.METHOD_NOT_ALLOWED.because(
          request.prologue().method() + " is not allowed here; " + methods + " is.");
    };
  }
}
