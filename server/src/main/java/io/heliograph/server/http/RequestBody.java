package io.heliograph.server.http;

import io.helidon.http.HeaderNames;
import io.helidon.http.RequestException;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import io.heliograph.server.request.Problem;
import io.heliograph.server.request.Requests;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * How much of the body of an HTTP/1.1 request has been read. An answer whose request was not read
 * to its end is the last on its connection: otherwise the rest of the body would be taken for the
 * next request, which behind a proxy that shares connections is another client's. Confined to the
 * request's thread.
 */
final class RequestBody {

  // A rest that is on its way already costs less than a new connection.
  private static final long MOST_READ_PAST_BYTES = 64 * 1024;

  private static final int BAD_CHUNKS = 400;

  private final RoutingRequest request;
  private final RoutingResponse response;
  private final long announced;

  private boolean asked;
  private boolean ended;
  private long read;

  private RequestBody(RoutingRequest request, RoutingResponse response) {
    this.request = request;
    this.response = response;
    this.announced = request.headers().contentLength().orElse(-1);
    this.ended = announced <= 0 && !request.headers().contains(HeaderNames.TRANSFER_ENCODING);
  }

  /** Watches a request from before its body is asked for. */
  static RequestBody watch(RoutingRequest request, RoutingResponse response) {
    var body = new RequestBody(request, response);
    if (!body.ended) {
      request.streamFilter(body::watched);
      response.beforeSend(body::announceEnd);
    }
    return body;
  }

  private InputStream watched(InputStream in) {
    asked = true;
    return new Watched(in);
  }

  /** Only a publisher of lines is answered with success while its body is still read. */
  private void announceEnd() {
    boolean underWay = asked && response.status().code() < 400;
    if (!ended && !underWay && !isCheaplyReadPast()) {
      Requests.closeAfter(request, response);
    }
  }

  /**
   * Leaves the connection where the next request begins.
   *
   * @throws CloseConnectionException if it does not get there
   */
  void readPast() {
    if (ended) {
      return;
    }
    if (!isCheaplyReadPast()) {
      throw new CloseConnectionException("The answer came before the body's end.");
    }
    try {
      request.content().consume();
    } catch (RuntimeException e) {
      throw new CloseConnectionException("The body has no end.", e);
    }
  }

  /** Whoever waits to be asked for its body may send it or not: then nobody knows what follows. */
  private boolean isCheaplyReadPast() {
    return announced >= 0 && announced - read <= MOST_READ_PAST_BYTES && request.continueSent();
  }

  private final class Watched extends FilterInputStream {
    Watched(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      var one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int count;
      try {
        count = super.read(bytes, offset, length);
      } catch (RequestException e) {
        throw (e.status().code() == BAD_CHUNKS ? Problem.BAD_REQUEST : Problem.BODY_TOO_LARGE)
            .because(String.valueOf(e.getMessage()));
      } catch (RuntimeException e) {
        // Helidon wraps what the socket threw in one of several.
        throw new IOException("The client disconnected before the end of its request body.", e);
      }
      read += Math.max(0, count);
      ended = ended || count < 0 || read == announced;
      if (count > 0 && read == announced) {
        // Helidon 4.5 has not noticed the end, and would look for it with a buffer of 2 KiB.
        super.read();
      }
      return count;
    }

    @Override
    public void close() {
      // Helidon 4.5 waits for one piece more, which may never come: readPast() decides.
    }
  }
}
