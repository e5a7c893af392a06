package io.heliograph.server.request;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/** The id of a request, in the log and in its response. */
public final class RequestId {

  /** The header that carries it. */
  public static final HeaderName HEADER = HeaderNames.create("X-Request-Id");

  // What a caller may choose goes into logs and documents: nothing that could forge a line of them.
  private static final Pattern SANE = Pattern.compile("[0-9A-Za-z._~+/=-]{1,64}");

  // Tells the nodes, and the lives of a node, apart.
  private static final String NODE = Long.toString(new SecureRandom().nextLong() >>> 29, 36);
  private static final AtomicLong LAST = new AtomicLong();

  private RequestId() {}

  /** The caller's own id, or a new one. */
  public static String of(ServerRequest request) {
    return Requests.header(request, HEADER)
        .filter(id -> SANE.matcher(id).matches())
        .orElseGet(RequestId::next);
  }

  /** A new id, unique on this node. */
  public static String next() {
    return NODE + "-" + Long.toString(LAST.incrementAndGet(), 36);
  }

  /** The id of the response's request. */
  public static String of(ServerResponse response) {
    return response.headers().first(HEADER).orElse("");
  }
}
