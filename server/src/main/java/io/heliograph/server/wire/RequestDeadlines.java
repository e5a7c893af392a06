package io.heliograph.server.wire;

import io.helidon.common.socket.SocketOptions;
import io.helidon.webserver.ConnectionContext;
import io.heliograph.server.event.NanoClock;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;

/**
 * Closes connections on which a request does not come to its end: half a TLS handshake, a head that
 * comes byte by byte, a body that never ends, an answer that nobody reads, a connection that is
 * kept and not used. Helidon's idle timeout covers only the last. Thread-safe.
 *
 * <p>Every connection is watched from the moment it is accepted, before anything is read from it,
 * until it is closed or has become a stream, which has bounds of its own.
 */
public final class RequestDeadlines implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(RequestDeadlines.class.getName());

  private static final int LOOKS_PER_TIMEOUT = 8;
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

  private final Times times;
  private final NanoClock clock;
  private final Consumer<Phase> closed;
  private final Duration pause;
  private final ConcurrentMap<SocketAddress, Watched> byPeer = new ConcurrentHashMap<>();
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
    return new WatchingOptions(options);
  }

  /** A request's head has been read. */
  public void requestBegins(SocketAddress peer) {
    await(peer, Phase.REQUEST);
  }

  /** A request has been answered. */
  public void requestEnds(SocketAddress peer) {
    await(peer, Phase.IDLE);
  }

  /** The connection has become a stream: who writes to it watches it from here on. */
  static void becomesStream(ConnectionContext context) {
    if (context.listenerContext().config().connectionOptions()
        instanceof WatchingOptions watching) {
      watching.forget(context.remotePeer().address());
    }
  }

  /** How many connections are watched. */
  public int watched() {
    return byPeer.size();
  }

  private void await(SocketAddress peer, Phase phase) {
    Watched connection = byPeer.get(peer);
    if (connection != null) { // It is a stream, or was closed.
      connection.await(phase, clock.nanos());
    }
  }

  private void accepted(SocketChannel channel) {
    try {
      SocketAddress peer = channel.getRemoteAddress();
      if (peer != null) {
        byPeer.put(peer, new Watched(channel, clock.nanos()));
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
          if (!connection.channel.isOpen()) {
            byPeer.remove(peer, connection);
          } else if (connection.isLate(now) && byPeer.remove(peer, connection)) {
            connection.close();
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

  private final class Watched {
    private final SocketChannel channel;

    // Guarded by this: the watch must not see a new phase with the old one's beginning.
    private Phase phase = Phase.HEAD;
    private long sinceNanos;

    Watched(SocketChannel channel, long now) {
      this.channel = channel;
      this.sinceNanos = now;
    }

    synchronized void await(Phase next, long now) {
      phase = next;
      sinceNanos = now;
    }

    synchronized boolean isLate(long now) {
      return now - sinceNanos > times.of(phase).toNanos();
    }

    void close() {
      try {
        channel.close(); // Who is parked in a read or a write of it wakes with an exception.
      } catch (IOException e) {
        LOG.log(System.Logger.Level.TRACE, "closing a connection that was closed", e);
      }
      synchronized (this) {
        closed.accept(phase);
      }
    }
  }

  private final class WatchingOptions implements SocketOptions {
    private final SocketOptions options;

    WatchingOptions(SocketOptions options) {
      this.options = options;
    }

    void forget(SocketAddress peer) {
      byPeer.remove(peer);
    }

    @Override
    public void configureSocket(SocketChannel channel) {
      options.configureSocket(channel);
      accepted(channel);
    }

    @Override
    public void configureSocket(Socket socket) {
      options.configureSocket(socket);
    }

    @Override
    public Map<SocketOption<?>, Object> socketOptions() {
      return options.socketOptions();
    }

    @Override
    public Duration connectTimeout() {
      return options.connectTimeout();
    }

    @Override
    public Duration readTimeout() {
      return options.readTimeout();
    }

    @Override
    public Optional<Integer> socketReceiveBufferSize() {
      return options.socketReceiveBufferSize();
    }

    @Override
    public Optional<Integer> socketSendBufferSize() {
      return options.socketSendBufferSize();
    }

    @Override
    public boolean socketReuseAddress() {
      return options.socketReuseAddress();
    }

    @Override
    public boolean socketKeepAlive() {
      return options.socketKeepAlive();
    }

    @Override
    public boolean tcpNoDelay() {
      return options.tcpNoDelay();
    }
  }
}
