package io.heliograph.server.helidon;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.http.PathMatcher;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.http2.Http2Config;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import io.heliograph.server.event.NanoClock;
import io.heliograph.server.helidon.hpack.HeadDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;

/**
 * Finds out which version of HTTP a new connection speaks: HTTP/2 where TLS agreed on it (ALPN) or
 * where its preface comes (RFC 9113, section 3), else HTTP/1.1. The only selector: with several,
 * Helidon 4.5 closes what is neither without an answer, where HTTP/1.1 says what is wrong with it.
 *
 * <p>Can go when Helidon answers that, and nothing has to stand around its connections any more.
 */
public final class Protocols implements ServerConnectionSelector {

  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final String HTTP_2 = "h2";

  // A proxy may put many readers on one connection; more of them open another.
  private static final int MAX_CONCURRENT_STREAMS = 1_000;

  // What a peer may send that no handler has read yet, all its requests together.
  private static final int INBOUND_WINDOW = 256 * 1024;

  // Readers that leave an event stream count as rapid resets with Helidon, though they have been
  // answered. A proxy may have a thousand of them leave at once; one stranger's resets cost little.
  private static final int MAX_RESETS = 10 * MAX_CONCURRENT_STREAMS;

  private final ServerConnectionSelector http1 =
      Http1ConnectionSelector.builder()
          .config(
              Http1Config.builder()
                  // Http1Framing's bounds are below these, and say what was too long.
                  .maxPrologueLength(2 * Http1Framing.MAX_LINE_BYTES)
                  .maxHeadersSize(2 * Http1Framing.MAX_FIELDS_BYTES)
                  // Says nothing in HTTP/1.1 (RFC 9112, section 9.3), and Helidon 4.5 would take
                  // the
                  // header that it has set apart again: 1.3 KB for each request.
                  .sendKeepAliveHeader(false)
                  // Of several, Helidon 4.5 would call none.
                  .addSendListener(new AnswerLengths())
                  .build())
          .build();
  private final Http2Config http2;
  private final List<PathMatcher> streamPaths;
  private final Duration writeTimeout;
  private final RequestDeadlines deadlines;
  private final Semaphore busy;

  /**
   * Serves both.
   *
   * @param streamPaths where GET opens a stream of events
   * @param writeTimeout how long an answer waits for a peer that gives no window
   * @param requestsWait whether most requests wait for a disk or for another server
   */
  public Protocols(
      List<PathMatcher> streamPaths,
      Duration writeTimeout,
      RequestDeadlines deadlines,
      boolean requestsWait) {
    this.streamPaths = streamPaths;
    this.writeTimeout = writeTimeout;
    this.deadlines = deadlines;
    this.busy = new Semaphore(requestsWait ? 0 : BusyConnection.MOST);
    this.http2 =
        Http2Config.builder()
            .maxConcurrentStreams(MAX_CONCURRENT_STREAMS)
            .maxHeaderListSize(HeadDecoder.MAX_BYTES)
            .initialWindowSize(INBOUND_WINDOW)
            .maxRapidResets(MAX_RESETS)
            // Else a bad path ends the connection, and with it the streams of others.
            .validatePath(false)
            // A stream's stuck write is ended by who watches it, and after that time.
            .flowControlTimeout(writeTimeout.multipliedBy(2))
            .build();
  }

  @Override
  public int bytesToIdentifyConnection() {
    return 0;
  }

  @Override
  public Support supports(BufferData request) {
    return Support.SUPPORTED;
  }

  @Override
  public Set<String> supportedApplicationProtocols() {
    return Set.of(HTTP_2, "http/1.1");
  }

  @Override
  public ServerConnection connection(ConnectionContext context) {
    ServerConnection connection = speaksHttp2(context) ? http2(context) : http1(context);
    return new StagedClose(connection, context, deadlines);
  }

  private ServerConnection http1(ConnectionContext context) {
    return new BusyConnection(
        awaitsRequest -> http1.connection(Http1Requests.of(context, awaitsRequest)),
        run -> platformThread(run, context),
        busy,
        NanoClock.SYSTEM);
  }

  private static Thread platformThread(Runnable run, ConnectionContext context) {
    String name = "busy-connection " + context.remotePeer().address();
    return Thread.ofPlatform().name(name).daemon().unstarted(run);
  }

  private ServerConnection http2(ConnectionContext context) {
    RequestDeadlines.TcpConnection watched = deadlines.of(context.remotePeer().address());
    return new Http2Streams(context, http2, streamPaths, writeTimeout, watched);
  }

  private static boolean speaksHttp2(ConnectionContext context) {
    if (context.serverSocket().protocolNegotiated()) {
      return context.serverSocket().protocol().equals(HTTP_2);
    }
    DataReader reader = context.dataReader();
    try {
      // Byte by byte, for no more may come: the shortest request of HTTP/1.1 is as long.
      for (int i = 0; i < PREFACE.length; i++) {
        if (reader.getBuffer(i + 1).get(i) != PREFACE[i]) {
          return false;
        }
      }
      return true;
    } catch (DataReader.InsufficientDataAvailableException e) {
      throw new CloseConnectionException("The peer left before it said anything.", e);
    }
  }
}
