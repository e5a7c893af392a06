package io.heliograph.server.helidon;

import io.helidon.common.buffers.BufferData;
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
 * <p>And removes the body from answers to {@code HEAD} that are made before a request reaches a
 * handler (RFC 9110, section 9.3.2), which Helidon 4.5 writes whatever the method is. Their {@code
 * Content-Length} remains, because it is that of the answer to {@code GET}.
 *
 * <p>Can go when Helidon leaves both out itself.
 */
public final class AnswerLengths implements Http1ConnectionListener {

  private static final String EVENT_STREAM = "text/event-stream";
  private static final String END_OF_HEAD = "\r\n\r\n";

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

  @Override
  public void data(ConnectionContext ctx, BufferData answer) {
    if (ctx.dataReader() instanceof Http1Requests requests && requests.isHead()) {
      answer.trim(answer.available() - lengthOfHead(answer));
    }
  }

  /** The length of the head, or of all if the end of a head is not in it. */
  private static int lengthOfHead(BufferData answer) {
    int matched = 0;
    for (int i = 0; i < answer.available(); i++) {
      int b = answer.get(i);
      matched = b == END_OF_HEAD.charAt(matched) ? matched + 1 : b == '\r' ? 1 : 0;
      if (matched == END_OF_HEAD.length()) {
        return i + 1;
      }
    }
    return answer.available();
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
