package io.heliograph.server.http;

import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.PathMatcher;
import io.helidon.http.PathMatchers;
import io.helidon.http.Status;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.heliograph.server.event.WallClock;
import io.heliograph.server.gate.Access;
import io.heliograph.server.gate.AccessHandler;
import io.heliograph.server.gate.Door;
import io.heliograph.server.gate.Gate;
import io.heliograph.server.hub.Hub;
import io.heliograph.server.presence.Directory;
import io.heliograph.server.presence.NodeDirectory;
import io.heliograph.server.publish.BatchHandler;
import io.heliograph.server.publish.EventReader;
import io.heliograph.server.publish.PublishHandler;
import io.heliograph.server.publish.Publishing;
import io.heliograph.server.request.Answer;
import io.heliograph.server.request.Guards;
import io.heliograph.server.request.HeadRequest;
import io.heliograph.server.request.Problem;
import io.heliograph.server.request.Requests;
import io.heliograph.server.tail.Tails;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/** All paths of the server. */
public final class Routes {

  private final StreamHandler streams;
  private final CatchUpHandler catchUp;
  private final PublishHandler publish;
  private final BatchHandler batch;
  private final UsersHandler users;
  private final StatusHandler status;
  private final ScriptHandler script = new ScriptHandler();
  private final Optional<ConsoleHandler> console;
  private final AccessHandler access;
  private final Gate gate;
  private final Problems problems;
  private final RequestFilter filter;

  /**
   * Routes to one hub.
   *
   * @param all the users of all nodes
   * @param heartbeat the longest silence of a stream, which its head announces
   * @param maxDataBytes the most that an event's data may have, in bytes of UTF-8
   * @param gate stands before each
   * @param console whether there is one
   */
  public Routes(
      Hub hub,
      Directory all,
      Tails tails,
      Guards guards,
      Duration heartbeat,
      int maxDataBytes,
      Gate gate,
      boolean console) {
    var nodes = new Nodes(all, new NodeDirectory(hub));
    var times = new WallClock(hub.clock(), Clock.systemUTC());
    var beginning = new Beginning(times);
    this.streams =
        new StreamHandler(hub, tails, guards, new Door(hub, guards), beginning, heartbeat);
    this.catchUp = new CatchUpHandler(hub, guards, times, beginning);
    var reader = new EventReader(maxDataBytes);
    var publishing = new Publishing(guards);
    this.publish = new PublishHandler(hub, publishing, reader);
    this.batch = new BatchHandler(hub, publishing, reader, guards.deadlines());
    this.users = new UsersHandler(hub, nodes, guards);
    this.status = new StatusHandler(hub, nodes, guards.metrics(), gate, console);
    this.console =
        console ? Optional.of(new ConsoleHandler(gate.asksForTokens())) : Optional.empty();
    this.access = gate.accessHandler(hub);
    this.gate = gate;
    this.problems = new Problems(guards);
    this.filter = new RequestFilter(guards, problems);
  }

  /** All there is, with what it asks of its caller; where GET is, HEAD is, too. */
  List<Route> table() {
    var routes = new ArrayList<Route>();
    console.ifPresent(
        pages -> {
          routes.add(get("/console", Access.OPEN, pages::page));
          routes.add(get("/console.js", Access.OPEN, pages::script));
          routes.add(get("/console.css", Access.OPEN, pages::style));
        });
    Collections.addAll(
        routes,
        stream("/sse/{user}", Access.READ, streams::ofUser),
        stream("/v1/events", Access.READ_OWN, streams::own)
            .orJson(Access.FETCH_OWN, catchUp::ownEvents),
        post("/v1/events", Access.PUBLISH, batch::publish),
        stream("/v1/users/{user}/events", Access.READ, streams::ofUser)
            .orJson(Access.FETCH, catchUp::eventsOfUser),
        post("/v1/users/{user}/events", Access.PUBLISH, publish::toUser),
        delete("/v1/users/{user}/events", Access.OPERATE, users::forget),
        delete("/v1/users/{user}/connections", Access.OPERATE, users::kick),
        delete("/v1/users/{user}/connections/{id}", Access.OPERATE, users::kickOne),
        get("/v1/cursor", Access.FETCH_OWN, catchUp::ownCursor),
        get("/v1/users/{user}/cursor", Access.FETCH, catchUp::cursorOfUser),
        post("/v1/broadcast", Access.PUBLISH, publish::toEverybody),
        get("/v1/users", Access.OPERATE, users::page),
        get("/v1/users/{user}", Access.OPERATE, users::one),
        post("/v1/presence", Access.OPERATE, users::many),
        stream("/v1/presence/events", Access.LOOK_ON, streams::edges),
        stream("/v1/tail", Access.LOOK_ON, streams::tail),
        post("/v1/tickets", Access.TICKET, access::ticket),
        post("/v1/revocations", Access.OPERATE, access::revoke),
        get("/v1/stats", Access.OPERATE, status::stats),
        get("/metrics", Access.SCRAPE, status::metrics),
        get("/", Access.OPEN, status::index),
        get("/openapi.yaml", Access.OPEN, status::openApi),
        get(ScriptHandler.PATH, Access.OPEN, script::latest),
        get(ScriptHandler.VERSIONED_PATH, Access.OPEN, script::versioned),
        get("/health/live", Access.OPEN, status::live),
        get("/health/ready", Access.OPEN, status::ready));
    return routes;
  }

  /**
   * A method of a path.
   *
   * @param stream whether it answers with a stream of events
   * @param json answers instead if the caller does not accept a stream
   */
  record Route(
      Method method,
      String path,
      Access access,
      Handler handler,
      boolean stream,
      Optional<Route> json) {
    Route(Method method, String path, Access access, Handler handler, boolean stream) {
      this(method, path, access, handler, stream, Optional.empty());
    }

    Route orJson(Access fetch, Handler fetched) {
      var other = new Route(method, path, fetch, plain(path, fetched), false);
      return new Route(method, path, access, handler, stream, Optional.of(other));
    }
  }

  /** Where GET is answered with a stream of events. */
  public List<PathMatcher> streamPaths() {
    return table().stream()
        .filter(Route::stream)
        .map(route -> PathMatchers.create(route.path()))
        .toList();
  }

  /** Adds all paths; each with the gate before it. */
  public void register(HttpRouting.Builder routing) {
    problems.handle(routing);
    routing.addFilter(filter);
    var methods = new LinkedHashMap<String, String>();
    for (Route route : table()) {
      Handler handler = guarded(route);
      routing.route(route.method(), route.path(), handler);
      methods.merge(route.path(), route.method().text(), (one, other) -> one + ", " + other);
      if (route.method().equals(Method.GET)) {
        routing.route(Method.HEAD, route.path(), HeadRequest.like(handler));
        methods.merge(route.path(), Method.HEAD.text(), (one, other) -> one + ", " + other);
      }
    }
    methods.forEach((path, allowed) -> routing.any(path, gate.before(Access.OPEN, allow(allowed))));
    routing.any(
        gate.before(
            Access.OPEN,
            (request, _) -> {
              throw Problem.NOT_FOUND.because("There is no path " + request.path().path() + ".");
            }));
  }

  private Handler guarded(Route route) {
    Handler handler = gate.before(route.access(), route.handler());
    if (route.json().isEmpty()) {
      return handler;
    }
    Route other = route.json().get();
    Handler json = gate.before(other.access(), other.handler());
    return (request, response) ->
        (Answer.to(request) == Answer.STREAM ? handler : json).handle(request, response);
  }

  private static Route get(String path, Access access, Handler handler) {
    return new Route(Method.GET, path, access, plain(path, handler), false);
  }

  private static Route stream(String path, Access access, Handler handler) {
    return new Route(Method.GET, path, access, plain(path, handler), true);
  }

  private static Route delete(String path, Access access, Handler handler) {
    return new Route(Method.DELETE, path, access, plain(path, handler), false);
  }

  private static Route post(String path, Access access, Handler handler) {
    Handler checked =
        (request, response) -> {
          Requests.checkBody(request);
          handler.handle(request, response);
        };
    return new Route(Method.POST, path, access, plain(path, checked), false);
  }

  /** Only under the path as it stands in the table. */
  private static Handler plain(String path, Handler handler) {
    boolean namesUser = path.contains("{user}");
    return (request, response) -> {
      Requests.checkPath(request, namesUser);
      handler.handle(request, response);
    };
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
      response.headers().set(HeaderNames.ALLOW, methods + ", " + Method.OPTIONS.text());
      if (request.prologue().method().equals(Method.OPTIONS)) {
        response.status(Status.NO_CONTENT_204).send();
        return;
      }
      throw Problem.METHOD_NOT_ALLOWED.because(
          request.prologue().method() + " is not allowed on this path. Allowed: " + methods + ".");
    };
  }
}
