package io.heliograph.server.helidon;

import io.helidon.common.socket.SocketOptions;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.heliograph.server.event.NanoClock;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Closes connections on which a request does not come to its end: half a TLS handshake, a head that
 * comes byte by byte, a body that never ends, an answer that nobody reads, a connection that is
 * kept and not used. Helidon's idle timeout covers only the last. Thread-safe.
 *
 * <p>Every connection is watched from the moment it is accepted, before anything is read from it,
 * until it is closed. A stream has bounds of its own: what has become one is not counted here any
 * more. On HTTP/1.1 that is the whole connection, on HTTP/2 one request of many.
 *
 * <p>Can go when Helidon bounds the time from the accept to the end of a head, and from there to
 * the end of the answer, and lets a handler end the reading of a body.
 */
public final class RequestDeadlines implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(RequestDeadlines.class.getName());

  private static final int LOOKS_PER_TIMEOUT = 8;
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);

  private final Times times;
  private final NanoClock clock;
  private final Consumer<Phase> closed;
  private final Duration pause;
  private final ConcurrentMap<SocketAddress, TcpConnection> byPeer = new ConcurrentHashMap<>();
  private final Thread thread;

  /**
   * How long each phase may take.
   *
   * @param head from the accept to the end of the first request's head, a TLS handshake included
   * @param request from a request's head to the end of its answer, its body included
   * @param idle from an answer to the end of the next request's head
   */
  public record Times(Duration head, Duration request, Duration idle) {
    Duration of(Phase phase) {
      return switch (phase) {
        case HEAD -> head;
        case REQUEST -> request;
        case IDLE -> idle;
      };
    }
  }

  /** What a connection is waited for. */
  public enum Phase {
    HEAD,
    REQUEST,
    IDLE
  }

  /**
   * Watches from now on, on a thread of its own.
   *
   * @param closed told of each connection that was closed; must not block
   */
  public RequestDeadlines(Times times, NanoClock clock, Consumer<Phase> closed) {
    this.times = times;
    this.clock = clock;
    this.closed = closed;
    Duration part = shortest(times).dividedBy(LOOKS_PER_TIMEOUT);
    this.pause = part.compareTo(LONGEST_PAUSE) < 0 ? part : LONGEST_PAUSE;
    this.thread = Thread.ofPlatform().name("request-deadlines").daemon().start(this::run);
  }

  /**
   * The options, and a watch over each socket that they are set on: the one place of Helidon 4.5
   * that sees a connection before its first byte is waited for.
   */
  public SocketOptions watching(SocketOptions options) {
    return new WatchedOptions(options, this);
  }

  /** A request's head has been read. */
  public void requestBegins(SocketAddress peer, int request) {
    TcpConnection connection = byPeer.get(peer);
    if (connection != null) { // It was closed.
      connection.requestBegins(request, true);
    }
  }

  /**
   * Ends the reading of a request's body early. Whoever waits for more of it is woken within half a
   * second: on HTTP/1.1 as if its sender had left, on HTTP/2 by an interrupt.
   *
   * @param over asked again and again, by this thread; must not block
   */
  public void endWhen(SocketAddress peer, int request, BooleanSupplier over) {
    TcpConnection connection = byPeer.get(peer);
    if (connection != null) { // It was closed.
      connection.endWhen(request, over);
    }
  }

  /** A request has been answered, or the stream that it became has ended. */
  public void requestEnds(SocketAddress peer, int request) {
    TcpConnection connection = byPeer.get(peer);
    if (connection != null) { // It was a stream on HTTP/1.1, or was closed.
      connection.requestEnds(request);
    }
  }

  /**
   * The connection has become a stream: who writes to it watches it from here on, and closes it.
   *
   * @throws CloseConnectionException if it was closed meanwhile
   */
  public static SocketChannel becomesStream(ConnectionContext context) {
    // Who makes a sink of this has no other way to get here.
    var watched = (WatchedOptions) context.listenerContext().config().connectionOptions();
    return watched.deadlines().forget(context.remotePeer().address());
  }

  /**
   * A connection that requests share.
   *
   * @throws CloseConnectionException if it was closed meanwhile
   */
  TcpConnection of(SocketAddress peer) {
    TcpConnection connection = byPeer.get(peer);
    if (connection == null) {
      throw new CloseConnectionException("The connection was closed.");
    }
    return connection;
  }

  /** Whether the peer's connection was neither closed nor has become a stream. */
  boolean watches(SocketAddress peer) {
    return byPeer.containsKey(peer);
  }

  /**
   * Whether the request is still being read or answered, and not what an interrupt has left of it
   * when its connection ended.
   */
  public boolean isUnderWay(SocketAddress peer, int request) {
    TcpConnection connection = byPeer.get(peer);
    return connection != null && connection.isUnderWay(request);
  }

  /** How many connections are watched. */
  public int watched() {
    return byPeer.size();
  }

  private SocketChannel forget(SocketAddress peer) {
    TcpConnection connection = of(peer);
    byPeer.remove(peer, connection);
    return connection.channel();
  }

  /** Watches a connection from here on. */
  void accepted(SocketChannel channel) {
    try {
      SocketAddress peer = channel.getRemoteAddress();
      if (peer != null) {
        byPeer.put(peer, new TcpConnection(peer, channel, clock.nanos()));
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.TRACE, "a peer left before it was accepted", e);
    }
  }

  private void run() {
    try {
      while (true) {
        Thread.sleep(pause);
        look();
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  private void look() {
    long now = clock.nanos();
    byPeer.forEach(
        (peer, connection) -> {
          connection.endWhatIsOver();
          Optional<Phase> late = connection.late(now);
          if (!connection.channel.isOpen()) {
            byPeer.remove(peer, connection);
          } else if (late.isPresent() && byPeer.remove(peer, connection)) {
            connection.close();
            closed.accept(late.get());
          }
        });
  }

  @Override
  public void close() {
    thread.interrupt();
  }

  private static Duration shortest(Times times) {
    Duration shorter = times.head.compareTo(times.request) < 0 ? times.head : times.request;
    return shorter.compareTo(times.idle) < 0 ? shorter : times.idle;
  }

  /** A connection under watch. */
  final class TcpConnection {
    private final SocketAddress peer;
    private final SocketChannel channel;

    // Guarded by this, as all that follows: requests that are not answered yet, by number.
    private final Map<Integer, Ongoing> ongoing = new HashMap<>(2);
    private boolean used;
    private long quietSinceNanos;

    TcpConnection(SocketAddress peer, SocketChannel channel, long now) {
      this.peer = peer;
      this.channel = channel;
      this.quietSinceNanos = now;
    }

    /** This thread answers it; when the thread ends, the request has. */
    void requestBegins(int request) {
      requestBegins(request, false);
    }

    /**
     * The same.
     *
     * @param alone whether the request has the connection for itself
     */
    synchronized void requestBegins(int request, boolean alone) {
      used = true;
      ongoing.put(request, new Ongoing(clock.nanos(), Thread.currentThread(), alone));
    }

    synchronized void endWhen(int request, BooleanSupplier over) {
      Ongoing one = ongoing.get(request);
      if (one != null) {
        one.over = over;
      }
    }

    synchronized void endWhatIsOver() {
      for (Ongoing one : ongoing.values()) {
        if (one.over.getAsBoolean()) {
          one.over = () -> false; // Once.
          if (one.alone) {
            endInput();
          } else {
            one.thread.interrupt();
          }
        }
      }
    }

    private void endInput() {
      try {
        channel.shutdownInput();
      } catch (IOException e) {
        LOG.log(System.Logger.Level.TRACE, "a peer left before its request was ended", e);
      }
    }

    synchronized void requestEnds(int request) {
      ongoing.remove(request);
      quietSinceNanos = clock.nanos();
    }

    /** From here on who writes to it watches it. */
    synchronized void becomesStream(int request) {
      Ongoing begun = ongoing.get(request);
      if (begun != null) {
        begun.stream = true;
      }
    }

    synchronized boolean isUnderWay(int request) {
      return ongoing.containsKey(request);
    }

    SocketChannel channel() {
      return channel;
    }

    void connectionEnds() {
      byPeer.remove(peer, this);
    }

    /** Closes it at once, whatever is under way on it. */
    void cut() {
      close();
    }

    /** The phase that takes too long. */
    synchronized Optional<Phase> late(long now) {
      if (ongoing.values().removeIf(one -> !one.thread.isAlive())) {
        quietSinceNanos = now;
      }
      if (ongoing.isEmpty()) {
        Phase phase = used ? Phase.IDLE : Phase.HEAD;
        return isOver(phase, quietSinceNanos, now) ? Optional.of(phase) : Optional.empty();
      }
      return ongoing.values().stream()
              .anyMatch(one -> !one.stream && isOver(Phase.REQUEST, one.since, now))
          ? Optional.of(Phase.REQUEST)
          : Optional.empty();
    }

    private boolean isOver(Phase phase, long since, long now) {
      return now - since > times.of(phase).toNanos();
    }

    void close() {
      try {
        channel.close(); // Who is parked in a read or a write of it wakes with an exception.
      } catch (IOException e) {
        LOG.log(System.Logger.Level.TRACE, "closing a connection that was closed", e);
      }
    }
  }

  /** A request under way; as a stream it has no deadline here. */
  private static final class Ongoing {
    final long since;
    final Thread thread;
    final boolean alone;

    // Guarded by the connection.
    boolean stream;
    BooleanSupplier over = () -> false;

    Ongoing(long since, Thread thread, boolean alone) {
      this.since = since;
      this.thread = thread;
      this.alone = alone;
    }
  }
}
