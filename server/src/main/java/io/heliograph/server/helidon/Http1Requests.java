package io.heliograph.server.helidon;

import io.helidon.common.buffers.DataReader;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ServerConnectionException;
import java.io.UncheckedIOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads the requests of an HTTP/1.1 connection as {@link Http1Framing} allows them, and hands
 * Helidon only what passed. Confined to the thread that reads.
 *
 * <p>Goes with {@link Http1Framing}: a reader is the one place in front of Helidon's own reading.
 */
@SuppressWarnings("removal") // There is no other way to be a DataReader.
public final class Http1Requests extends DataReader {

  private final Http1Framing framing;

  private Http1Requests(Http1Framing framing) {
    super(framing::next);
    this.framing = framing;
  }

  /**
   * The connection, which may have been peeked into but not read, read strictly.
   *
   * @param awaitsRequest run before the next request is waited for
   */
  static ConnectionContext of(ConnectionContext context, Runnable awaitsRequest) {
    var framing =
        new Http1Framing(bytesOf(context.dataReader(), context.serverSocket()), awaitsRequest);
    return new OwnReader(context, new Http1Requests(framing));
  }

  /** Whether the method of the latest request is HEAD, even if its head was refused. */
  boolean isHead() {
    return framing.isHead();
  }

  /**
   * No further request is expected: from here on bytes pass as they come, and as they are.
   *
   * @return how many have come already
   */
  public int passThrough() {
    return available() + framing.passThrough();
  }

  /** What was peeked at first, then the socket's own arrays: each byte is copied once at most. */
  private static Supplier<byte @Nullable []> bytesOf(DataReader peeked, HelidonSocket socket) {
    return () -> {
      int available = peeked.available();
      if (available > 0) {
        return peeked.readBytes(available);
      }
      try {
        return socket.get();
      } catch (UncheckedIOException e) {
        throw new ServerConnectionException("The connection cannot be read.", e);
      }
    };
  }
}
