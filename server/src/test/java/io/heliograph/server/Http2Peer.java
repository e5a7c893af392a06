package io.heliograph.server;

import io.helidon.common.buffers.BufferData;
import io.helidon.http.http2.Http2Flag;
import io.helidon.http.http2.Http2FrameData;
import io.helidon.http.http2.Http2FrameHeader;
import io.helidon.http.http2.Http2FrameTypes;
import io.helidon.http.http2.Http2Headers;
import io.helidon.http.http2.Http2HuffmanDecoder;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The client's side of an HTTP/2 connection, frame by frame (RFC 9113), for a test that does what a
 * good client does not: gives no window, resets a stream at once, says half a thing.
 */
public final class Http2Peer implements AutoCloseable {

  /** Also the stream on which it comes when all others have had it. */
  static final int CONNECTION_END = -1;

  public static final int DATA = 0;
  public static final int HEADERS = 1;
  public static final int RST_STREAM = 3;
  public static final int SETTINGS = 4;
  static final int PING = 6;
  public static final int GOAWAY = 7;
  public static final int WINDOW_UPDATE = 8;
  static final int CONTINUATION = 9;

  public static final int END_STREAM = 1;
  public static final int ACK = 1;
  public static final int END_HEADERS = 4;

  private static final int INITIAL_WINDOW_SIZE = 4;
  public static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  static final int WINDOW = 65_535;

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /**
   * A frame that came.
   *
   * @param type {@link #CONNECTION_END} is none, but the last of each stream
   * @param status of HEADERS; else 0
   * @param headers of HEADERS, names in lower case; else none
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  public record Frame(
      int type, int flags, int stream, byte[] payload, int status, Map<String, String> headers) {
    public boolean has(int flag) {
      return (flags & flag) != 0;
    }

    String text() {
      return new String(payload, StandardCharsets.UTF_8);
    }
  }

  private static final Frame GONE =
      new Frame(CONNECTION_END, END_STREAM, 0, new byte[0], 0, Map.of());

  private final Socket socket;
  private final OutputStream out;
  private final Map<Integer, BlockingQueue<Frame>> came = new ConcurrentHashMap<>();
  private int lastStream = -1;

  // Confined to the thread that reads.
  private final Http2Headers.DynamicTable table = Http2Headers.DynamicTable.create(4096);
  private final Http2HuffmanDecoder huffman = Http2HuffmanDecoder.create();
  // Keeps the reader from the socket, between two frames.
  private volatile CountDownLatch gate = new CountDownLatch(0);
  private final AtomicLong received = new AtomicLong();

  private final AtomicLong given = new AtomicLong(WINDOW);
  private volatile boolean givesWindow = true;

  private Http2Peer(Socket socket) throws IOException {
    this.socket = socket;
    this.out = socket.getOutputStream();
  }

  /** Connects with the window that HTTP/2 begins with: 65,535 bytes, for the connection as well. */
  public static Http2Peer connect(int port) throws IOException {
    return connect(port, WINDOW);
  }

  /**
   * Connects.
   *
   * @param window what each stream may send before it is given more
   */
  static Http2Peer connect(int port, int window) throws IOException {
    var socket = new Socket();
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
    return over(socket, window);
  }

  /** On a connection that stands already, to speak TLS say. */
  static Http2Peer over(Socket socket, int window) throws IOException {
    var peer = new Http2Peer(socket);
    peer.out.write(PREFACE);
    peer.send(
        SETTINGS,
        0,
        0,
        ByteBuffer.allocate(6).putShort((short) INITIAL_WINDOW_SIZE).putInt(window).array());
    Thread.ofVirtual().start(peer::read);
    return peer;
  }

  /** Asks, and gives the stream's number. */
  int get(String path, String... headers) throws IOException {
    return request("GET", path, END_STREAM, headers);
  }

  public int request(String method, String path, int flags, String... headers) throws IOException {
    return request(flags, headerBlock(method, path, headers));
  }

  /** Sends any head, and gives the stream's number. */
  int request(int flags, byte[] headerBlock) throws IOException {
    lastStream += 2;
    came.put(lastStream, new LinkedBlockingQueue<>());
    send(HEADERS, flags | END_HEADERS, lastStream, headerBlock);
    return lastStream;
  }

  public static byte[] headerBlock(String method, String path, String... headers) {
    var block = new ByteArrayOutputStream();
    // By their numbers in the static table (RFC 7541, appendix A): Helidon takes no others.
    block.write(2);
    text(block, method);
    block.write(0x80 | 6); // :scheme http
    block.write(4);
    text(block, path);
    block.write(1);
    text(block, "localhost");
    for (String header : headers) {
      block.write(0);
      for (String part : header.split(": ", 2)) {
        text(block, part);
      }
    }
    return block.toByteArray();
  }

  /** Not in Huffman's code (RFC 7541, section 5.2). */
  static void text(ByteArrayOutputStream block, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length < 127) {
      block.write(bytes.length);
    } else {
      block.write(127);
      int rest = bytes.length - 127;
      for (; rest >= 128; rest >>= 7) {
        block.write((rest & 127) | 128);
      }
      block.write(rest);
    }
    block.writeBytes(bytes);
  }

  synchronized void send(int type, int flags, int stream, byte[] payload) throws IOException {
    out.write(frame(type, flags, stream, payload));
  }

  public static byte[] frame(int type, int flags, int stream, byte[] payload) {
    var frame = ByteBuffer.allocate(9 + payload.length);
    frame.put((byte) (payload.length >> 16)).putShort((short) payload.length);
    frame.put((byte) type).put((byte) flags).putInt(stream).put(payload);
    return frame.array();
  }

  void reset(int stream) throws IOException {
    send(RST_STREAM, 0, stream, ByteBuffer.allocate(4).putInt(8).array());
  }

  void window(int stream, int bytes) throws IOException {
    send(WINDOW_UPDATE, 0, stream, ByteBuffer.allocate(4).putInt(bytes).array());
  }

  /** The stream's next frame, or the connection's if the stream is 0. */
  public Frame next(int stream) throws InterruptedException {
    Frame frame = queue(stream).poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    if (frame == null) {
      throw new AssertionError("nothing came on stream " + stream + " within " + PATIENCE);
    }
    return frame;
  }

  /** What has come on the stream and was not asked for. */
  Optional<Frame> waiting(int stream) {
    return Optional.ofNullable(queue(stream).poll());
  }

  /** Reads the stream's data until it has had the text; gives what came. */
  String until(int stream, String text) throws InterruptedException {
    var seen = new StringBuilder();
    while (seen.indexOf(text) < 0) {
      Frame frame = next(stream);
      if (frame.type == DATA) {
        seen.append(frame.text());
      }
      if (frame.type == RST_STREAM || frame.has(END_STREAM)) {
        throw new AssertionError("ended with " + frame + " after: " + seen);
      }
    }
    return seen.toString();
  }

  /** Reads the stream to its end; gives the data that came. */
  String untilEnd(int stream) throws InterruptedException {
    var seen = new StringBuilder();
    while (true) {
      Frame frame = next(stream);
      if (frame.type == DATA) {
        seen.append(frame.text());
      }
      if (frame.type == RST_STREAM || frame.has(END_STREAM)) {
        return seen.toString();
      }
    }
  }

  private BlockingQueue<Frame> queue(int stream) {
    return came.computeIfAbsent(stream, _ -> new LinkedBlockingQueue<>());
  }

  private void read() {
    try {
      var in = new DataInputStream(socket.getInputStream());
      while (true) {
        gate.await();
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        int type = in.readUnsignedByte();
        int flags = in.readUnsignedByte();
        int stream = in.readInt();
        byte[] payload = in.readNBytes(length);
        if (payload.length < length) {
          throw new EOFException();
        }
        if (type == SETTINGS && (flags & ACK) == 0) {
          send(SETTINGS, ACK, 0, new byte[0]);
        }
        if (type == DATA) {
          received(length);
        }
        queue(stream)
            .add(
                type == HEADERS
                    ? headers(flags, stream, payload)
                    : new Frame(type, flags, stream, payload, 0, Map.of()));
      }
    } catch (IOException | InterruptedException e) {
      came.values().forEach(queue -> queue.add(GONE));
      queue(CONNECTION_END).add(GONE);
    }
  }

  private void received(int length) throws IOException {
    received.addAndGet(length);
    if (givesWindow && allowance() < WINDOW / 2) {
      giveConnectionWindow(WINDOW);
    }
  }

  /** Leaves what comes in the socket. */
  void stopReading() {
    gate = new CountDownLatch(1);
  }

  void goOnReading() {
    gate.countDown();
  }

  /** Allows so many bytes more, all streams together. */
  void giveConnectionWindow(int bytes) throws IOException {
    given.addAndGet(bytes);
    window(0, bytes);
  }

  /** From now on gives the connection no window unless told to. */
  void stopGivingWindow() {
    givesWindow = false;
  }

  /** How many more bytes of data may come; negative if too many came. */
  long allowance() {
    return given.get() - received.get();
  }

  private Frame headers(int flags, int stream, byte[] payload) {
    var header =
        Http2FrameHeader.create(
            payload.length, Http2FrameTypes.HEADERS, Http2Flag.HeaderFlags.create(flags), stream);
    var head =
        Http2Headers.create(
            null, table, huffman, new Http2FrameData(header, BufferData.create(payload)));
    var headers = new TreeMap<String, String>();
    head.httpHeaders()
        .forEach(each -> headers.put(each.name().toLowerCase(Locale.ROOT), each.values()));
    return new Frame(HEADERS, flags, stream, payload, head.status().code(), headers);
  }

  /** Ends the connection with a FIN. */
  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends the connection with a RST. */
  void abort() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }
}
