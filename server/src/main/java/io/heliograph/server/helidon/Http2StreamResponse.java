package io.heliograph.server.helidon;

import io.helidon.common.GenericType;
import io.helidon.http.DateTime;
import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.ServerResponseTrailers;
import io.helidon.http.Status;
import io.helidon.http.http2.Http2Headers;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http.ServerResponseBase;
import io.helidon.webserver.http.spi.Sink;
import java.io.OutputStream;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What a request for a stream over HTTP/2 is answered with: the stream, or why there is none.
 * Helidon's own one cannot be made to write to an {@link Http2Channel}.
 *
 * <p>Goes with {@link Http2Streams}.
 */
public final class Http2StreamResponse extends ServerResponseBase<Http2StreamResponse> {

  // They speak of a connection, which is not this response's alone (RFC 9113, section 8.2.2).
  private static final List<HeaderName> OF_CONNECTION =
      List.of(HeaderNames.CONNECTION, HeaderNames.TRANSFER_ENCODING, HeaderNames.UPGRADE);

  private final Http2StreamRequest request;
  private final Http2Channel channel;
  private final RequestDeadlines.TcpConnection deadlines;
  private final ServerResponseHeaders headers = ServerResponseHeaders.create();
  private boolean sent;
  private long bytesWritten;

  Http2StreamResponse(
      ConnectionContext context,
      Http2StreamRequest request,
      Http2Channel channel,
      RequestDeadlines.TcpConnection deadlines) {
    super(context, request);
    this.request = request;
    this.channel = channel;
    this.deadlines = deadlines;
  }

  /**
   * Makes the answer a stream: from here on, whoever asked writes to the channel, first of all the
   * {@link #head}.
   */
  public Http2Channel becomesStream() {
    sent = true;
    deadlines.becomesStream(request.id());
    return channel;
  }

  @Override
  public <X extends Sink<?>> X sink(GenericType<X> type) {
    throw new UnsupportedOperationException("becomesStream() is the way to a stream of events");
  }

  @Override
  public void send(byte[] entity) {
    send(entity, 0, entity.length);
  }

  @Override
  public void send(byte[] entity, int position, int length) {
    if (sent) {
      throw new IllegalStateException("The response was sent already.");
    }
    sent = true;
    beforeSend();
    if (!status().equals(Status.NO_CONTENT_204)) { // RFC 9110, section 8.6.
      headers.contentLength(length);
    }
    headers.setIfAbsent(HeaderValues.create(HeaderNames.DATE, DateTime.rfc1123String()));
    channel.head(head(), length == 0);
    if (length > 0) {
      channel.data(entity, position, position + length, true);
    }
    bytesWritten = length;
    afterSend();
  }

  /** The status and the headers as they are now. */
  public Http2Headers head() {
    var own = ServerResponseHeaders.create();
    for (Header header : headers) {
      if (!OF_CONNECTION.contains(header.headerName())) {
        own.set(header);
      }
    }
    return Http2Headers.create(own).status(status());
  }

  @Override
  public Http2StreamResponse header(Header header) {
    headers.set(header);
    return this;
  }

  @Override
  public ServerResponseHeaders headers() {
    return headers;
  }

  @Override
  public boolean isSent() {
    return sent;
  }

  @Override
  public boolean hasEntity() {
    return sent;
  }

  @Override
  public long bytesWritten() {
    return bytesWritten;
  }

  @Override
  public boolean reset() {
    if (!sent) {
      headers.clear();
    }
    return !sent;
  }

  @Override
  public boolean resetStream() {
    return !sent;
  }

  /** Nothing is left to do: what is sent is sent at once. */
  @Override
  public void commit() {}

  @Override
  public OutputStream outputStream() {
    throw new UnsupportedOperationException("an answer in one piece, or a stream of events");
  }

  @Override
  public void streamFilter(UnaryOperator<OutputStream> filter) {
    throw new UnsupportedOperationException("nothing filters a stream of events");
  }

  @Override
  public ServerResponseTrailers trailers() {
    throw new IllegalStateException("a stream of events has no trailers");
  }

  @Override
  public void streamResult(String result) {
    throw new IllegalStateException("a stream of events has no trailers");
  }
}
