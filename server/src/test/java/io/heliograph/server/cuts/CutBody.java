package io.heliograph.server.cuts;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.heliograph.server.Http2Peer;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Optional;

/**
 * A stream's body as it comes over a real connection, byte by byte, until the connection is cut:
 * after a number of its raw bytes, be they of the head, of the framing or of the body.
 */
abstract class CutBody implements AutoCloseable {

  enum Protocol {
    HTTP_1,
    HTTP_2
  }

  private static final int WINDOW = 1 << 20;
  private static final int RECEIVE_BUFFER = 4 << 10;
  private static final int INITIAL_WINDOW_SIZE = 4;

  private final Socket socket;
  private final InputStream in;
  private long left;

  private CutBody(Socket socket, long cutAfter) throws IOException {
    this.socket = socket;
    this.in = new BufferedInputStream(socket.getInputStream());
    this.left = cutAfter;
  }

  /**
   * Opens a stream.
   *
   * @param cutAfter how many bytes come before the cut
   */
  static CutBody open(
      Protocol protocol, int port, String path, Optional<String> cursor, long cutAfter)
      throws IOException {
    var socket = new Socket();
    socket.setReceiveBufferSize(RECEIVE_BUFFER);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(20_000);
    return switch (protocol) {
      case HTTP_1 -> new Http1(socket, path, cursor, cutAfter);
      case HTTP_2 -> new Http2(socket, path, cursor, cutAfter);
    };
  }

  /** The body's next byte; -1 at its end and at the cut. */
  final int read() throws IOException {
    try {
      return next();
    } catch (CutException e) {
      return -1;
    }
  }

  /** Whether the cut has come. */
  final boolean isCut() {
    return left <= 0;
  }

  abstract int next() throws IOException;

  final int raw() throws IOException {
    if (left-- <= 0) {
      throw new CutException();
    }
    return in.read();
  }

  final int rawOrFail() throws IOException {
    int b = raw();
    if (b < 0) {
      throw new EOFException();
    }
    return b;
  }

  final void send(byte[]... parts) throws IOException {
    for (byte[] part : parts) {
      socket.getOutputStream().write(part);
    }
  }

  @Override
  public final void close() throws IOException {
    socket.close();
  }

  private static final class CutException extends IOException {
    private static final long serialVersionUID = 1L;
  }

  private static final class Http1 extends CutBody {
    private boolean headRead;
    private long leftOfPart; // Of the chunk, or of the whole where its length was announced.
    private boolean whole;

    Http1(Socket socket, String path, Optional<String> cursor, long cutAfter) throws IOException {
      super(socket, cutAfter);
      String id = cursor.map(c -> "Last-Event-ID: " + c + "\r\n").orElse("");
      String request =
          "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n" + id;
      send((request + "\r\n").getBytes(US_ASCII));
    }

    @Override
    int next() throws IOException {
      if (!headRead) {
        readHead();
      }
      if (leftOfPart == 0) {
        if (whole) {
          return -1;
        }
        leftOfPart = Long.parseLong(line(), 16);
        if (leftOfPart == 0) {
          return -1;
        }
      }
      int b = rawOrFail();
      leftOfPart--;
      if (leftOfPart == 0 && !whole) {
        line();
      }
      return b;
    }

    private void readHead() throws IOException {
      for (String line = line(); !line.isEmpty(); line = line()) {
        String lower = line.toLowerCase(Locale.ROOT);
        if (lower.startsWith("http/") && !lower.startsWith("http/1.1 200 ")) {
          throw new AssertionError(line);
        }
        if (lower.startsWith("content-length:")) {
          whole = true;
          leftOfPart = Long.parseLong(lower.substring("content-length:".length()).strip());
        }
      }
      headRead = true;
    }

    private String line() throws IOException {
      var line = new StringBuilder();
      for (int b = rawOrFail(); b != '\n'; b = rawOrFail()) {
        line.append((char) b);
      }
      return line.toString().strip();
    }
  }

  private static final class Http2 extends CutBody {
    private int leftOfFrame;
    private boolean last;

    Http2(Socket socket, String path, Optional<String> cursor, long cutAfter) throws IOException {
      super(socket, cutAfter);
      byte[] windows =
          ByteBuffer.allocate(6).putShort((short) INITIAL_WINDOW_SIZE).putInt(WINDOW).array();
      byte[] window = ByteBuffer.allocate(4).putInt(WINDOW).array();
      String accept = "accept: text/event-stream";
      byte[] head =
          cursor
              .map(id -> Http2Peer.headerBlock("GET", path, accept, "last-event-id: " + id))
              .orElseGet(() -> Http2Peer.headerBlock("GET", path, accept));
      int flags = Http2Peer.END_HEADERS | Http2Peer.END_STREAM;
      send(
          Http2Peer.PREFACE,
          Http2Peer.frame(Http2Peer.SETTINGS, 0, 0, windows),
          Http2Peer.frame(Http2Peer.WINDOW_UPDATE, 0, 0, window),
          Http2Peer.frame(Http2Peer.HEADERS, flags, 1, head));
    }

    @Override
    int next() throws IOException {
      while (leftOfFrame == 0) {
        if (last) {
          return -1;
        }
        readFrameHead();
      }
      leftOfFrame--;
      return rawOrFail();
    }

    /** Reads past what is no data. */
    private void readFrameHead() throws IOException {
      int length = rawOrFail() << 16 | rawOrFail() << 8 | rawOrFail();
      int type = rawOrFail();
      int flags = rawOrFail();
      for (int i = 0; i < 4; i++) {
        rawOrFail(); // The stream: there is only one.
      }
      if (type == Http2Peer.DATA) {
        leftOfFrame = length;
        last = (flags & Http2Peer.END_STREAM) != 0;
        return;
      }
      for (int i = 0; i < length; i++) {
        rawOrFail();
      }
      if (type == Http2Peer.SETTINGS && (flags & Http2Peer.ACK) == 0) {
        send(Http2Peer.frame(Http2Peer.SETTINGS, Http2Peer.ACK, 0, new byte[0]));
      }
      last = type == Http2Peer.RST_STREAM || type == Http2Peer.GOAWAY;
    }
  }
}
