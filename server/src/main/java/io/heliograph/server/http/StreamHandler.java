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
import io.heliograph.server.event.Durations;
import io.heliograph.server.event.Globs;
import io.heliograph.server.event.UserId;
import io.heliograph.server.gate.Admission;
import io.heliograph.server.gate.Door;
import io.heliograph.server.hub.Heartbeat;
import io.heliograph.server.hub.Hub;
import io.heliograph.server.hub.StreamSpec;
import io.heliograph.server.limit.ConnectionLimits;
import io.heliograph.server.log.From;
import io.heliograph.server.request.Guards;
import io.heliograph.server.request.HeadRequest;
import io.heliograph.server.request.Problem;
import io.heliograph.server.request.RequestId;
import io.heliograph.server.request.Requests;
import io.heliograph.server.tail.TailSpec;
import io.heliograph.server.tail.Tails;
import io.heliograph.server.wire.StreamSink;
import java.time.Duration;
import java.util.Optional;

/** Opens streams. */
final class StreamHandler {

  private static final HeaderName ACCEL_BUFFERING = HeaderNames.create("X-Accel-Buffering");
  private static final HeaderName HEARTBEAT_INTERVAL = HeaderNames.create("Sse-Heartbeat-Interval");

  private static final int MAX_AGENT_LENGTH = 200;

  private static final int DEFAULT_TAIL_RATE = 1_000;
  private static final int MAX_TAIL_RATE = 100_000;

  // A shorter one costs the server, and a longer one proxies, which cut a stream after a minute.
  private static final Duration SHORTEST_HEARTBEAT = Duration.ofSeconds(5);
  private static final Duration LONGEST_HEARTBEAT = Duration.ofSeconds(60);

  // Who reads an operator's stream; their cursors stand for other logs than any user's.
  private static final UserId OPERATOR = new UserId("operator");

  private final Hub hub;
  private final Tails tails;
  private final Guards guards;
  private final Door door;
  private final Beginning beginning;
  private final Duration heartbeat;

  StreamHandler(
      Hub hub, Tails tails, Guards guards, Door door, Beginning beginning, Duration heartbeat) {
    this.hub = hub;
    this.tails = tails;
    this.guards = guards;
    this.door = door;
    this.beginning = beginning;
    this.heartbeat = heartbeat;
  }

  /** The stream of the user that the path names. */
  void ofUser(ServerRequest request, ServerResponse response) {
    open(request, response, Requests.user(request));
  }

  /** Who came online and went offline. */
  void edges(ServerRequest request, ServerResponse response) {
    StreamSpec spec =
        spec(request, OPERATOR, beginning.of(request, From.NOW), Requests.globs(request, "types"));
    if (answeredHead(response, spec)) {
      return;
    }
    Optional<ConnectionLimits.Place> entered = enter(request, response);
    if (entered.isEmpty()) {
      return;
    }
    try (var stream = opening(spec, response, entered.get())) {
      StreamSink sink = sink(response, spec);
      hub.open(spec, hub.followEdges(), sink, _ -> stream.begun(spec), stream);
    }
    throw left();
  }

  /** What passes, for an operator. */
  void tail(ServerRequest request, ServerResponse response) {
    if (Requests.query(request, "from").isPresent()) {
      throw Problem.INVALID_QUERY.because(
          "A tail always starts now, because no events are kept for it. Omit from.");
    }
    var tailSpec =
        new TailSpec(
            Requests.globs(request, "users"),
            Requests.globs(request, "types"),
            Requests.words(request, "include", TailSpec.Include.class, TailSpec.Include.EVENTS),
            Requests.query(request, "rate", DEFAULT_TAIL_RATE, MAX_TAIL_RATE),
            Requests.flag(request, "data", true));
    // The types are those of the events within the tail's own, which are all sent.
    StreamSpec spec = spec(request, OPERATOR, From.NOW, Globs.ALL);
    if (answeredHead(response, spec)) {
      return;
    }
    Optional<ConnectionLimits.Place> entered = enter(request, response);
    if (entered.isEmpty()) {
      return;
    }
    try (var stream = opening(spec, response, entered.get())) {
      if (!tails.open(
          tailSpec, spec, () -> sink(response, spec), _ -> stream.begun(spec), stream)) {
        response.headers().set(HeaderNames.RETRY_AFTER, "10");
        throw Problem.TOO_MANY_TAILS.because(
            Tails.MAX_TAILS + " tails are open, which is the maximum. Retry later.");
      }
    }
    throw left();
  }

  /** An operator's stream takes a place as any other; of the operator's own where it is known. */
  private Optional<ConnectionLimits.Place> enter(ServerRequest request, ServerResponse response) {
    return door.enter(request, response, Admission.current().caller().map(Caller::user));
  }

  private StreamSpec spec(ServerRequest request, UserId user, From from, Globs types) {
    return new StreamSpec(
        user,
        Requests.lastEventId(request),
        from,
        remote(request),
        Requests.header(request, HeaderNames.USER_AGENT).map(StreamHandler::shown).orElse(""),
        Admission.current().lease(),
        types,
        heartbeat(request),
        Requests.flag(request, "trace", false));
  }

  /** What the reader asks for: a heartbeat that its page can see, or one that suits its timeout. */
  private static Heartbeat heartbeat(ServerRequest request) {
    Optional<String> text = Requests.query(request, "heartbeat");
    if (text.isEmpty()) {
      return Heartbeat.DEFAULT;
    }
    if (text.get().equals("event")) {
      return new Heartbeat(Optional.empty(), true);
    }
    Optional<Duration> interval = Durations.parse(text.get());
    if (interval.isEmpty()
        || interval.get().compareTo(SHORTEST_HEARTBEAT) < 0
        || interval.get().compareTo(LONGEST_HEARTBEAT) > 0) {
      throw Problem.INVALID_QUERY.because(
          "heartbeat is '"
              + text.get()
              + "', but must be 'event' or a duration from 5s to 60s, such as '8s'.");
    }
    return new Heartbeat(interval, false);
  }

  private StreamSink sink(ServerResponse response, StreamSpec spec) {
    headers(response.headers(), spec);
    return StreamSink.of(response);
  }

  /** HEAD is answered with a stream's head, and opens none. */
  private boolean answeredHead(ServerResponse response, StreamSpec spec) {
    if (!HeadRequest.isCurrent()) {
      return false;
    }
    headers(response.headers(), spec);
    response.headers().remove(HeaderNames.CONNECTION); // HTTP/2 has none, and no stream stays open.
    response.send();
    return true;
  }

  /** The caller's own stream, which needs to know who calls. */
  void own(ServerRequest request, ServerResponse response) {
    open(request, response, caller("events"));
  }

  /**
   * The user who calls.
   *
   * @param path the last part of the path that names a user instead
   */
  static UserId caller(String path) {
    return Admission.current()
        .caller()
        .map(Caller::user)
        .orElseThrow(
            () ->
                Problem.NO_USER.because(
                    "Authentication is off, so the user of this stream is unknown. Name the"
                        + " user: GET /v1/users/{user}/"
                        + path
                        + "."));
  }

  private void open(ServerRequest request, ServerResponse response, UserId user) {
    StreamSpec spec =
        spec(request, user, beginning.of(request, From.NOW), Requests.globs(request, "types"));
    if (answeredHead(response, spec)) {
      return;
    }
    if (spec.lastEventId().isPresent()
        && Requests.acceptsEventStream(request)
        && hub.kicks().refusesReturn(user)) {
      // What a browser's EventSource takes for the end; a page that is opened anew has no cursor.
      response.status(Status.NO_CONTENT_204).send();
      return;
    }
    Optional<ConnectionLimits.Place> entered = door.enter(request, response, Optional.of(user));
    if (entered.isEmpty()) {
      return;
    }
    try (var stream = opening(spec, response, entered.get())) {
      hub.open(spec, sink(response, spec), () -> stream.begun(spec), stream);
    }
    throw left();
  }

  private OpenStream opening(
      StreamSpec spec, ServerResponse response, ConnectionLimits.Place place) {
    // The log names the operator of an operator's stream, if known.
    UserId reader =
        spec.user().equals(OPERATOR)
            ? Admission.current().caller().map(Caller::user).orElse(OPERATOR)
            : spec.user();
    return new OpenStream(
        hub.connections(), reader, RequestId.of(response), place, Admission.current().takeHold());
  }

  /** The stream has ended or has left this thread; in both cases there is nothing to respond. */
  private static CloseConnectionException left() {
    return new Left();
  }

  /** Without a stack trace, which would cost each stream more than its first write. */
  private static final class Left extends CloseConnectionException {
    private static final long serialVersionUID = 1L;

    Left() {
      super("The connection was a stream's.");
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }

  private String remote(ServerRequest request) {
    String peer = request.remotePeer().host();
    String client = guards.addressOf(request);
    return client.equals(peer) ? peer + ":" + request.remotePeer().port() : client;
  }

  private void headers(ServerResponseHeaders headers, StreamSpec spec) {
    Duration interval = spec.heartbeat().interval().orElse(heartbeat);
    headers.set(HEARTBEAT_INTERVAL, Long.toString(interval.plusMillis(999).toSeconds()));
    headers.set(HeaderNames.CONTENT_TYPE, "text/event-stream");
    headers.set(HeaderNames.CACHE_CONTROL, "no-cache, no-transform");
    headers.set(HeaderNames.CONNECTION, "keep-alive");
    headers.set(HeaderNames.DATE, DateTime.rfc1123String());
    headers.set(ACCEL_BUFFERING, "no");
  }

  /** Bounded, and without what could forge a line of the log. */
  private static String shown(String agent) {
    String bounded = agent.substring(0, Math.min(agent.length(), MAX_AGENT_LENGTH));
    return bounded.replaceAll("\\p{Cntrl}", "?");
  }
}
