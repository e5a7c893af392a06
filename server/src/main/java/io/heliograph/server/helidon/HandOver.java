package io.heliograph.server.helidon;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Takes a plain HTTP/1.1 connection from Helidon, so that its socket outlives Helidon's thread and
 * buffers for it. Helidon 4.5 closes the socket when the handler returns, and then admits one more
 * connection, although the stream still occupies a file descriptor.
 *
 * <p>Reads two private fields of Helidon's connection handler and writes one. If a new version has
 * moved them, HandOverTest fails, and streams keep their threads.
 *
 * <p>Can be removed when Helidon lets a handler keep the socket.
 */
public final class HandOver {

  private static final System.Logger LOG = System.getLogger(HandOver.class.getName());

  private static final String HANDLER = "io.helidon.webserver.ConnectionHandler";
  private static final Optional<Fields> FIELDS = Fields.find();

  private final Semaphore permits;

  // Until it is taken: an idle stream must not hold what it does not use.
  private @Nullable SocketChannel channel;

  private HandOver(SocketChannel channel, Semaphore permits) {
    this.channel = channel;
    this.permits = permits;
  }

  /** Whether the fields exist in this version of Helidon. */
  static boolean isPossible() {
    return FIELDS.isPresent();
  }

  /**
   * Takes a connection and switches it to non-blocking mode. The handler must not use the
   * connection any more, and must return soon by throwing a {@link CloseConnectionException}.
   *
   * @param channel the channel of the connection
   * @return empty if the connection must keep its thread
   * @throws CloseConnectionException if the connection is closed already
   */
  public static Optional<HandOver> of(ConnectionContext context, SocketChannel channel) {
    if (FIELDS.isEmpty() || context.isSecure() || !(context instanceof OwnReader own)) {
      return Optional.empty();
    }
    Fields fields = FIELDS.get();
    Semaphore permits = fields.permits(own.context());
    // Helidon releases the handler's permit on return, but the descriptor stays open: take another.
    if (!permits.tryAcquire()) {
      return Optional.empty();
    }
    var handOver = new HandOver(channel, permits);
    try {
      channel.configureBlocking(false);
    } catch (IOException e) {
      handOver.end();
      throw new CloseConnectionException("The connection was closed.", e);
    }
    fields.setSocket(own.context(), new Gone(context.serverSocket()));
    return Optional.of(handOver);
  }

  /** Whether the connection was taken, so that Helidon must not close it. */
  static boolean isDone(ConnectionContext context) {
    return context.serverSocket() instanceof Gone;
  }

  /** Returns the channel. Must be called once. */
  public SocketChannel take() {
    SocketChannel taken = Objects.requireNonNull(channel, "it was taken");
    channel = null;
    return taken;
  }

  /** Admits one more connection, after the socket was closed. Must be called once. */
  public void end() {
    permits.release();
  }

  /** The private fields of Helidon's connection handler. */
  private record Fields(Field socket, Field permits) {

    static Optional<Fields> find() {
      try {
        Class<?> handler = Class.forName(HANDLER);
        var fields =
            new Fields(
                handler.getDeclaredField("helidonSocket"),
                handler.getDeclaredField("connectionSemaphore"));
        fields.socket.setAccessible(true);
        fields.permits.setAccessible(true);
        if (fields.socket.getType().equals(HelidonSocket.class)
            && fields.permits.getType().equals(Semaphore.class)) {
          return Optional.of(fields);
        }
      } catch (ReflectiveOperationException | RuntimeException e) {
        LOG.log(System.Logger.Level.DEBUG, "Helidon has no such field any more", e);
      }
      LOG.log(
          System.Logger.Level.WARNING,
          "This version of Helidon keeps its connections: every stream will take a thread.");
      return Optional.empty();
    }

    Semaphore permits(ConnectionContext handler) {
      try {
        return (Semaphore) permits.get(handler);
      } catch (IllegalAccessException e) {
        throw new IllegalStateException("it was made accessible", e);
      }
    }

    void setSocket(ConnectionContext handler, HelidonSocket to) {
      try {
        socket.set(handler, to);
      } catch (IllegalAccessException e) {
        throw new IllegalStateException("it was made accessible", e);
      }
    }
  }

  /** Replaces the socket in Helidon's handler. Closing it does nothing. */
  private record Gone(HelidonSocket socket) implements HelidonSocket {

    @Override
    public void close() {}

    @Override
    public void idle() {}

    @Override
    public boolean isConnected() {
      return false;
    }

    @Override
    @Deprecated // Abstract in Helidon 4.5 despite the deprecation; never called.
    @SuppressWarnings({"removal", "InlineMeSuggester"})
    public int read(BufferData buffer) {
      return -1;
    }

    @Override
    public byte @Nullable [] get() {
      return null; // End of input.
    }

    @Override
    public void write(BufferData buffer) {
      throw new IllegalStateException("the connection has become a stream");
    }

    @Override
    public PeerInfo remotePeer() {
      return socket.remotePeer();
    }

    @Override
    public PeerInfo localPeer() {
      return socket.localPeer();
    }

    @Override
    public boolean isSecure() {
      return socket.isSecure();
    }

    @Override
    public String socketId() {
      return socket.socketId();
    }

    @Override
    public String childSocketId() {
      return socket.childSocketId();
    }
  }
}
