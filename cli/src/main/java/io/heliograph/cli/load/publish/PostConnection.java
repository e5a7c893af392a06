package io.heliograph.cli.load.publish;

import io.heliograph.cli.option.Header;
import io.heliograph.cli.option.WebAddress;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Posts over HTTP/1.1 on a socket of its own, without TLS. */
final class PostConnection implements Post {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final int MOST_ANSWER_BYTES = 1 << 20;
  private static final int MOST_ANSWER_LINES = 1000;

  private final URI server;
  private final @Nullable InetAddress source;
  private final byte[] head;
  private @Nullable SocketChannel channel;
  private @Nullable InputStream in;
  private @Nullable OutputStream out;
  private int linesLeft;

  PostConnection(URI server, @Nullable InetAddress source, List<Header> headers) {
    this.server = server;
    this.source = source;
    var text = new StringBuilder("Host: ").append(server.getRawAuthority()).append("\r\n");
    for (Header header : headers) {
      text.append(header.name()).append(": ").append(header.value()).append("\r\n");
    }
    this.head = text.append("Content-Length: ").toString().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Some servers end a connection without having said so in their answer: whoever writes into it
   * never learns what became of the request.
   */
  @Override
  public boolean isOpen() {
    SocketChannel current = channel;
    if (current == null) {
      return false;
    }
    if (hasSomethingToSay(current)) {
      close();
      return false;
    }
    return true;
  }

  /** Nothing is due while nothing is asked: it is the end, or what cannot be understood. */
  private static boolean hasSomethingToSay(SocketChannel idle) {
    try {
      idle.configureBlocking(false);
      int read = idle.read(ByteBuffer.allocate(1));
      idle.configureBlocking(true);
      return read != 0;
    } catch (IOException e) {
      return true; // It was reset.
    }
  }

  @Override
  public void open() throws IOException {
    SocketChannel connecting = SocketChannel.open();
    Socket plain = connecting.socket();
    try {
      if (source != null) {
        plain.bind(new InetSocketAddress(source, 0));
      }
      var address = new InetSocketAddress(WebAddress.host(server), WebAddress.port(server));
      if (address.isUnresolved()) {
        throw new UnknownHostException(WebAddress.host(server));
      }
      plain.connect(address, (int) LIMIT.toMillis());
      plain.setTcpNoDelay(true);
      plain.setSoTimeout((int) LIMIT.toMillis());
      channel = connecting;
      in = new BufferedInputStream(plain.getInputStream(), 2048);
      out = plain.getOutputStream();
    } catch (IOException e) {
      connecting.close();
      throw e;
    }
  }

  @Override
  public int post(URI uri, byte[] body) throws IOException {
    OutputStream to = out;
    InputStream from = in;
    if (to == null || from == null) {
      throw new IllegalStateException("not open");
    }
    byte[] start = ("POST " + path(uri) + " HTTP/1.1\r\n").getBytes(StandardCharsets.UTF_8);
    byte[] length = (body.length + "\r\n\r\n").getBytes(StandardCharsets.UTF_8);
    var request = new byte[start.length + head.length + length.length + body.length];
    System.arraycopy(start, 0, request, 0, start.length);
    System.arraycopy(head, 0, request, start.length, head.length);
    System.arraycopy(length, 0, request, start.length + head.length, length.length);
    System.arraycopy(body, 0, request, request.length - body.length, body.length);
    try {
      to.write(request);
      return answer(from);
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  private static String path(URI uri) {
    String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
  }

  private int answer(InputStream from) throws IOException {
    linesLeft = MOST_ANSWER_LINES;
    while (true) {
      String statusLine = line(from);
      if (!statusLine.startsWith("HTTP/1.") || statusLine.length() < 12) {
        throw new IOException("no HTTP answer: " + statusLine);
      }
      int status = number(statusLine.substring(9, 12), 10);
      int length = -1;
      boolean chunked = false;
      boolean last = statusLine.startsWith("HTTP/1.0");
      for (String header = line(from); !header.isEmpty(); header = line(from)) {
        String lower = header.toLowerCase(Locale.ROOT);
        if (lower.startsWith("content-length:")) {
          length = number(lower.substring(15).strip(), 10);
        } else if (lower.startsWith("transfer-encoding:")) {
          chunked = lower.contains("chunked");
        } else if (lower.startsWith("connection:")) {
          last = lower.contains("close") || (last && !lower.contains("keep-alive"));
        }
      }
      if (status < 200) {
        continue; // 100 Continue and such precede the answer.
      }
      if (chunked) {
        skipChunks(from);
      } else if (length >= 0) {
        from.skipNBytes(Math.min(length, MOST_ANSWER_BYTES));
        last |= length > MOST_ANSWER_BYTES;
      } else if (status != 204) {
        last = true; // It goes on until the server closes.
      }
      if (last) {
        close();
      }
      return status;
    }
  }

  private void skipChunks(InputStream from) throws IOException {
    int left = MOST_ANSWER_BYTES;
    while (true) {
      String size = line(from);
      int end = size.indexOf(';');
      int bytes = number((end < 0 ? size : size.substring(0, end)).strip(), 16);
      if (bytes == 0) {
        while (!line(from).isEmpty()) {
          // A trailer, which says nothing of interest.
        }
        return;
      }
      left -= Math.min(left, bytes);
      if (left == 0) {
        throw new IOException("the answer has no end");
      }
      from.skipNBytes(bytes + 2L);
    }
  }

  private static int number(String digits, int radix) throws IOException {
    for (int i = 0; i < digits.length(); i++) {
      if (Character.digit(digits.charAt(i), radix) < 0) { // parseInt would take a sign.
        throw new IOException("no HTTP answer: " + digits);
      }
    }
    try {
      return Integer.parseInt(digits, radix);
    } catch (NumberFormatException e) {
      throw new IOException("no HTTP answer: " + digits, e);
    }
  }

  private String line(InputStream from) throws IOException {
    if (linesLeft-- == 0) {
      throw new IOException("the answer has no end");
    }
    var line = new StringBuilder(64);
    while (line.length() < 16_384) {
      int b = from.read();
      if (b < 0) {
        throw new EOFException("the server closed the connection");
      } else if (b == '\n') {
        int end = line.length();
        return end > 0 && line.charAt(end - 1) == '\r'
            ? line.substring(0, end - 1)
            : line.toString();
      }
      line.append((char) b);
    }
    throw new IOException("a line of the answer has no end");
  }

  @Override
  public void close() {
    SocketChannel open = channel;
    channel = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        // It is of no more use, closed well or not.
      }
    }
  }
}
