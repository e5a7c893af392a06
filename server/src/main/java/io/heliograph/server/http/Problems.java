package io.heliograph.server.http;

import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.HttpException;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;

/** Answers every refusal and every fault with a problem document (RFC 9457). */
final class Problems {

  private static final System.Logger LOG = System.getLogger(Problems.class.getName());
  private static final String CONTENT_TYPE = "application/problem+json";

  private Problems() {}

  /** What goes wrong in a handler. */
  static void handle(HttpRouting.Builder routing) {
    routing.error(
        ProblemException.class,
        (request, response, thrown) ->
            send(response, thrown.problem(), String.valueOf(thrown.getMessage())));
    routing.error(
        HttpException.class,
        (request, response, thrown) -> {
          Problem problem = problemOf(thrown.status());
          send(response, problem, String.valueOf(thrown.getMessage()));
        });
    routing.error(Exception.class, Problems::fault);
  }

  private static void fault(ServerRequest request, ServerResponse response, Exception thrown) {
    LOG.log(
        System.Logger.Level.ERROR,
        "Failed: " + request.prologue().method() + " " + request.path().path(),
        thrown);
    send(response, Problem.INTERNAL_ERROR, "The server's log says more.");
  }

  private static void send(ServerResponse response, Problem problem, String detail) {
    response.status(Status.create(problem.status()));
    response.headers().set(HeaderNames.CONTENT_TYPE, CONTENT_TYPE);
    response.send(document(problem, detail));
  }

  /** What goes wrong before there is a request that can be routed. */
  static DirectHandlers direct() {
    DirectHandler handler = Problems::direct;
    var handlers = DirectHandlers.builder();
    for (DirectHandler.EventType type : DirectHandler.EventType.values()) {
      handlers.addHandler(type, handler);
    }
    return handlers.build();
  }

  private static DirectHandler.TransportResponse direct(
      DirectHandler.TransportRequest request,
      DirectHandler.EventType type,
      Status status,
      ServerResponseHeaders headers,
      String message) {
    Problem problem = problemOf(status);
    headers.set(HeaderNames.CONTENT_TYPE, CONTENT_TYPE);
    return DirectHandler.TransportResponse.builder()
        .status(Status.create(problem.status()))
        .headers(headers)
        .entity(document(problem, String.valueOf(message)))
        .build();
  }

  private static Problem problemOf(Status status) {
    return switch (status.code()) {
      case 404 -> Problem.NOT_FOUND;
      case 405 -> Problem.METHOD_NOT_ALLOWED;
      case 413 -> Problem.BODY_TOO_LARGE;
      case 415 -> Problem.UNSUPPORTED_MEDIA_TYPE;
      default -> status.code() < 500 ? Problem.BAD_REQUEST : Problem.INTERNAL_ERROR;
    };
  }

  private static byte[] document(Problem problem, String detail) {
    return Json.object(
        json -> {
          json.writeStringField("type", problem.type());
          json.writeStringField("title", problem.title());
          json.writeNumberField("status", problem.status());
          json.writeStringField("detail", detail);
        });
  }
}
