package io.heliograph.server.gate;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.heliograph.server.event.UserId;
import io.heliograph.server.hub.CloseReason;
import io.heliograph.server.hub.Hub;
import io.heliograph.server.limit.ClientAddresses;
import io.heliograph.server.limit.ConnectionLimits;
import io.heliograph.server.limit.ConnectionLimits.Decision;
import io.heliograph.server.request.Guards;
import io.heliograph.server.request.HeadRequest;
import io.heliograph.server.request.Problem;
import io.heliograph.server.request.ProblemException;
import io.heliograph.server.request.Requests;
import io.heliograph.server.wire.RefusedStream;
import java.time.Duration;
import java.util.Optional;

/** Lets streams in, or answers why not now and when to come again. */
public final class Door {

  private static final HeaderName ACCEL_BUFFERING = HeaderNames.create("X-Accel-Buffering");

  private final Hub hub;
  private final Guards guards;

  public Door(Hub hub, Guards guards) {
    this.hub = hub;
    this.guards = guards;
  }

  /**
   * Asks for a place.
   *
   * @param user who reads; empty for an operator whom nobody knows
   * @return the place, to be closed after the stream; empty if the request has been answered
   * @throws ProblemException if there is none and the request does not ask for a stream of events
   */
  public Optional<ConnectionLimits.Place> enter(
      ServerRequest request, ServerResponse response, Optional<UserId> user) {
    if (hub.closing()) {
      refuse(
          request, response, CloseReason.DRAIN, Problem.DRAIN.because("The server is stopping."));
      return Optional.empty();
    }
    String address = ClientAddresses.group(guards.addressOf(request));
    return switch (guards.connections().admit(user, address)) {
      case Decision.Admitted(ConnectionLimits.Place place) -> Optional.of(place);
      case Decision.Refused(ConnectionLimits.Bound bound, int most) -> {
        refuse(request, response, reasonOf(bound), problemOf(bound, most));
        yield Optional.empty();
      }
    };
  }

  private void refuse(
      ServerRequest request,
      ServerResponse response,
      CloseReason reason,
      ProblemException problem) {
    Duration comeBack = hub.comeBackRefused();
    if (!Requests.acceptsEventStream(request)) {
      Requests.closeAfter(request, response); // Its file is what is wanted.
      response.headers().set(HeaderNames.RETRY_AFTER, Requests.seconds(comeBack));
      throw problem;
    }
    guards.refused(request, response, reason.text(), String.valueOf(problem.getMessage()));
    sayComeBack(request, response, reason, comeBack);
  }

  /**
   * Answers a stream's request with a stream that ends at once: a browser's EventSource survives
   * it, as it would no other status than 200.
   */
  static void sayComeBack(
      ServerRequest request, ServerResponse response, CloseReason reason, Duration comeBack) {
    Requests.closeAfter(request, response);
    response.headers().set(HeaderNames.CONTENT_TYPE, "text/event-stream");
    response.headers().set(HeaderNames.CACHE_CONTROL, "no-cache, no-transform");
    response.headers().set(ACCEL_BUFFERING, "no");
    HeadRequest.send(
        response, RefusedStream.bytes(reason, comeBack, Requests.lastEventId(request)));
    // Helidon 4.5 only says "close" in the head; the connection would wait for its idle timeout.
    throw new CloseConnectionException("The stream was refused.");
  }

  private static CloseReason reasonOf(ConnectionLimits.Bound bound) {
    return switch (bound) {
      case NODE -> CloseReason.OVERLOADED;
      case USER, ADDRESS -> CloseReason.TOO_MANY_CONNECTIONS;
    };
  }

  private static ProblemException problemOf(ConnectionLimits.Bound bound, int most) {
    return switch (bound) {
      case NODE ->
          Problem.OVERLOADED.because(
              "This node has " + most + " open streams, the maximum (limits.connections).");
      case USER ->
          Problem.TOO_MANY_CONNECTIONS.because(
              "The user has " + most + " open streams, the maximum (limits.connections-per-user).");
      case ADDRESS ->
          Problem.TOO_MANY_CONNECTIONS.because(
              "Your address has "
                  + most
                  + " open streams, the maximum (limits.connections-per-address).");
    };
  }
}
