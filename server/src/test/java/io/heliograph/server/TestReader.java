package io.heliograph.server;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A reader of a stream that is as simple as can be: a socket, chunks, blocks. */
public final class TestReader extends BlockReader {

  private static final Pattern ANNOUNCED =
      Pattern.compile("^content-length: *(\\d+)", Pattern.CASE_INSENSITIVE | Pattern.MULTILINE);

  private final Socket socket;
  private final String head;
  private final int whole;

  private TestReader(Socket socket, String head) {
    this.socket = socket;
    this.head = head;
    // A stream that is refused is known as a whole, and comes as one.
    Matcher announced = ANNOUNCED.matcher(head);
    this.whole = announced.find() ? Integer.parseInt(announced.group(1)) : 0;
    start();
  }

  public static TestReader open(int port, String path, String... headers) throws IOException {
    Socket socket = request(port, "GET", path, headers);
    return new TestReader(socket, readHead(socket.getInputStream()));
  }

  /** The same on a socket that is connected already, to speak TLS say. */
  public static TestReader open(Socket socket, String path, String... headers) throws IOException {
    send(socket, "localhost", "GET", path, headers);
    return new TestReader(socket, readHead(socket.getInputStream()));
  }

  /** A request whose answer the caller reads, or does not. */
  public static Socket request(int port, String method, String path, String... headers)
      throws IOException {
    return requestOf("localhost", port, method, path, headers);
  }

  /** The same to a server that the request calls by another name. */
  public static Socket requestOf(
      String host, int port, String method, String path, String... headers) throws IOException {
    var socket = new Socket();
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
    send(socket, host, method, path, headers);
    return socket;
  }

  /** The same on a socket that is connected already; whoever reads the answer closes it. */
  public static Socket request(Socket socket, String method, String path, String... headers)
      throws IOException {
    send(socket, "localhost", method, path, headers);
    return socket;
  }

  private static void send(
      Socket socket, String host, String method, String path, String... headers)
      throws IOException {
    var request = new StringBuilder();
    request
        .append(method)
        .append(' ')
        .append(path)
        .append(" HTTP/1.1\r\nHost: ")
        .append(host)
        .append("\r\n");
    for (String header : headers) {
      request.append(header).append("\r\n");
    }
    request.append("\r\n");
    socket.getOutputStream().write(request.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** The status of the answer that comes. */
  public static int status(Socket socket) throws IOException {
    return Integer.parseInt(readHead(socket.getInputStream()).split(" ", 3)[1]);
  }

  static String readHead(InputStream in) throws IOException {
    var head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      int b = in.read();
      if (b < 0) {
        throw new EOFException("after: " + head);
      }
      head.write(b);
    }
    return head.toString(StandardCharsets.ISO_8859_1);
  }

  public String head() {
    return head;
  }

  @Override
  public TestReader awaitLive() throws InterruptedException {
    super.awaitLive();
    return this;
  }

  @Override
  protected byte[] nextPiece() throws IOException {
    InputStream in = socket.getInputStream();
    return whole > 0 ? in.readNBytes(whole) : readChunk(in);
  }

  private static byte[] readChunk(InputStream in) throws IOException {
    int size = 0;
    while (true) {
      int b = in.read();
      if (b < 0) {
        throw new EOFException();
      }
      if (b == '\n') {
        break;
      }
      if (b != '\r') {
        size = size * 16 + Character.digit(b, 16);
      }
    }
    byte[] chunk = in.readNBytes(size);
    if (in.readNBytes(2).length < 2) {
      throw new EOFException();
    }
    return chunk;
  }

  public Socket socket() {
    return socket;
  }

  /** Leaves with a FIN. */
  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Leaves with a RST. */
  public void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }
}
