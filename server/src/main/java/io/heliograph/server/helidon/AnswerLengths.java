package io.heliograph.server.helidon;

import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Headers;
import io.helidon.http.Status;
import io.helidon.http.WritableHeaders;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http1.Http1ConnectionListener;

/**
 * Removes the {@code Content-Length: 0} that Helidon 4.5 adds to answers without a body where it is
 * wrong (RFC 9110, section 8.6): from a 204, which must not have one, and from the answer to {@code
 * HEAD} of a stream of events, whose length nobody knows.
 *
 * <p>Can go when Helidon leaves the header out itself.
 */
public final class AnswerLengths implements Http1ConnectionListener {

  private static final String EVENT_STREAM = "text/event-stream";

  // Helidon announces the status and then the headers of one answer, on one thread.
  private static final ThreadLocal<Status> STATUS = new ThreadLocal<>();

  AnswerLengths() {}

  /** Corrects an answer on HTTP/2, which Helidon completes before it calls this. */
  public static void correctOnHttp2(ServerResponse response) {
    response.beforeSend(() -> correct(response.status(), response.headers()));
  }

  @Override
  public void status(ConnectionContext ctx, Status announced) {
    STATUS.set(announced);
  }

  @Override
  public void headers(ConnectionContext ctx, Headers headers) {
    Status announced = STATUS.get();
    STATUS.remove();
    if (announced != null && headers instanceof WritableHeaders<?> writable) {
      correct(announced, writable);
    }
  }

  private static void correct(Status status, WritableHeaders<?> headers) {
    // A stream that is refused has a body, and a length that is not 0.
    boolean hasNone =
        status.equals(Status.NO_CONTENT_204)
            || headers.first(HeaderNames.CONTENT_TYPE).filter(EVENT_STREAM::equals).isPresent();
    if (hasNone && headers.contains(HeaderValues.CONTENT_LENGTH_ZERO)) {
      headers.remove(HeaderNames.CONTENT_LENGTH);
    }
  }
}
