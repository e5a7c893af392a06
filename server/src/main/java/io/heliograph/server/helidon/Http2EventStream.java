package io.heliograph.server.helidon;

import io.helidon.common.buffers.BufferData;
import io.helidon.http.HttpPrologue;
import io.helidon.http.http2.Http2FrameHeader;
import io.helidon.http.http2.Http2FrameTypes;
import io.helidon.http.http2.Http2Headers;
import io.helidon.http.http2.Http2RstStream;
import io.helidon.http.http2.Http2StreamState;
import io.helidon.http.http2.Http2WindowUpdate;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http2.spi.Http2SubProtocolSelector.SubProtocolHandler;
import io.heliograph.server.hub.SinkClosedException;
import org.jspecify.annotations.Nullable;

/**
 * A request for a stream of events over HTTP/2. Goes the way of every other request, through the
 * same filters and routes, but on a channel that hears of its peer's leaving.
 *
 * <p>Goes with {@link Http2Streams}.
 */
final class Http2EventStream implements SubProtocolHandler {

  private static final System.Logger LOG = System.getLogger(Http2EventStream.class.getName());

  private final ConnectionContext context;
  private final HttpPrologue prologue;
  private final Http2Headers headers;
  private final Http2Channel channel;
  private final Http2StreamState asked;
  private final RequestDeadlines.TcpConnection deadlines;

  // Guarded by this: the stream's thread, as long as it waits for the request's end.
  private @Nullable Thread waiting;

  Http2EventStream(
      ConnectionContext context,
      HttpPrologue prologue,
      Http2Headers headers,
      Http2Channel channel,
      Http2StreamState asked,
      RequestDeadlines.TcpConnection deadlines) {
    this.context = context;
    this.prologue = prologue;
    this.headers = headers;
    this.channel = channel;
    this.asked = asked;
    this.deadlines = deadlines;
  }

  @Override
  public synchronized void init() {
    if (channel.isOver()) {
      channel.close();
    } else {
      waiting = Thread.currentThread();
    }
  }

  @Override
  public Http2StreamState streamState() {
    return channel.isOver() ? Http2StreamState.CLOSED : asked;
  }

  /**
   * Called once at least: the end of a request without a body comes as a frame without data. A body
   * is read past until its end or its deadline: to reset the stream before would make what is on
   * its way an error of the whole connection.
   */
  @Override
  public void data(Http2FrameHeader header, BufferData data) {
    if (header.flags(Http2FrameTypes.DATA).endOfStream()) {
      synchronized (this) {
        waiting = null;
      }
      serve();
    }
  }

  private void serve() {
    var request = new Http2StreamRequest(context, prologue, headers, channel.id());
    var response = new Http2StreamResponse(context, request, channel, deadlines);
    try {
      context
          .router()
          .routing(HttpRouting.class, HttpRouting.empty())
          .route(context, request, response);
    } catch (CloseConnectionException | SinkClosedException e) {
      // Over HTTP/1.1 it ends the connection; here, the stream.
      LOG.log(System.Logger.Level.TRACE, "a stream has ended", e);
    } finally {
      channel.close();
    }
  }

  @Override
  public void rstStream(Http2RstStream reset) {
    peerLeft();
  }

  @Override
  public void windowUpdate(Http2WindowUpdate update) {
    // Helidon 4.5 never calls it; who waits for a window is woken by the window.
  }

  void peerLeft() {
    channel.peerLeft();
  }

  /** Whether Helidon has dropped it without a word, as for a body of another length than said. */
  synchronized boolean isDropped() {
    return waiting != null && !waiting.isAlive();
  }

  /** As Helidon 4.5 does not: a stream's thread would wait for its request's end for ever. */
  synchronized void connectionEnds() {
    channel.peerLeft();
    if (waiting != null) {
      waiting.interrupt();
    }
  }
}
