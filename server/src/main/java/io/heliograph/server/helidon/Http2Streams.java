package io.heliograph.server.helidon;

import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.task.InterruptableTask;
import io.helidon.http.HttpPrologue;
import io.helidon.http.Method;
import io.helidon.http.PathMatcher;
import io.helidon.http.http2.FlowControl;
import io.helidon.http.http2.Http2Headers;
import io.helidon.http.http2.Http2Settings;
import io.helidon.http.http2.Http2StreamState;
import io.helidon.http.http2.Http2StreamWriter;
import io.helidon.http.http2.StreamFlowControl;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.Router;
import io.helidon.webserver.http2.Http2Config;
import io.helidon.webserver.http2.Http2ConnectionSelector;
import io.helidon.webserver.http2.spi.Http2SubProtocolSelector;
import io.helidon.webserver.http2.spi.SubProtocolResult;
import io.helidon.webserver.spi.ServerConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * An HTTP/2 connection, and the streams of events on it.
 *
 * <p>Helidon 4.5 tells the handler of a request neither that its stream was reset nor that its
 * connection is gone. Both are told here: the first because an event stream is served as a
 * sub-protocol, which Helidon does tell of it; the second because this stands around the
 * connection's own loop.
 *
 * <p>Can go, and all that is named Http2 with it, when Helidon tells both to whoever handles a
 * request.
 */
final class Http2Streams implements ServerConnection, InterruptableTask<Void> {

  private static final SubProtocolResult OTHER = Http2SubProtocolSelector.NOT_SUPPORTED;

  private static final int LEAST_TO_SWEEP = 32;

  private final ConnectionContext context;
  private final List<PathMatcher> streamPaths;
  private final RequestDeadlines.TcpConnection deadlines;
  private final long writeTimeoutNanos;
  private final ServerConnection connection;

  private final ConcurrentMap<Integer, Http2EventStream> open = new ConcurrentHashMap<>();
  private volatile boolean gone;
  private volatile long lastWriteNanos = System.nanoTime();

  // Guarded by this: who answers other requests. The dead are swept out when there are many.
  private List<Thread> answering = new ArrayList<>();
  private int sweepAt = LEAST_TO_SWEEP;

  private volatile int sweepOpenAt = LEAST_TO_SWEEP;

  Http2Streams(
      ConnectionContext context,
      Http2Config config,
      List<PathMatcher> streamPaths,
      Duration writeTimeout,
      RequestDeadlines.TcpConnection deadlines) {
    this.context = ScannedFrames.of(context, this::reset);
    this.streamPaths = streamPaths;
    this.writeTimeoutNanos = writeTimeout.toNanos();
    this.deadlines = deadlines;
    this.connection =
        Http2ConnectionSelector.builder()
            .http2Config(config)
            // Two, for Helidon says anew to each whether the stream was reset. A reset that is not
            // said to the second comes after the first: then reset() finds the stream.
            .addSubProtocolSelector(this::prepare)
            .addSubProtocolSelector(this::select)
            .build()
            .connection(this.context);
  }

  private SubProtocolResult prepare(
      ConnectionContext ctx,
      HttpPrologue prologue,
      Http2Headers headers,
      Http2StreamWriter writer,
      int id,
      Http2Settings serverSettings,
      Http2Settings clientSettings,
      StreamFlowControl flowControl,
      Http2StreamState state,
      Router router) {
    deadlines.requestBegins(id);
    if (opensStream(prologue)) {
      sweep();
      var channel = new Http2Channel(this, id, writer, flowControl.outbound());
      open.put(id, new Http2EventStream(context, prologue, headers, channel, state, deadlines));
    } else {
      remember(Thread.currentThread());
    }
    return OTHER;
  }

  private SubProtocolResult select(
      ConnectionContext ctx,
      HttpPrologue prologue,
      Http2Headers headers,
      Http2StreamWriter writer,
      int id,
      Http2Settings serverSettings,
      Http2Settings clientSettings,
      StreamFlowControl flowControl,
      Http2StreamState state,
      Router router) {
    Http2EventStream stream = open.get(id);
    if (stream == null) {
      return OTHER;
    }
    if (state == Http2StreamState.CLOSED || gone) {
      stream.peerLeft();
    }
    return new SubProtocolResult(true, stream);
  }

  /** Helidon has come to know of it, and may have told nobody. */
  private void reset(int id) {
    Http2EventStream stream = open.get(id);
    if (stream != null) {
      stream.peerLeft();
    }
  }

  private boolean opensStream(HttpPrologue prologue) {
    try {
      return prologue.method().equals(Method.GET)
          && streamPaths.stream().anyMatch(path -> path.match(prologue.uriPath()).accepted());
    } catch (IllegalArgumentException e) {
      return false; // What is no path is refused on the way of all other requests.
    }
  }

  private void sweep() {
    if (open.size() >= sweepOpenAt) {
      open.values().removeIf(Http2EventStream::isDropped);
      sweepOpenAt = Math.max(LEAST_TO_SWEEP, open.size() * 2);
    }
  }

  @Override
  public void handle(Limit limit) throws InterruptedException {
    try {
      connection.handle(limit);
    } finally {
      gone = true;
      deadlines.connectionEnds(); // First: who is interrupted asks whether it is.
      open.values().forEach(Http2EventStream::connectionEnds);
      interruptAnswering();
    }
  }

  private synchronized void remember(Thread thread) {
    if (gone) {
      thread.interrupt();
      return;
    }
    if (answering.size() >= sweepAt) {
      answering.removeIf(one -> !one.isAlive());
      sweepAt = Math.max(LEAST_TO_SWEEP, answering.size() * 2);
    }
    answering.add(thread);
  }

  private synchronized void interruptAnswering() {
    answering.forEach(Thread::interrupt); // They would wait for the rest of a body for ever.
    answering = List.of();
  }

  /**
   * Takes from the windows of a stream and of the connection (RFC 9113, section 5.2) what may be
   * written now, at most {@code wanted} bytes. In one step, or two streams would take the same.
   */
  synchronized int reserve(FlowControl.Outbound windows, int wanted) {
    int room = Math.min(wanted, windows.getRemainingWindowSize());
    if (room > 0) {
      windows.decrementWindowSize(room);
    }
    return Math.max(0, room);
  }

  void ended(int id) {
    open.remove(id);
  }

  /** A frame has gone out. */
  void hasWritten() {
    lastWriteNanos = System.nanoTime();
  }

  /** Whether none of the streams could write for as long as a write may take. */
  boolean isStuck() {
    return System.nanoTime() - lastWriteNanos > writeTimeoutNanos;
  }

  /** Ends the connection, whatever is stuck on it. */
  void cut() {
    deadlines.cut();
  }

  /** Helidon closes what is idle, and counts from the last request, though streams are open. */
  @Override
  public Duration idleTime() {
    return open.isEmpty() ? connection.idleTime() : Duration.ZERO;
  }

  @Override
  public void close(boolean interrupt) {
    connection.close(interrupt);
  }

  @Override
  public boolean canInterrupt() {
    return connection instanceof InterruptableTask<?> task && task.canInterrupt();
  }
}
