package io.heliograph.server.wire;

import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.http.DirectHandler;
import io.helidon.http.RequestException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.ProxyProtocolData;
import io.helidon.webserver.Router;
import java.util.Optional;
import java.util.concurrent.ExecutorService;

/**
 * A connection on which a line has an end. Helidon 4.5 bounds the lines of a head, but reads the
 * size of a chunk until a line ends, and keeps all of it: whoever sends digits for ever, without a
 * token even, would fill the memory.
 */
record BoundedLines(ConnectionContext context, DataReader dataReader) implements ConnectionContext {

  // Sixteen digits, and room for extensions, which are refused in words.
  private static final int MAX_LINE_BYTES = 1024;

  static ConnectionContext of(ConnectionContext context) {
    return new BoundedLines(context, new Reader(context.dataReader()));
  }

  @SuppressWarnings("removal") // There is no other way to be one.
  private static final class Reader extends DataReader {
    Reader(DataReader from) {
      super(
          () -> {
            from.ensureAvailable();
            return from.readBytes(from.available());
          });
    }

    @Override
    public String readLine() {
      int end = findNewLine(MAX_LINE_BYTES);
      if (end == MAX_LINE_BYTES) {
        throw RequestException.builder()
            .type(DirectHandler.EventType.BAD_REQUEST)
            .message("The size of a chunk has no end.")
            .setKeepAlive(false)
            .build();
      }
      String line = readAsciiString(end);
      skip(2);
      return line;
    }
  }

  @Override
  public ListenerContext listenerContext() {
    return context.listenerContext();
  }

  @Override
  public ExecutorService executor() {
    return context.executor();
  }

  @Override
  public DataWriter dataWriter() {
    return context.dataWriter();
  }

  @Override
  public Router router() {
    return context.router();
  }

  @Override
  public Optional<ProxyProtocolData> proxyProtocolData() {
    return context.proxyProtocolData();
  }

  @Override
  public HelidonSocket serverSocket() {
    return context.serverSocket();
  }

  @Override
  public PeerInfo remotePeer() {
    return context.remotePeer();
  }

  @Override
  public PeerInfo localPeer() {
    return context.localPeer();
  }

  @Override
  public boolean isSecure() {
    return context.isSecure();
  }

  @Override
  public String socketId() {
    return context.socketId();
  }

  @Override
  public String childSocketId() {
    return context.childSocketId();
  }
}
