package io.heliograph.server.http;

import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.heliograph.server.hub.Hub;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;

/** All paths of the server. */
public final class Routes {

  private final StreamHandler streams;
  private final PublishHandler publish;
  private final UsersHandler users;
  private final StatusHandler status;
  private final AccessHandler access;
  private final Gate gate;
  private final Problems problems;
  private final RequestFilter filter;

  /**
   * Routes to one hub.
   *
   * @param heartbeat the longest silence of a stream, which its head announces
   * @param retry what a reader is told to wait before it comes back
   * @param maxDataBytes the most that an event's data may have, in bytes of UTF-8
   * @param gate stands before each
   */
  public Routes(
      Hub hub, Guards guards, Duration heartbeat, Duration retry, int maxDataBytes, Gate gate) {
    this.streams = new StreamHandler(hub, guards, new Door(hub, guards, retry), heartbeat);
    this.publish = new PublishHandler(hub, guards, new EventReader(maxDataBytes));
    this.users = new UsersHandler(hub);
    this.status = new StatusHandler(hub, guards.metrics());
    this.access = gate.accessHandler(hub);
    this.gate = gate;
    this.problems = new Problems(guards.metrics());
    this.filter = new RequestFilter(guards);
  }

  /** All there is, with what it asks of its caller. */
  List<Route> table() {
    return List.of(
        get("/sse/{user}", Access.READ, streams::ofUser),
        get("/v1/events", Access.READ_OWN, streams::own),
        get("/v1/users/{user}/events", Access.READ, streams::ofUser),
        post("/v1/users/{user}/events", Access.PUBLISH, publish::toUser),
        post("/v1/broadcast", Access.PUBLISH, publish::toEverybody),
        get("/v1/users", Access.OPERATE, users::page),
        get("/v1/users/{user}", Access.OPERATE, users::one),
        post("/v1/tickets", Access.TICKET, access::ticket),
        post("/v1/revocations", Access.OPERATE, access::revoke),
        get("/v1/stats", Access.OPERATE, status::stats),
        get("/metrics", Access.OPERATE, status::metrics),
        get("/health/live", Access.OPEN, status::live),
        get("/health/ready", Access.OPEN, status::ready));
  }

  /** A method of a path. */
  record Route(Method method, String path, Access access, Handler handler) {}

  /** Adds all paths; each with the gate before it. */
  public void register(HttpRouting.Builder routing) {
    problems.handle(routing);
    routing.addFilter(filter);
    var methods = new LinkedHashMap<String, String>();
    for (Route route : table()) {
      routing.route(route.method(), route.path(), gate.before(route.access(), route.handler()));
      methods.merge(route.path(), route.method().text(), (one, other) -> one + ", " + other);
    }
    methods.forEach((path, allowed) -> routing.any(path, gate.before(Access.OPEN, allow(allowed))));
    routing.any(
        (request, response) -> {
          throw Problem.NOT_FOUND.because("There is nothing under " + request.path().path() + ".");
        });
  }

  private static Route get(String path, Access access, Handler handler) {
    return new Route(Method.GET, path, access, handler);
  }

  private static Route post(String path, Access access, Handler handler) {
    return new Route(Method.POST, path, access, handler);
  }

  /** Answers what cannot be routed at all. */
  public DirectHandlers unroutable() {
    return problems.direct();
  }

  private Handler allow(String methods) {
    return (request, response) -> {
      if (gate.answerPreflight(request, response, methods)) {
        return;
      }
      response.headers().set(HeaderNames.ALLOW, methods);
      throw Problem.METHOD_NOT_ALLOWED.because(
          request.prologue().method() + " is not allowed here; " + methods + " is.");
    };
  }
}
