package io.heliograph.server;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A reader of a stream that is as simple as can be: a socket, chunks, blocks. It reads on a thread
 * of its own, so that a test waits for a block and not for time.
 */
public final class TestReader implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Pattern ANNOUNCED =
      Pattern.compile("^content-length: *(\\d+)", Pattern.CASE_INSENSITIVE | Pattern.MULTILINE);
  private static final String END = "\u0000end";

  private final Socket socket;
  private final String head;
  private final BlockingQueue<String> blocks = new LinkedBlockingQueue<>();
  private volatile String lastEventId = "";

  private TestReader(Socket socket, String head) {
    this.socket = socket;
    this.head = head;
    Thread.ofVirtual().start(this::read);
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

  /** The next block, its last line break left out; whatever it is. */
  public String nextBlock() throws InterruptedException {
    String block = blocks.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    if (block == null) {
      throw new AssertionError("nothing came within " + PATIENCE);
    }
    return block;
  }

  /** The next block that is an event of the publisher's, without its id line. */
  public String nextEvent() throws InterruptedException {
    while (true) {
      String block = nextBlock();
      if (block.equals(END)) {
        throw new AssertionError("the stream has ended");
      }
      if (isEvent(block)) {
        return withoutId(block);
      }
    }
  }

  public List<String> nextEvents(int count) throws InterruptedException {
    var events = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      events.add(nextEvent());
    }
    return events;
  }

  /** The next control event of the type: its data. */
  public String nextControl(String type) throws InterruptedException {
    String start = "event: " + type + "\ndata: ";
    while (true) {
      String block = nextBlock();
      if (block.equals(END)) {
        throw new AssertionError("the stream has ended");
      }
      int at = block.indexOf(start);
      if (at >= 0) {
        return block.substring(at + start.length());
      }
    }
  }

  /** Waits for the words that what was missed has been written. */
  public TestReader awaitLive() throws InterruptedException {
    nextControl("stream.live");
    return this;
  }

  /** Waits for the end of the stream; answers the blocks that came before it. */
  public List<String> awaitEnd() throws InterruptedException {
    var rest = new ArrayList<String>();
    for (String block = nextBlock(); !block.equals(END); block = nextBlock()) {
      rest.add(block);
    }
    return rest;
  }

  /** What a browser would send on its return. */
  public String lastEventId() {
    return lastEventId;
  }

  public static boolean isEvent(String block) {
    String event = withoutId(block);
    return event.startsWith("data: ")
        || (event.startsWith("event: ") && !event.startsWith("event: stream."));
  }

  private static String withoutId(String block) {
    return block.startsWith("id: ") && block.contains("\n")
        ? block.substring(block.indexOf('\n') + 1)
        : block;
  }

  private void read() {
    var pending = new StringBuilder();
    try {
      InputStream in = socket.getInputStream();
      // A stream that is refused is known as a whole, and comes as one.
      Matcher announced = ANNOUNCED.matcher(head);
      int whole = announced.find() ? Integer.parseInt(announced.group(1)) : 0;
      while (true) {
        byte[] chunk = whole > 0 ? in.readNBytes(whole) : readChunk(in);
        if (chunk.length == 0) {
          break;
        }
        // A block never spans chunks here, and neither does a character.
        pending.append(new String(chunk, StandardCharsets.UTF_8));
        int end;
        while ((end = pending.indexOf("\n\n")) >= 0) {
          String block = pending.substring(0, end);
          pending.delete(0, end + 2);
          block
              .lines()
              .filter(line -> line.startsWith("id: "))
              .forEach(line -> lastEventId = line.substring(4));
          blocks.add(block);
        }
      }
    } catch (IOException e) {
      // The end, too.
    }
    blocks.add(END);
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
