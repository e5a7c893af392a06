package io.heliograph.server.http;

import io.helidon.http.DateTime;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.heliograph.server.auth.Caller;
import io.heliograph.server.event.UserId;
import io.heliograph.server.hub.CloseReason;
import io.heliograph.server.hub.Connection;
import io.heliograph.server.hub.Control;
import io.heliograph.server.hub.Hub;
import io.heliograph.server.hub.StreamSpec;
import io.heliograph.server.wire.Http1Sink;
import io.heliograph.server.wire.Http1SinkProvider;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** Opens streams. */
final class StreamHandler {

  private static final System.Logger LOG = System.getLogger("io.heliograph.server.streams");

  private static final HeaderName ACCEL_BUFFERING = HeaderNames.create("X-Accel-Buffering");
  private static final HeaderName HEARTBEAT_INTERVAL = HeaderNames.create("Sse-Heartbeat-Interval");
  // For who was refused: long enough that whatever was in the way has gone.
  private static final Duration RETRY = Duration.ofSeconds(5);

  private static final int MAX_AGENT_LENGTH = 200;

  private final Hub hub;
  private final String heartbeatSeconds;

  StreamHandler(Hub hub, Duration heartbeat) {
    this.hub = hub;
    this.heartbeatSeconds = Long.toString(heartbeat.plusMillis(999).toSeconds());
  }

  /** The stream of the user that the path names. */
  void ofUser(ServerRequest request, ServerResponse response) {
    open(request, response, Requests.user(request));
  }

  /** The caller's own stream, which needs to know who calls. */
  void own(ServerRequest request, ServerResponse response) {
    UserId user =
        Admission.current()
            .caller()
            .map(Caller::user)
            .orElseThrow(
                () ->
                    Problem.NO_USER.because(
                        "Authentication is off, so nobody can say whose stream this is. Name the"
                            + " user: GET /v1/users/{user}/events."));
    open(request, response, user);
  }

  /**
   * Sends a reader away that is to come back: a browser's EventSource gives up for good on any
   * other answer than 200.
   */
  static void refuseForNow(ServerResponse response, CloseReason reason) {
    headers(response.headers());
    Http1Sink sink = response.sink(Http1SinkProvider.TYPE);
    long spread = ThreadLocalRandom.current().nextLong(RETRY.toMillis());
    sink.control(new Control.Closing(reason, RETRY.plusMillis(spread)));
    sink.end();
    sink.abort();
    throw new CloseConnectionException("The stream was refused.");
  }

  private void open(ServerRequest request, ServerResponse response, UserId user) {
    if (hub.banished().contains(user) && Requests.acceptsEventStream(request)) {
      response.status(Status.NO_CONTENT_204).send();
      return;
    }
    var spec =
        new StreamSpec(
            user,
            Requests.lastEventId(request),
            fromOldest(request),
            request.remotePeer().host() + ":" + request.remotePeer().port(),
            Requests.header(request, HeaderNames.USER_AGENT).map(StreamHandler::shown).orElse(""),
            Admission.current().lease());
    response.headers().set(HEARTBEAT_INTERVAL, heartbeatSeconds);
    headers(response.headers());
    Http1Sink sink = response.sink(Http1SinkProvider.TYPE);
    Hub.Served served = hub.serve(spec, sink, () -> logOpened(spec));
    logEnded(served);
    throw new CloseConnectionException("The stream has ended.");
  }

  private static void headers(ServerResponseHeaders headers) {
    headers.set(HeaderNames.CONTENT_TYPE, "text/event-stream");
    headers.set(HeaderNames.CACHE_CONTROL, "no-cache, no-transform");
    headers.set(HeaderNames.CONNECTION, "keep-alive");
    headers.set(HeaderNames.DATE, DateTime.rfc1123String());
    headers.set(ACCEL_BUFFERING, "no");
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
