package io.heliograph.server.helidon;

import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.task.InterruptableTask;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/**
 * A connection that is closed in stages (RFC 9112, section 9.6): first this side, and the other
 * once the peer has closed it, too. Whoever is refused in the middle of a request is still sending;
 * a connection closed under that is reset, and the reset takes the answer away that says why.
 *
 * <p>And one that is closed: over TLS, Helidon 4.5 only says that it closes, and leaves the
 * connection below open, which nobody reads any more.
 *
 * <p>Can go when Helidon does both: reads on before it closes, and closes what is below TLS.
 */
final class StagedClose implements ServerConnection, InterruptableTask<Void> {

  private static final System.Logger LOG = System.getLogger(StagedClose.class.getName());

  /** How long the peer may take to read its answer and to close. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  // Twice the largest body: whoever goes on after that does not want to know.
  private static final int MOST_BYTES = 32 << 20;

  private static final int PIECE_BYTES = 8 * 1024;

  private final ServerConnection connection;
  private final ConnectionContext context;
  private final RequestDeadlines deadlines;
  private final SocketChannel channel;

  StagedClose(ServerConnection connection, ConnectionContext context, RequestDeadlines deadlines) {
    this.connection = connection;
    this.context = context;
    this.deadlines = deadlines;
    this.channel = deadlines.of(context.remotePeer().address()).channel();
  }

  @Override
  public void handle(Limit limit) throws InterruptedException {
    try {
      connection.handle(limit);
    } catch (CloseConnectionException e) {
      throw e;
    } catch (RuntimeException e) {
      // Helidon would warn with a stack trace, for whatever a stranger sends. What fails in a
      // handler of ours has been logged there.
      LOG.log(System.Logger.Level.DEBUG, () -> "A connection failed: " + e);
      throw new CloseConnectionException("The connection failed.", e);
    } finally {
      close();
    }
  }

  private void close() {
    if (HandOver.isDone(context)) {
      return; // It has become a stream, which closes it.
    }
    try (channel) {
      if (context.isSecure()) {
        context.serverSocket().close(); // Writes the word that this side closes, and no more.
      }
      // Who left a stream reads no more, and who was told to leave it has sent all.
      if (deadlines.watches(context.remotePeer().address())) {
        channel.shutdownOutput();
        discard(channel.socket());
      }
    } catch (IOException | UncheckedIOException e) {
      // The peer has gone, or takes longer than it may.
      LOG.log(System.Logger.Level.TRACE, "closing a connection", e);
    }
  }

  private static void discard(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    byte[] piece = new byte[PIECE_BYTES];
    long end = System.nanoTime() + PATIENCE.toNanos();
    int rest = MOST_BYTES;
    while (rest > 0) {
      long left = Duration.ofNanos(end - System.nanoTime()).toMillis();
      if (left <= 0) {
        return;
      }
      socket.setSoTimeout((int) left);
      int read = in.read(piece);
      if (read < 0) {
        return;
      }
      rest -= read;
    }
  }

  @Override
  public Duration idleTime() {
    return connection.idleTime();
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
