package io.heliograph.cli.load.users;

import io.heliograph.cli.load.meter.Cohort;
import io.heliograph.cli.load.meter.ErrorKind;
import io.heliograph.cli.load.meter.UserMeter;
import io.heliograph.cli.option.Header;
import io.heliograph.cli.option.WebAddress;
import io.heliograph.client.Event;
import io.heliograph.client.ReconnectPolicy;
import io.heliograph.client.SseParser;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One user's connection. Everything but {@link #cut} and {@link #leave} is confined to the loop's
 * thread.
 */
final class RawUser implements Engine.Link, RawStream.Head, SseParser.Handler {
  private static final ReconnectPolicy POLICY = ReconnectPolicy.exponential();
  private static final long ATTEMPT_NANOS = Duration.ofSeconds(20).toNanos();
  private static final long SILENT_NANOS = Duration.ofSeconds(45).toNanos();
  private static final int SLOW_READ = 512;
  private static final Pattern HEARTBEAT = Pattern.compile("\"heartbeatMs\"\\s*:\\s*(\\d{1,9})");
  private static final Pattern LOG = Pattern.compile("\"log\"\\s*:\\s*\"(\\w{1,20})\"");
  private static final Pattern REASON = Pattern.compile("\"reason\"\\s*:\\s*\"(\\w{1,20})\"");
  private static final Pattern LOST = Pattern.compile("\"lost\"\\s*:\\s*(\\d{1,15})");

  private final RawEngine engine;
  private final UserMeter user;
  private final RawLoop loop;
  private @Nullable SocketChannel channel;
  private @Nullable RawStream stream;
  private int failures;
  private long retryMillis;
  private long attemptAt;
  private long openedAt;
  private long lastByteAt;
  private long readAt;
  private boolean open;
  private boolean greeted;
  private boolean over;
  private long silenceLimit = SILENT_NANOS;

  RawUser(RawEngine engine, UserMeter user, RawLoop loop) {
    this.engine = engine;
    this.user = user;
    this.loop = loop;
  }

  void connect() {
    if (over) {
      return;
    }
    loop.add(this);
    attemptAt = System.nanoTime();
    user.attempt(attemptAt);
    try {
      URI uri = engine.setup().target().subscribe(user.name());
      SocketChannel created = SocketChannel.open();
      channel = created;
      created.configureBlocking(false);
      if (user.cohort() != Cohort.NORMAL) {
        created.setOption(StandardSocketOptions.SO_RCVBUF, 4096);
      }
      List<InetAddress> sources = engine.setup().sources();
      if (!sources.isEmpty()) {
        created.bind(new InetSocketAddress(sources.get(user.index() % sources.size()), 0));
      }
      loop.register(created, SelectionKey.OP_CONNECT, this);
      if (created.connect(new InetSocketAddress(WebAddress.host(uri), WebAddress.port(uri)))) {
        connected(created);
      }
    } catch (IOException | RuntimeException e) { // Such as an address that is unresolved.
      closeChannel();
      lost("could not connect: " + e.getMessage(), ErrorKind.of(e, "connect-failed"));
    }
  }

  private void connected(SocketChannel connected) throws IOException {
    user.tcpConnected(System.nanoTime());
    stream =
        new RawStream(this, new SseParser(this, user.lastId(), SseParser.DEFAULT_MAX_EVENT_BYTES));
    ByteBuffer request = ByteBuffer.wrap(request());
    // A few hundred bytes on a fresh socket: they fit into its buffer.
    if (connected.write(request) < request.capacity()) {
      throw new IOException("the request did not fit into the socket's buffer");
    }
    loop.register(connected, SelectionKey.OP_READ, this);
  }

  private byte[] request() {
    URI uri = engine.setup().target().subscribe(user.name());
    var text = new StringBuilder("GET ").append(uri.getRawPath());
    if (uri.getRawQuery() != null) {
      text.append('?').append(uri.getRawQuery());
    }
    text.append(" HTTP/1.1\r\nHost: ")
        .append(uri.getRawAuthority())
        .append("\r\nAccept: text/event-stream\r\nCache-Control: no-cache\r\n");
    for (Header header : engine.setup().target().streamHeaders(user.name())) {
      text.append(header.name()).append(": ").append(header.value()).append("\r\n");
    }
    if (!user.lastId().isEmpty()) {
      text.append("Last-Event-ID: ").append(user.lastId()).append("\r\n");
    }
    return text.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Its channel can connect or read. */
  void ready(SelectionKey key) {
    SocketChannel current = channel;
    if (current == null || !current.equals(key.channel()) || !key.isValid()) {
      return;
    }
    try {
      if (key.isConnectable()) {
        current.finishConnect();
        connected(current);
      } else if (key.isReadable()) {
        read(current, key);
      }
    } catch (IOException | RuntimeException e) { // The thread belongs to the others, too.
      ended(
          (open ? "the connection broke: " : "could not connect: ") + e.getMessage(),
          open && e instanceof ProtocolException
              ? "protocol"
              : ErrorKind.of(e, open ? "rst" : "connect-failed"));
    }
  }

  private void read(SocketChannel from, SelectionKey key) throws IOException {
    ByteBuffer buffer = loop.buffer();
    boolean slow = open && user.cohort() == Cohort.SLOW;
    if (slow) {
      buffer.limit(SLOW_READ);
    }
    int count = from.read(buffer);
    readAt = System.nanoTime();
    if (count < 0) {
      ended("the server ended the stream", "eof");
      return;
    }
    lastByteAt = readAt;
    RawStream current = stream;
    if (current == null) {
      return;
    }
    current.read(buffer.flip());
    if (!from.equals(channel)) {
      return; // Something in it ended the connection.
    }
    if (current.ended()) {
      ended("the server ended the stream", "eof");
    } else if (user.cohort() == Cohort.STALLED && user.ready()) {
      key.interestOps(0);
    } else if (slow) {
      key.interestOps(0);
      loop.after(
          1_000_000_000L * count / engine.setup().slowBytesPerSecond(),
          () -> {
            if (key.isValid()) {
              key.interestOps(SelectionKey.OP_READ);
            }
          });
    }
  }

  @Override
  public void head(int status, String contentType) {
    if (status != 200 || !contentType.startsWith("text/event-stream")) {
      boolean again = status == 408 || status == 425 || status == 429 || status >= 500;
      over = !again;
      String kind = status == 200 ? "bad-content-type" : "http-" + status;
      ended(
          status == 200
              ? "the server sent " + contentType + ", no event stream"
              : "the server answered " + status,
          kind);
      return;
    }
    open = true;
    openedAt = readAt;
    user.opened(readAt, !user.lastId().isEmpty());
  }

  @Override
  public void onEvent(Event event) {
    String type = event.type();
    String data = event.data();
    String lastEventId = event.lastEventId();
    if (type.equals("stream.open") && data.contains("\"protocol\"")) {
      greeted = true;
      user.positioned(lastEventId);
      Matcher heartbeat = HEARTBEAT.matcher(data);
      if (heartbeat.find()) {
        long nanos = Long.parseLong(heartbeat.group(1)) * 1_000_000;
        user.heartbeatEvery(nanos);
        silenceLimit = 2 * nanos + Duration.ofSeconds(5).toNanos();
      }
    } else if (greeted && type.startsWith("stream.")) {
      control(type, data);
      user.positioned(lastEventId);
    } else {
      user.event(data, lastEventId, readAt);
    }
  }

  private void control(String type, String data) {
    user.arrival(readAt);
    switch (type) {
      case "stream.live" -> user.live(readAt);
      case "stream.gap" -> {
        Matcher log = LOG.matcher(data);
        Matcher reason = REASON.matcher(data);
        Matcher lost = LOST.matcher(data);
        user.gap(
            log.find() ? log.group(1) : "user",
            reason.find() ? reason.group(1) : "",
            lost.find() ? Long.parseLong(lost.group(1)) : -1);
      }
      case "stream.closing" -> over = data.contains("\"reconnect\":false");
      default -> {
        // Says nothing of what is measured.
      }
    }
  }

  @Override
  public void onLastEventId(String lastEventId) {
    user.positioned(lastEventId);
  }

  @Override
  public void onComment(String text) {
    user.comment(readAt);
  }

  @Override
  public void onRetry(Duration delay) {
    retryMillis = delay.toMillis();
  }

  /** Called once a second. */
  void sweep(long now) {
    if (channel == null) {
      return;
    }
    if (!open && now - attemptAt > ATTEMPT_NANOS) {
      ended("no stream after 20 s", "connect-timeout");
    } else if (open && user.cohort() == Cohort.NORMAL && now - lastByteAt > silenceLimit) {
      ended("nothing came for " + (now - lastByteAt) / 1_000_000_000 + " s", "heartbeat-timeout");
    }
  }

  private void ended(String why, String kind) {
    if (channel != null) {
      closeChannel();
      lost(why, kind);
    }
  }

  /** Also where there was no file for a channel. */
  private void lost(String why, String kind) {
    long now = System.nanoTime();
    engine.failed(why);
    failures = open && now - openedAt > POLICY.stableAfter().toNanos() ? 1 : failures + 1;
    open = false;
    greeted = false;
    if (user.disconnected(now)) {
      engine.setup().meter().error(kind);
    }
    if (over) {
      return;
    }
    Duration delay =
        POLICY.delay(
            failures, ThreadLocalRandom.current().nextDouble(), Duration.ofMillis(retryMillis));
    loop.after(delay.toNanos(), this::connect);
  }

  void closeChannel() {
    SocketChannel current = channel;
    channel = null;
    stream = null;
    if (current != null) {
      try {
        current.close();
      } catch (IOException e) {
        // Closed it is.
      }
    }
  }

  @Override
  public void cut(boolean reset) {
    user.cut(System.nanoTime());
    loop.run(
        () -> {
          SocketChannel current = channel;
          if (current == null) {
            return;
          }
          if (reset) {
            try {
              current.setOption(StandardSocketOptions.SO_LINGER, 0); // Makes close() send an RST.
            } catch (IOException e) {
              // It is closed already, then, which was the aim.
            }
          }
          ended("the plan cut it", "cut");
        });
  }

  @Override
  public void leave() throws InterruptedException {
    var gone = new CountDownLatch(1);
    loop.run(
        () -> {
          over = true;
          closeChannel();
          loop.remove(this);
          gone.countDown();
        });
    gone.await();
    user.left();
  }
}
