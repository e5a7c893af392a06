package io.heliograph.server.http;

import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.http.HttpException;
import io.helidon.http.Method;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.heliograph.server.log.LogUnavailableException;
import io.heliograph.server.observe.LogLine;
import io.heliograph.server.request.Guards;
import io.heliograph.server.request.HeadRequest;
import io.heliograph.server.request.Json;
import io.heliograph.server.request.Problem;
import io.heliograph.server.request.ProblemException;
import io.heliograph.server.request.RequestId;
import io.heliograph.server.request.Requests;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Answers every refusal and every fault with a problem document (RFC 9457), and counts them. */
final class Problems {

  private static final System.Logger LOG = System.getLogger(Problems.class.getName());
  private static final String CONTENT_TYPE = "application/problem+json";

  // What Helidon 4.5 has in place of a message that may hold what the peer sent.
  private static final String HELIDON_SAYS_NOTHING =
      "Bad request, see server log for more information";

  private final Guards guards;

  Problems(Guards guards) {
    this.guards = guards;
    guards.metrics().refusals.declare(Arrays.stream(Problem.values()).map(Problem::word).toList());
  }

  /** What goes wrong in a handler. */
  void handle(HttpRouting.Builder routing) {
    routing.error(
        ProblemException.class,
        (request, response, thrown) ->
            send(request, response, thrown.problem(), String.valueOf(thrown.getMessage())));
    routing.error(
        LogUnavailableException.class,
        (request, response, thrown) ->
            send(request, response, Problem.LOG_UNAVAILABLE, String.valueOf(thrown.getMessage())));
    routing.error(
        HttpException.class,
        (request, response, thrown) -> {
          Problem problem = problemOf(thrown.status());
          send(request, response, problem, detail(thrown.status(), thrown.getMessage()));
        });
    routing.error(Exception.class, this::fault);
  }

  private void fault(ServerRequest request, ServerResponse response, Exception thrown) {
    LOG.log(
        System.Logger.Level.ERROR,
        LogLine.of("failed")
            .with("method", request.prologue().method())
            .with("path", request.path().rawPath())
            .with("request", RequestId.of(response))
            .with("traceparent", Requests.trace(request))
            .toString(),
        thrown);
    send(request, response, Problem.INTERNAL_ERROR, "The server's log has the details.");
  }

  /** Answers a request with a problem document. */
  void send(ServerRequest request, ServerResponse response, Problem problem, String detail) {
    response.status(statusOf(problem));
    response.headers().set(HeaderNames.CONTENT_TYPE, CONTENT_TYPE);
    if (problem == Problem.BAD_REQUEST) {
      // Where the next request begins is not known: what follows must not be taken for one.
      Requests.closeAfter(request, response);
    }
    if (!response.headers().contains(HeaderNames.RETRY_AFTER)) {
      if (problem == Problem.OVERLOADED) {
        response.headers().set(HeaderNames.RETRY_AFTER, "1"); // What is under way is short.
      } else if (problem == Problem.LOG_UNAVAILABLE) {
        response.headers().set(HeaderNames.RETRY_AFTER, "2"); // Redis, or an operator, may be back.
      }
    }
    guards.refused(request, response, problem.word(), detail);
    try {
      byte[] document = document(problem, detail, RequestId.of(response));
      if (request.prologue().method().equals(Method.HEAD)) {
        // A body would be taken for the next answer (RFC 9110, section 9.3.2).
        HeadRequest.sendHead(response, document);
      } else {
        response.send(document);
      }
    } catch (RuntimeException e) {
      if (!Requests.saysThatPeerLeft(e)) {
        throw e;
      }
      // Thrown on, it would be a warning with a stack trace for everyone who does not wait.
      LOG.log(System.Logger.Level.TRACE, "who was refused has gone", e);
    }
  }

  /** What goes wrong before there is a request that can be routed. */
  DirectHandlers direct() {
    DirectHandler handler = this::direct;
    var handlers = DirectHandlers.builder();
    for (DirectHandler.EventType type : DirectHandler.EventType.values()) {
      handlers.addHandler(type, handler);
    }
    return handlers.build();
  }

  private DirectHandler.TransportResponse direct(
      DirectHandler.TransportRequest request,
      DirectHandler.EventType type,
      Status status,
      ServerResponseHeaders headers,
      String message) {
    // What fails in a handler is answered above. Without a request it is bytes that could not be
    // read as one: a fault of whoever sent them, and no reason for a stack trace in the log.
    boolean unreadable = request.equals(DirectHandler.TransportRequest.empty());
    Problem problem = unreadable && status.code() == 500 ? Problem.BAD_REQUEST : problemOf(status);
    headers.set(HeaderNames.CONTENT_TYPE, CONTENT_TYPE);
    // Before there is a request there is no filter that could have given it an id.
    String id = headers.first(RequestId.HEADER).orElseGet(RequestId::next);
    headers.set(RequestId.HEADER, id);
    headers.set(RequestFilter.NO_STORE);
    guards.metrics().refusals.of(problem.word()).increment();
    var answer =
        DirectHandler.TransportResponse.builder().status(statusOf(problem)).headers(headers);
    if (!request.protocolVersion().startsWith("HTTP/2")) {
      // On HTTP/2, Helidon 4.5 announces the entity's length but sends another text.
      answer.entity(document(problem, detail(status, message), id));
    }
    return answer.build();
  }

  /** What Helidon said of it, or what is known where it said nothing. */
  private static String detail(Status status, @Nullable String message) {
    if (message != null && !message.isBlank() && !message.equals(HELIDON_SAYS_NOTHING)) {
      return message;
    }
    return switch (status.code()) {
      case 413 -> "The body is larger than 16 MiB.";
      default -> "The request is not valid HTTP/1.1 (RFC 9112).";
    };
  }

  private static Problem problemOf(Status status) {
    return switch (status.code()) {
      case 404 -> Problem.NOT_FOUND;
      case 405 -> Problem.METHOD_NOT_ALLOWED;
      case 413 -> Problem.BODY_TOO_LARGE;
      case 414 -> Problem.URI_TOO_LONG;
      case 415 -> Problem.UNSUPPORTED_MEDIA_TYPE;
      case 431 -> Problem.HEADERS_TOO_LARGE;
      case 501 -> Problem.NOT_IMPLEMENTED;
      case 503 -> Problem.OVERLOADED;
      case 505 -> Problem.HTTP_VERSION_NOT_SUPPORTED;
      default -> status.code() < 500 ? Problem.BAD_REQUEST : Problem.INTERNAL_ERROR;
    };
  }

  /** With the reason phrase of the RFC, where Helidon 4.5 has none or that of an older RFC. */
  private static Status statusOf(Problem problem) {
    return switch (problem.status()) {
      case 413 -> Status.create(413, "Content Too Large"); // RFC 9110, section 15.5.14.
      case 414 -> Status.create(414, "URI Too Long"); // RFC 9110, section 15.5.15.
      case 431 -> Status.create(431, "Request Header Fields Too Large"); // RFC 6585, section 5.
      default -> Status.create(problem.status());
    };
  }

  private static byte[] document(Problem problem, String detail, String requestId) {
    return Json.object(
        json -> {
          json.writeStringField("type", problem.type());
          json.writeStringField("title", problem.title());
          json.writeNumberField("status", problem.status());
          json.writeStringField("detail", detail);
          json.writeStringField("requestId", requestId);
        });
  }
}
