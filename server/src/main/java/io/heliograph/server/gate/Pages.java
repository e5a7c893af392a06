package io.heliograph.server.gate;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.heliograph.server.request.Problem;
import io.heliograph.server.request.ProblemException;
import io.heliograph.server.request.Requests;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which web pages may call. A page's own origin may; others only where they are named.
 *
 * @param named other origins that may call, spelled as browsers do
 * @param tls whether this server itself speaks TLS
 * @param host where it listens
 * @param onlyLoopback whether only programs of this machine reach it
 */
public record Pages(Set<String> named, boolean tls, String host, boolean onlyLoopback) {

  private static final HeaderName FETCH_SITE = HeaderNames.create("Sec-Fetch-Site");
  private static final HeaderName EXPOSED = HeaderNames.ACCESS_CONTROL_EXPOSE_HEADERS;

  private static final String REQUEST_HEADERS =
      "Authorization, Content-Type, Last-Event-ID, Idempotency-Key, Cache-Control,"
          + " traceparent, tracestate";
  private static final String RESPONSE_HEADERS =
      "Sse-Heartbeat-Interval, Heliograph-Cursor, Retry-After, WWW-Authenticate, Allow";
  private static final String PREFLIGHT_SECONDS = "600";

  private static final Pattern LOOPBACK = Pattern.compile("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");

  /** Tells a browser whether a page of another origin may read the answer. */
  void announce(ServerRequest request, ServerResponse response) {
    if (named.isEmpty()) {
      return;
    }
    // Of every answer, else a cache gives one origin's answer to another.
    response.headers().add(HeaderNames.VARY, "Origin");
    Optional<String> origin = origin(request).filter(named::contains);
    origin.ifPresent(
        allowed -> {
          response.headers().set(HeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
          response.headers().set(HeaderNames.ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
          response.headers().set(EXPOSED, RESPONSE_HEADERS);
        });
  }

  /** Answers a browser that asks before it calls; false if it is no such question. */
  boolean answerPreflight(ServerRequest request, ServerResponse response, String methods) {
    boolean asks =
        request.prologue().method().equals(Method.OPTIONS)
            && origin(request).filter(named::contains).isPresent()
            && request.headers().contains(HeaderNames.ACCESS_CONTROL_REQUEST_METHOD);
    if (asks) {
      response.headers().set(HeaderNames.ACCESS_CONTROL_ALLOW_METHODS, methods);
      response.headers().set(HeaderNames.ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS);
      response.headers().set(HeaderNames.ACCESS_CONTROL_MAX_AGE, PREFLIGHT_SECONDS);
      response.status(Status.NO_CONTENT_204).send();
    }
    return asks;
  }

  /**
   * For a request that carries a cookie: refuses it unless a page of this origin, or one that is
   * named, sent it.
   */
  void checkPage(ServerRequest request) {
    Optional<String> origin = origin(request);
    if (origin.isPresent()) {
      checkOrigin(request, origin.get());
      return;
    }
    // A browser sends no Origin where a page of its own origin only reads; but it says whose page.
    Optional<String> site = Requests.header(request, FETCH_SITE);
    boolean own = site.isEmpty() || site.get().equals("same-origin") || site.get().equals("none");
    if (!own || !isRead(request)) {
      throw Problem.ORIGIN_NOT_ALLOWED.because(
          "A request with a cookie must come from a page of this server's own origin or of an"
              + " origin in cors.origins, and must state it in Origin or Sec-Fetch-Site.");
    }
  }

  /**
   * For a server without authentication: refuses what a web page sends that has nothing to do with
   * it, though it runs in a browser on the same machine.
   */
  void checkOpenServer(ServerRequest request) {
    if (onlyLoopback && !isOwnName(request)) {
      throw Problem.HOST_NOT_ALLOWED.because(
          "Authentication is off, so the server accepts only names of this machine as Host. To use"
              + " another name, add http://NAME to cors.origins or set auth.mode=jwt.");
    }
    Optional<String> origin = origin(request);
    if (origin.isPresent()) {
      checkOrigin(request, origin.get());
    } else if (Requests.header(request, FETCH_SITE).filter("cross-site"::equals).isPresent()) {
      throw notAllowed("Another site's page");
    }
  }

  private void checkOrigin(ServerRequest request, String origin) {
    if (!named.contains(origin) && !isOwn(request, origin)) {
      throw notAllowed("The origin");
    }
  }

  private static ProblemException notAllowed(String what) {
    return Problem.ORIGIN_NOT_ALLOWED.because(
        what + " may not call this server. To allow it, add it to cors.origins.");
  }

  /** Behind a proxy that ends TLS the page's scheme is https and the server's http. */
  private boolean isOwn(ServerRequest request, String origin) {
    String authority = authority(request);
    return origin.equals("https://" + authority) || (!tls && origin.equals("http://" + authority));
  }

  /** A page can make its own name point to this machine (DNS rebinding), but not these names. */
  private boolean isOwnName(ServerRequest request) {
    String authority = authority(request);
    String name = withoutPort(authority);
    // Without a dot: "localhost", "[::1]", a container's name, which are nobody's on the internet.
    return name.indexOf('.') < 0
        || name.endsWith(".localhost")
        || name.equals(host.toLowerCase(Locale.ROOT))
        || (name.startsWith("127.") && LOOPBACK.matcher(name).matches())
        || named.contains("http://" + authority)
        || named.contains("https://" + authority);
  }

  /** Without the colon and the digits at the end. */
  private static String withoutPort(String authority) {
    int end = authority.length();
    while (end > 0 && authority.charAt(end - 1) >= '0' && authority.charAt(end - 1) <= '9') {
      end--;
    }
    return end > 0 && authority.charAt(end - 1) == ':'
        ? authority.substring(0, end - 1)
        : authority;
  }

  private static String authority(ServerRequest request) {
    return request.authority().toLowerCase(Locale.ROOT);
  }

  private static Optional<String> origin(ServerRequest request) {
    return Requests.header(request, HeaderNames.ORIGIN);
  }

  private static boolean isRead(ServerRequest request) {
    Method method = request.prologue().method();
    return method.equals(Method.GET) || method.equals(Method.HEAD);
  }
}
