package io.heliograph.server.http;

import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import io.heliograph.server.helidon.AnswerLengths;
import io.heliograph.server.helidon.WholeBody;
import io.heliograph.server.helidon.hpack.Head;
import io.heliograph.server.helidon.hpack.HeadDecoder;
import io.heliograph.server.observe.LogLine;
import io.heliograph.server.request.Guards;
import io.heliograph.server.request.Problem;
import io.heliograph.server.request.RequestId;
import io.heliograph.server.request.Requests;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** Around every request: its id, its deadline, its line in the log. */
final class RequestFilter implements Filter {

  // Nothing here is a page: no browser may take what a publisher wrote for one.
  private static final Header NO_SNIFF =
      HeaderValues.createCached("X-Content-Type-Options", "nosniff");

  // A cache that keeps the 204 after a kick would give it to pages that are opened later. A stream
  // says itself what caches may do with it.
  static final Header NO_STORE = HeaderValues.createCached(HeaderNames.CACHE_CONTROL, "no-store");

  // Of RFC 9110, section 9: whoever uses another one is told that it is not known at all.
  private static final Set<Method> METHODS =
      Set.of(
          Method.GET,
          Method.HEAD,
          Method.POST,
          Method.PUT,
          Method.DELETE,
          Method.PATCH,
          Method.OPTIONS,
          Method.TRACE,
          Method.CONNECT);
  private static final String ALLOWED = "GET, HEAD, POST, DELETE, OPTIONS";

  private static final int DELETE = 0x7f;

  private static final System.Logger LOG = System.getLogger("io.heliograph.server.requests");

  private final Guards guards;
  private final Problems problems;

  RequestFilter(Guards guards, Problems problems) {
    this.guards = guards;
    this.problems = problems;
  }

  @Override
  public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
    SocketAddress peer = request.remotePeer().address();
    // On HTTP/2 it began before, and ends after: what is left of its body is read past.
    boolean alone = Requests.isHttp1(request);
    Optional<RequestBody> body = Optional.empty();
    if (alone) {
      guards.deadlines().requestBegins(peer, request.id());
      body = Optional.of(RequestBody.watch(request, response));
    } else {
      AnswerLengths.correctOnHttp2(response);
      request.streamFilter(
          in -> new WholeBody(in, () -> guards.deadlines().isUnderWay(peer, request.id())));
    }
    response.headers().set(RequestId.HEADER, RequestId.of(request));
    response.headers().set(NO_SNIFF);
    response.headers().set(NO_STORE);
    long started = System.nanoTime();
    boolean last;
    try {
      answer(chain, request, response);
      last = isLast(response);
      if (!last) {
        body.ifPresent(RequestBody::readPast);
      }
    } finally {
      if (alone) {
        guards.deadlines().requestEnds(peer, request.id());
      }
    }
    if (LOG.isLoggable(System.Logger.Level.DEBUG)) {
      LOG.log(
          System.Logger.Level.DEBUG,
          "{0}",
          LogLine.of("answered")
              .with("method", request.prologue().method())
              .with("path", request.path().rawPath())
              .with("status", response.status().code())
              .with("ms", Duration.ofNanos(System.nanoTime() - started).toMillis())
              .with("remote", guards.addressOf(request))
              .with("request", RequestId.of(response))
              .with("traceparent", Requests.trace(request)));
    }
    if (last) {
      // RFC 9112, section 9.6. Helidon 4.5 writes the header and keeps the connection.
      throw new CloseConnectionException("The answer was the last on this connection.");
    }
  }

  private static boolean isLast(RoutingResponse response) {
    // The first questions are cheap, and most answers end with them; the last allocates 1 KiB.
    return response.headers().contains(HeaderNames.CONNECTION)
        && !response
            .headers()
            .get(HeaderNames.CONNECTION)
            .equals(HeaderValues.CONNECTION_KEEP_ALIVE)
        && response.headers().containsToken(HeaderValues.CONNECTION_CLOSE);
  }

  private void answer(FilterChain chain, RoutingRequest request, RoutingResponse response) {
    Method method = request.prologue().method();
    // HTTP/1.1 is refused before it comes here.
    Optional<Status> refused =
        Requests.isHttp1(request) ? Optional.empty() : Head.refusal(request.headers());
    if (refused.isPresent()) {
      refuseHead(request, response, refused.get());
    } else if (!METHODS.contains(method)) {
      String detail = "The method " + method + " is not supported.";
      problems.send(request, response, Problem.NOT_IMPLEMENTED, detail);
    } else if (method.equals(Method.OPTIONS) && request.path().rawPath().equals("*")) {
      // RFC 9110, section 9.3.7: it asks the server, not a path.
      response.headers().set(HeaderNames.ALLOW, ALLOWED);
      response.status(Status.NO_CONTENT_204).send();
    } else if (!hasPath(request)) {
      problems.send(request, response, Problem.BAD_REQUEST, "The request target is not a path.");
    } else {
      chain.proceed();
    }
  }

  private void refuseHead(RoutingRequest request, RoutingResponse response, Status status) {
    switch (status.code()) {
      case 414 -> {
        String detail = "The target has more than " + HeadDecoder.MAX_TARGET_BYTES + " bytes.";
        problems.send(request, response, Problem.URI_TOO_LONG, detail);
      }
      case 431 -> {
        String detail =
            "The headers have more than "
                + HeadDecoder.MAX_FIELDS
                + " fields or "
                + HeadDecoder.MAX_BYTES
                + " bytes.";
        problems.send(request, response, Problem.HEADERS_TOO_LARGE, detail);
      }
      default ->
          problems.send(
              request, response, Problem.BAD_REQUEST, "The method must be in upper case.");
    }
  }

  /**
   * Helidon takes any URI for a target, "urn:a:b" and "/%zz" too, and its routing fails on that.
   */
  private static boolean hasPath(RoutingRequest request) {
    try {
      return request.path().path() != null
          && !request.prologue().fragment().hasValue()
          && isVisible(request.path().rawPath());
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean isVisible(String path) {
    for (int i = 0; i < path.length(); i++) {
      if (path.charAt(i) <= ' ' || path.charAt(i) >= DELETE) {
        return false;
      }
    }
    return true;
  }
}
