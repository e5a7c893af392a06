package io.heliograph.cli.simulate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A server that does nothing but pass on what it is sent: what is measured of it is what measuring
 * costs. It keeps nothing, checks nothing and speaks just enough of the protocol for the engines;
 * one thread, loopback only.
 */
final class NullServer implements AutoCloseable {
  private static final int BACKLOG = 4096;
  private static final int MOST_HEAD = 1 << 14;
  private static final byte[] ACCEPTED =
      "HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\n{}".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] GREETING =
      ("HTTP/1.1 200 OK\r\n"
           + "Content-Type: text/event-stream\r\n"
           + "Sse-Heartbeat-Interval: 60\r\n\r\n"
           + ":\n"
           + "retry: 1000\n"
           + "event: stream.open\n"
           + "id: 0\n"
           + "data:"
           + " {\"connection\":\"c\",\"user\":\"u\",\"mode\":\"fresh\",\"heartbeatMs\":600000,\"protocol\":2}\n\n"
           + "event: stream.live\n"
           + "id: 0\n"
           + "data: {\"replayed\":0}\n\n")
          .getBytes(StandardCharsets.US_ASCII);
  private static final byte[] EVENT =
      "id: 1\nevent: sim\ndata: ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] DATA = "\"data\":".getBytes(StandardCharsets.US_ASCII);

  private final Selector selector = Selector.open();
  private final ServerSocketChannel listener = ServerSocketChannel.open();
  private final ByteBuffer buffer = ByteBuffer.allocate(1 << 17);
  // By the path that is both read from and posted to. Confined to the thread, as the buffer is.
  private final Map<String, Peer> readers = new HashMap<>();
  private final Thread thread;
  private volatile boolean stopped;

  NullServer() throws IOException {
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
    listener.configureBlocking(false);
    listener.register(selector, SelectionKey.OP_ACCEPT);
    thread = Thread.ofPlatform().daemon().name("null-server").start(this::serve);
  }

  URI uri() throws IOException {
    return URI.create(
        "http://127.0.0.1:" + ((InetSocketAddress) listener.getLocalAddress()).getPort());
  }

  /** A connection: a reader's, or one that posts. {@code rest} is the start of a request. */
  private static final class Peer {
    private final SocketChannel channel;
    private byte[] rest = new byte[0];

    Peer(SocketChannel channel) {
      this.channel = channel;
    }
  }

  private void serve() {
    try {
      while (!stopped) {
        selector.select();
        for (SelectionKey key : selector.selectedKeys()) {
          if (key.isValid() && key.isAcceptable()) {
            accept();
          } else if (key.isValid() && key.attachment() instanceof Peer peer) {
            read(peer);
          }
        }
        selector.selectedKeys().clear();
      }
      for (SelectionKey key : selector.keys()) {
        key.channel().close();
      }
      selector.close();
    } catch (IOException e) {
      throw new UncheckedIOException("the selector failed", e);
    }
  }

  private void accept() throws IOException {
    for (SocketChannel next = listener.accept(); next != null; next = listener.accept()) {
      next.configureBlocking(false);
      next.setOption(StandardSocketOptions.TCP_NODELAY, true);
      next.register(selector, SelectionKey.OP_READ, new Peer(next));
    }
  }

  /** Whatever a peer does that is not asked for ends its connection, and nothing else. */
  private void read(Peer peer) {
    try {
      buffer.clear().put(peer.rest);
      int read = peer.channel.read(buffer);
      int end = buffer.position();
      int taken = 0;
      for (int next = 0; next >= 0 && read >= 0; ) {
        next = request(peer, taken, end);
        taken = Math.max(taken, next);
      }
      if (read < 0 || end - taken == buffer.capacity()) {
        peer.channel.close();
        readers.values().remove(peer);
        return;
      }
      peer.rest = new byte[end - taken];
      buffer.get(taken, peer.rest);
    } catch (IOException | IllegalArgumentException e) {
      close(peer.channel);
      readers.values().remove(peer);
    }
  }

  /** Serves the request that begins at {@code from}; where it ends, -1 if it is not whole. */
  private int request(Peer peer, int from, int end) throws IOException {
    int body = -1;
    for (int i = from; i + 3 < end && body < 0 && i < from + MOST_HEAD; i++) {
      if (buffer.get(i) == '\r' && buffer.getInt(i) == 0x0d0a0d0a) {
        body = i + 4;
      }
    }
    if (body < 0) {
      return -1;
    }
    String head = new String(buffer.array(), from, body - from, StandardCharsets.US_ASCII);
    String path = head.substring(head.indexOf(' ') + 1, head.indexOf(" HTTP/"));
    if (head.startsWith("GET ")) {
      readers.put(path, peer);
      write(peer.channel, ByteBuffer.wrap(GREETING));
      return body;
    }
    String lower = head.toLowerCase(Locale.ROOT);
    int at = lower.indexOf("content-length:") + "content-length:".length();
    int length = Integer.parseInt(lower.substring(at, lower.indexOf('\r', at)).strip());
    if (body + length > end) {
      return -1;
    }
    ByteBuffer event = event(body, body + length);
    if (path.endsWith("/broadcast")) {
      for (Peer reader : readers.values()) {
        pass(reader, event.duplicate());
      }
    } else {
      pass(readers.get(path), event);
    }
    write(peer.channel, ByteBuffer.wrap(ACCEPTED));
    return body + length;
  }

  /** The data of {@code {"type":"sim","data":…}} as an event. */
  private ByteBuffer event(int from, int to) {
    byte[] all = buffer.array();
    int start = from;
    while (!java.util.Arrays.equals(all, start, start + DATA.length, DATA, 0, DATA.length)) {
      start++; // Past the end it throws, which ends the connection.
      if (start + DATA.length > to) {
        throw new IllegalArgumentException("no data");
      }
    }
    int length = to - 1 - (start + DATA.length);
    return ByteBuffer.allocate(EVENT.length + length + 2)
        .put(EVENT)
        .put(all, start + DATA.length, length)
        .put((byte) '\n')
        .put((byte) '\n')
        .flip();
  }

  private void pass(@Nullable Peer reader, ByteBuffer event) {
    if (reader == null) {
      return;
    }
    try {
      write(reader.channel, event);
    } catch (IOException e) {
      close(reader.channel);
    }
  }

  /** Who lags by a whole socket's buffer is cut: nobody is slow here. */
  private static void write(SocketChannel channel, ByteBuffer bytes) throws IOException {
    channel.write(bytes);
    if (bytes.hasRemaining()) {
      throw new IOException("the socket's buffer is full");
    }
  }

  private static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // Closed it is.
    }
  }

  @Override
  public void close() throws InterruptedException {
    stopped = true;
    selector.wakeup();
    thread.join();
  }
}
