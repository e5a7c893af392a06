package io.heliograph.client;

import static io.heliograph.client.Await.await;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.client.internal.base.Threads;
import io.heliograph.client.testkit.SseTestServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The ways in which a network fails, beside those of StreamEndsTest and HeartbeatTest: each ends as
 * the right cause, is tried again, and goes on from the right id.
 */
@Timeout(120)
class TrapsTest {
  private static final ReconnectPolicy AT_ONCE = ReconnectPolicy.exponential().first(Duration.ZERO);

  private static List<Signal> read(SseClient.Builder builder) {
    var signals = new ArrayList<Signal>();
    try (var client = builder.build();
        var stream = client.open(StreamSpec.endpoint().lastEventId("7"))) {
      stream.signals().forEach(signals::add);
    }
    return signals;
  }

  private static List<Cause> causes(List<Signal> signals) {
    return signals.stream()
        .filter(Signal.Disconnected.class::isInstance)
        .map(s -> ((Signal.Disconnected) s).cause())
        .toList();
  }

  /** A listener whose backlog is full drops the SYN: to the client, packets vanish. */
  @Test
  void aBlackHoleIsLeftBehindAfterTheConnectTimeout() throws Exception {
    var fillers = new ArrayList<Socket>();
    try (var hole = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var address = new InetSocketAddress(hole.getInetAddress(), hole.getLocalPort());
      fill(address, fillers);
      var causes =
          causes(
              read(
                  SseClient.builder(URI.create("http://127.0.0.1:" + hole.getLocalPort() + "/"))
                      .timeouts(ofMillis(400), ofSeconds(5), ofSeconds(10))
                      .reconnect(AT_ONCE.maxFailures(1))));

      assertThat(causes)
          .hasSize(2)
          .allSatisfy(
              cause ->
                  assertThat(cause)
                      .isInstanceOfSatisfying(
                          Cause.ConnectTimeout.class,
                          c -> {
                            assertThat(c.phase()).isEqualTo(ConnectPhase.CONNECT);
                            assertThat(c.after()).isBetween(ofMillis(390), ofSeconds(9));
                          }));
    } finally {
      for (Socket socket : fillers) {
        socket.close();
      }
    }
  }

  private static void fill(InetSocketAddress address, List<Socket> fillers) throws IOException {
    for (int i = 0; i < 64; i++) {
      var socket = new Socket();
      fillers.add(socket);
      try {
        socket.connect(address, 1000);
      } catch (java.net.SocketTimeoutException e) {
        return; // Full.
      }
    }
    throw new AssertionError("the backlog does not fill here");
  }

  /** The peer closes its side and still takes bytes: to a reader that is an end. */
  @Test
  void aHalfClosedPeerHasEndedTheStream() throws Exception {
    var end =
        endAfterHalfClose("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + EVENT_8);

    assertThat(end).isEqualTo(new Cause.ServerClosed(false));
  }

  /** Inside of the framing of HTTP, the same is a break. */
  @Test
  void aHalfClosedPeerInTheMiddleOfAChunkIsALostConnection() throws Exception {
    var end =
        endAfterHalfClose(
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                + "Transfer-Encoding: chunked\r\n\r\nff\r\n"
                + EVENT_8);

    assertThat(end).isInstanceOf(Cause.ConnectionLost.class);
  }

  private static final String EVENT_8 = "id: 8\ndata: a\n\n";

  /** Why the first of two connections ended; the second must come, from the right id. */
  private static Cause endAfterHalfClose(String answer) throws Exception {
    try (var listener = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
      var heads = new java.util.concurrent.LinkedBlockingQueue<String>();
      var server =
          Threads.start(
              "test-thread",
              () -> {
                try (var first = listener.accept()) {
                  heads.add(head(first));
                  first.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
                  first.shutdownOutput();
                  try (var second = listener.accept()) { // While the first is half open.
                    heads.add(head(second));
                    second
                        .getOutputStream()
                        .write("HTTP/1.1 204 No\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                  }
                } catch (IOException e) {
                  heads.add("failed: " + e);
                }
              });
      var signals =
          read(
              SseClient.builder(URI.create("http://127.0.0.1:" + listener.getLocalPort() + "/"))
                  .reconnect(AT_ONCE));
      server.join();

      assertThat(heads.take()).contains("Last-Event-ID: 7");
      assertThat(heads.take()).contains("Last-Event-ID: 8");
      return causes(signals).get(0);
    }
  }

  private static String head(Socket socket) throws IOException {
    var head = new StringBuilder();
    while (!head.toString().endsWith("\r\n\r\n")) {
      int b = socket.getInputStream().read();
      if (b < 0) {
        throw new IOException("it left");
      }
      head.append((char) b);
    }
    return head.toString();
  }

  @Test
  void aServerThatAcceptsAndDropsBeforeAWordIsTriedAgain() {
    try (var server =
        SseTestServer.start(
            exchange -> {
              switch (exchange.number()) {
                case 1 -> exchange.cut();
                case 2 -> exchange.reset();
                default -> exchange.status(204, "");
              }
            })) {
      var causes = causes(read(SseClient.builder(server.uri()).reconnect(AT_ONCE)));

      assertThat(causes).hasSize(3);
      assertThat(causes.subList(0, 2))
          .allSatisfy(
              cause ->
                  assertThat(cause)
                      .isInstanceOfSatisfying(
                          Cause.ConnectFailed.class,
                          c -> assertThat(c.phase()).isEqualTo(ConnectPhase.RESPONSE)));
      assertThat(server.requests())
          .allSatisfy(r -> assertThat(r.header("Last-Event-ID")).contains("7"));
    }
  }

  @Test
  void aNameThatIsUnknownIsTriedAgain() {
    var causes =
        causes(
            read(
                SseClient.builder(URI.create("http://nowhere.invalid/"))
                    .okHttp(
                        okHttp ->
                            okHttp.dns(
                                name -> {
                                  throw new UnknownHostException(name);
                                }))
                    .reconnect(AT_ONCE.maxFailures(1))));

    assertThat(causes)
        .hasSize(2)
        .allSatisfy(
            cause ->
                assertThat(cause)
                    .isInstanceOfSatisfying(
                        Cause.ConnectFailed.class,
                        c -> {
                          assertThat(c.phase()).isEqualTo(ConnectPhase.DNS);
                          assertThat(c.describe()).contains("nowhere.invalid");
                        }));
  }

  /** The late answer of a lookup that was left behind harms nothing. */
  @Test
  void aLookUpThatAnswersTooLateDisturbsNobody() throws Exception {
    var answer = new CountDownLatch(1);
    var recorder = new Recorder();
    try (var server =
            SseTestServer.start(exchange -> exchange.open().event("8", "", "a").silence());
        var client =
            SseClient.builder(URI.create("http://slow.invalid:" + server.uri().getPort() + "/"))
                .timeouts(ofSeconds(5), ofSeconds(5), ofMillis(300))
                .reconnect(AT_ONCE)
                .okHttp(
                    okHttp ->
                        okHttp.dns(
                            name -> {
                              try {
                                answer.await();
                              } catch (InterruptedException e) {
                                throw new AssertionError("lookups are not interrupted", e);
                              }
                              return List.of(InetAddress.getLoopbackAddress());
                            }))
                .build();
        var subscription = client.subscribe(recorder)) {
      try {
        await().until(() -> recorder.causes().size() >= 2);
      } finally {
        answer.countDown(); // Nor would the thread of the lookup end if this failed.
      }

      await().until(() -> recorder.data().size() == 1);
      await().during(ofMillis(200)).until(() -> server.connections() == 1);
      assertThat(subscription.state()).isEqualTo(Subscription.State.OPEN);
    }
  }

  @Test
  void aPeerThatSpeaksNoTlsIsNamed() throws Exception {
    try (var listener = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
      Threads.start(
          "test-thread",
          () -> {
            try (var socket = listener.accept()) {
              socket
                  .getOutputStream()
                  .write("HTTP/1.1 400 No\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            } catch (IOException e) {
              // The client left, which the test sees.
            }
          });
      var causes =
          causes(
              read(
                  SseClient.builder(
                          URI.create("https://127.0.0.1:" + listener.getLocalPort() + "/"))
                      .reconnect(ReconnectPolicy.never())));

      assertThat(causes)
          .singleElement()
          .isInstanceOfSatisfying(
              Cause.ConnectFailed.class, c -> assertThat(c.phase()).isEqualTo(ConnectPhase.TLS));
    }
  }

  /** And a new cause must be added here. */
  @Test
  void everyCauseSaysItselfInASentence() {
    var causes =
        List.<Cause>of(
            new Cause.ServerClosed(true),
            new Cause.ServerClosing("drain", true),
            new Cause.HeartbeatTimeout(ofSeconds(35), ofSeconds(36), java.time.Instant.EPOCH),
            new Cause.ConnectionLost(new SocketException("Connection reset")),
            new Cause.ConnectTimeout(ConnectPhase.DNS, ofSeconds(40)),
            new Cause.ConnectFailed(ConnectPhase.TLS, new IOException()),
            new Cause.HttpStatus(404, "gone", Optional.empty()),
            new Cause.AuthFailed(""),
            new Cause.NotAnEventStream("", ""),
            new Cause.UnexpectedEncoding("br"),
            new Cause.RedirectRefused(302, "https://example.org/"),
            new Cause.ProtocolViolation("an event is too large"),
            new Cause.TokenExpiring(),
            new Cause.ByCaller(),
            new Cause.HandlerFailed(new IllegalStateException("no")));
    assertThat(causes).hasSize(Cause.class.getPermittedSubclasses().length);
    assertThat(causes).allSatisfy(cause -> assertThat(cause.describe()).hasSizeGreaterThan(10));
  }

  /** It goes to logs: a page of HTML, or a line that pretends to be the log's own, does not. */
  @Test
  void aCauseIsOneLineWhateverTheServerSays() {
    var page =
        new Cause.HttpStatus(502, "<html>\r\n\u001b[2J" + "x".repeat(4000), Optional.empty());
    assertThat(page.describe())
        .startsWith("the server answered 502: <html> [2Jxxx")
        .hasSizeLessThan(600);
    assertThat(new Cause.ServerClosing("a\nERROR b", true).describe())
        .isEqualTo("the server closed the stream: a ERROR b");
  }

  /**
   * OkHttp asks a connection on which a stream fell silent whether it lives, and waits a second.
   */
  @Test
  void aDeadHttp2ConnectionIsNotTakenAgain() throws Exception {
    var self = new Http2Server[1];
    try (var server =
            Http2Server.start(
                request ->
                    Http2Server.stream(
                        "text/event-stream",
                        sink -> {
                          sink.writeUtf8("data: a\n\n").flush();
                          self[0].silence();
                        }));
        var relay = new Relay(server.uri().getPort());
        var client =
            SseClient.builder(URI.create("http://127.0.0.1:" + relay.port() + "/"))
                .heartbeat(Heartbeat.fixed(ofMillis(500)))
                .timeouts(ofSeconds(5), ofSeconds(5), ofSeconds(8))
                .reconnect(AT_ONCE)
                .okHttp(okHttp -> okHttp.protocols(Http2Server.PROTOCOL))
                .build();
        var stream = client.open()) {
      self[0] = server;
      var causes = new ArrayList<Cause>();
      int events = 0;
      for (Signal signal : stream.signals()) {
        if (signal instanceof Signal.Disconnected disconnected) {
          causes.add(disconnected.cause());
        } else if (signal instanceof Signal.Message && ++events == 2) {
          break;
        } else if (signal instanceof Signal.Message) {
          relay.freeze(); // As when the network is gone: nothing passes, nothing is closed.
        }
      }
      assertThat(causes).hasSize(1);
      assertThat(causes.get(0)).isInstanceOf(Cause.HeartbeatTimeout.class);
      assertThat(relay.connections()).isEqualTo(2);
    }
  }

  /** Passes bytes on; those of its connections so far can be made to pass no more. */
  private static final class Relay implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final int target;
    private volatile int frozen;

    Relay(int target) throws IOException {
      this.target = target;
      Threads.start("test-thread", this::accept);
    }

    int port() {
      return listener.getLocalPort();
    }

    int connections() {
      return sockets.size() / 2;
    }

    void freeze() {
      frozen = sockets.size();
    }

    private void accept() {
      try {
        while (true) {
          Socket in = listener.accept();
          var out = new Socket(InetAddress.getLoopbackAddress(), target);
          int number = sockets.size();
          sockets.addAll(List.of(in, out));
          Threads.start("test-thread", () -> pass(number, in, out));
          Threads.start("test-thread", () -> pass(number, out, in));
        }
      } catch (IOException e) {
        // Closed: the test is over.
      }
    }

    private void pass(int number, Socket from, Socket to) {
      var buffer = new byte[8192];
      try {
        for (int n = from.getInputStream().read(buffer); n >= 0; ) {
          if (number >= frozen) {
            to.getOutputStream().write(buffer, 0, n);
          }
          n = from.getInputStream().read(buffer);
        }
      } catch (IOException e) {
        // One side is gone, or the test is over.
      }
    }

    @Override
    public void close() throws IOException {
      listener.close();
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }
}
