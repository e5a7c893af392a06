package io.heliograph.server.http;

import io.helidon.http.DateTime;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.heliograph.server.event.Globs;
import io.heliograph.server.event.UserId;
import io.heliograph.server.hub.Connection;
import io.heliograph.server.hub.Hub;
import io.heliograph.server.hub.StreamSpec;
import io.heliograph.server.log.Follow;
import io.heliograph.server.tail.TailSpec;
import io.heliograph.server.tail.Tails;
import io.heliograph.server.wire.Http1Sink;
import io.heliograph.server.wire.Http1SinkProvider;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Opens streams. */
final class StreamHandler {

  private static final System.Logger LOG = System.getLogger("io.heliograph.server.streams");

  private static final HeaderName LAST_EVENT_ID = HeaderNames.create("Last-Event-ID");
  private static final HeaderName ACCEL_BUFFERING = HeaderNames.create("X-Accel-Buffering");
  private static final HeaderName HEARTBEAT_INTERVAL = HeaderNames.create("Sse-Heartbeat-Interval");
  private static final int MAX_AGENT_LENGTH = 200;

  private static final int DEFAULT_TAIL_RATE = 1_000;
  private static final int MAX_TAIL_RATE = 100_000;

  // Who reads an operator's stream; their cursors stand for other logs than any user's.
  private static final UserId OPERATOR = new UserId("operator");

  private final Hub hub;
  private final Tails tails;
  private final String heartbeatSeconds;

  StreamHandler(Hub hub, Tails tails, Duration heartbeat) {
    this.hub = hub;
    this.tails = tails;
    this.heartbeatSeconds = Long.toString(heartbeat.plusMillis(999).toSeconds());
  }

  /** The stream of the user that the path names. */
  void ofUser(ServerRequest request, ServerResponse response) {
    StreamSpec spec = spec(request, Requests.user(request), fromOldest(request));
    if (spec.lastEventId().isPresent()
        && acceptsStream(request)
        && hub.refusesReturn(spec.user())) {
      // What a browser's EventSource takes for the end; a page that is opened anew has no cursor.
      response.status(Status.NO_CONTENT_204).send();
      return;
    }
    ended(hub.serve(spec, sink(response), () -> logOpened(spec)));
  }

  /** Who came online and went offline. */
  void edges(ServerRequest request, ServerResponse response) {
    StreamSpec spec = spec(request, OPERATOR, fromOldest(request));
    try (Follow edges = hub.followEdges()) {
      ended(hub.serve(spec, edges, sink(response), _ -> logOpened(spec)));
    }
  }

  /** What passes, for an operator. */
  void tail(ServerRequest request, ServerResponse response) {
    if (Requests.query(request, "from").isPresent()) {
      throw Problem.INVALID_QUERY.because("A tail starts now: nothing is kept of it.");
    }
    var tailSpec =
        new TailSpec(
            Requests.globs(request, "users"),
            Requests.globs(request, "types"),
            Requests.words(request, "include", TailSpec.Include.class, TailSpec.Include.EVENTS),
            Requests.query(request, "rate", DEFAULT_TAIL_RATE, MAX_TAIL_RATE),
            Requests.flag(request, "data", true));
    // The types are those of the events within the tail's own, which are all sent.
    StreamSpec asked = spec(request, OPERATOR, false);
    var spec =
        new StreamSpec(
            asked.user(), asked.lastEventId(), false, asked.remote(), asked.agent(), Globs.ALL);
    ended(
        tails
            .serve(tailSpec, spec, () -> sink(response), _ -> logOpened(spec))
            .orElseThrow(
                () -> {
                  response.headers().set(HeaderNames.RETRY_AFTER, "10");
                  return Problem.TOO_MANY_TAILS.because(
                      Tails.MAX_TAILS + " operators look on already, which is the most.");
                }));
  }

  private StreamSpec spec(ServerRequest request, UserId user, boolean fromOldest) {
    return new StreamSpec(
        user,
        lastEventId(request),
        fromOldest,
        request.remotePeer().host() + ":" + request.remotePeer().port(),
        Requests.header(request, HeaderNames.USER_AGENT).map(StreamHandler::shown).orElse(""),
        Requests.globs(request, "types"));
  }

  private Http1Sink sink(ServerResponse response) {
    headers(response.headers());
    return response.sink(Http1SinkProvider.TYPE);
  }

  private void ended(Hub.Served served) {
    logEnded(served);
    throw new CloseConnectionException("The stream has ended.");
  }

  private static boolean acceptsStream(ServerRequest request) {
    return Requests.header(request, HeaderNames.ACCEPT).orElse("").contains("text/event-stream");
  }

  /** The caller's own stream, which needs to know who calls. */
  void own(ServerRequest request, ServerResponse response) {
    throw Problem.NO_USER.because(
        "Authentication is off, so nobody can say whose stream this is. Name the user:"
            + " GET /v1/users/{user}/events.");
  }

  private void headers(ServerResponseHeaders headers) {
    headers.set(HeaderNames.CONTENT_TYPE, "text/event-stream");
    headers.set(HeaderNames.CACHE_CONTROL, "no-cache, no-transform");
    headers.set(HeaderNames.CONNECTION, "keep-alive");
    headers.set(HeaderNames.DATE, DateTime.rfc1123String());
    headers.set(ACCEL_BUFFERING, "no");
    headers.set(HEARTBEAT_INTERVAL, heartbeatSeconds);
  }

  /** The header wins; the query is for readers that cannot set one. */
  private static Optional<String> lastEventId(ServerRequest request) {
    return Requests.header(request, LAST_EVENT_ID)
        .or(() -> Requests.query(request, "lastEventId"))
        .or(() -> Requests.query(request, "last_event_id"))
        // An EventSource that has seen no id sends none; some clients send an empty one instead.
        .filter(id -> !id.isEmpty());
  }

  private static boolean fromOldest(ServerRequest request) {
    Optional<String> from = Requests.query(request, "from");
    if (from.isPresent() && !from.get().equals("oldest")) {
      throw Problem.INVALID_QUERY.because(
          "from is '"
              + from.get()
              + "', but may only be 'oldest'. Without it a stream starts now.");
    }
    return from.isPresent();
  }

  private void logOpened(StreamSpec spec) {
    LOG.log(
        System.Logger.Level.INFO,
        () ->
            "%s came from %s%s %s"
                .formatted(
                    spec.user(),
                    spec.remote(),
                    spec.agent().isEmpty() ? "" : " (" + spec.agent() + ")",
                    present()));
  }

  private void logEnded(Hub.Served served) {
    Connection connection = served.connection();
    LOG.log(
        System.Logger.Level.INFO,
        () ->
            "%s left %s (%s) after %s s, %d events %s"
                .formatted(
                    connection.user(),
                    connection.remote(),
                    served.reason().text(),
                    Duration.between(connection.since(), Instant.now()).toSeconds(),
                    connection.events(),
                    present()));
  }

  private String present() {
    return "users=" + hub.connections().users() + " connections=" + hub.connections().count();
  }

  /** Bounded, and without what could forge a line of the log. */
  private static String shown(String agent) {
    String bounded = agent.substring(0, Math.min(agent.length(), MAX_AGENT_LENGTH));
    return bounded.replaceAll("\\p{Cntrl}", "?");
  }
}
