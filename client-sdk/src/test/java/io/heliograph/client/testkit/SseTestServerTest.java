package io.heliograph.client.testkit;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The test server, looked at by a bare socket. */
@Timeout(120)
class SseTestServerTest {
  private static final String GET =
      "GET /a?b HTTP/1.1\r\nHost: h\r\nLast-Event-ID: \u00e97\r\n\r\n";

  @Test
  void aTestPlaysTheServerStepByStep() throws Exception {
    try (var server = SseTestServer.start();
        var peer = connect(server)) {
      send(peer, GET + GET);

      var first = server.take();
      assertThat(first.request().target()).isEqualTo("/a?b");
      assertThat(first.request().lastEventId()).isEqualTo("é7");
      first.open("X-Own: 1").event("1", "t", "a\nb").comment(" hi").send("data: ha").end();
      var second = server.take();
      second.status(503, "busy", "Retry-After: 2");

      assertThat(second.number()).isEqualTo(2);
      assertThat(server.requests()).containsExactly(first.request(), second.request());
      peer.shutdownOutput();
      assertThat(read(peer))
          .isEqualTo(
              """
              HTTP/1.1 200 Scripted
              Transfer-Encoding: chunked
              Content-Type: text/event-stream
              X-Own: 1

              20
              id: 1
              event: t
              data: a
              data: b


              5
              : hi

              8
              data: ha
              0

              HTTP/1.1 503 Scripted
              Content-Length: 4
              Retry-After: 2

              busy\
              """);
    }
  }

  @Test
  void emptyDataIsAnEventAndLineBreaksAtItsEndAreKept() throws Exception {
    try (var server = SseTestServer.start();
        var peer = connect(server)) {
      send(peer, GET);
      var exchange = server.take();
      exchange.open(Exchange.Framing.CLOSE, 0);
      exchange.event("1", "t", "").event("a\n\n").event("b\r\nc\r").end();

      assertThat(read(peer))
          .endsWith(
              """

              id: 1
              event: t
              data:\s

              data: a
              data:\s
              data:\s

              data: b
              data: c
              data:\s

              """);
    }
  }

  @Test
  void aFinIsTheEndOfTheBytesAndAResetAnError() throws Exception {
    try (var server = SseTestServer.start();
        var cut = connect(server);
        var reset = connect(server)) {
      send(cut, GET);
      server.take().open().cut();
      assertThat(read(cut)).endsWith("text/event-stream\n\n");

      send(reset, GET);
      server.take().open().reset();
      assertThatThrownBy(() -> read(reset)).isInstanceOf(SocketException.class);
    }
  }

  @Test
  void slowBytesComeOneByOne() throws Exception {
    try (var server = SseTestServer.start();
        var peer = connect(server)) {
      send(peer, GET);
      var exchange = server.take().open(Exchange.Framing.CLOSE, 0);
      long start = System.nanoTime();
      exchange.sendSlowly("abcde", ofMillis(20)).end();

      assertThat(read(peer)).endsWith("\n\nabcde");
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(ofMillis(100));
    }
  }

  @Test
  void silenceLastsUntilThePeerLeaves() throws Exception {
    try (var server = SseTestServer.start();
        var peer = connect(server)) {
      send(peer, GET);
      var exchange = server.take().open();
      assertThat(exchange.silence(ofMillis(20))).isFalse();
      peer.close();
      assertThat(exchange.silence(ofSeconds(10))).isTrue();
      exchange.cut();
      server.awaitConnections(0);
    }
  }

  @Test
  void aServerThatIsDownRefusesAndComesUpOnTheSamePort() throws Exception {
    try (var server = SseTestServer.start(exchange -> exchange.status(200, "up"));
        var before = connect(server)) {
      server.awaitConnections(1);
      server.down();
      assertThatThrownBy(() -> read(before)).isInstanceOf(SocketException.class);
      assertThatThrownBy(() -> connect(server)).isInstanceOf(ConnectException.class);

      server.up();
      try (var after = connect(server)) {
        send(after, GET);
        assertThat(server.awaitRequest(1).method()).isEqualTo("GET");
      }
    }
  }

  @Test
  void aBodyInChunksIsRead() throws Exception {
    try (var server = SseTestServer.start();
        var peer = connect(server)) {
      send(
          peer,
          "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
      assertThat(server.take().request().body()).isEqualTo("abcde");
    }
  }

  @Test
  void aScriptThatFailsFailsTheTest() throws Exception {
    var server =
        SseTestServer.start(
            exchange -> {
              throw new IllegalStateException("a bug of the test");
            });
    try (var peer = connect(server)) {
      send(peer, GET);
      assertThatThrownBy(() -> read(peer)).isInstanceOf(IOException.class);
    }
    server.awaitConnections(0);
    assertThatThrownBy(server::close)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("a bug of the test");
  }

  /** As of a client that was told to speak HTTP/2, or TLS: the test would look for long. */
  @Test
  void aPeerThatDoesNotSpeakItsLanguageFailsTheTestWithAWordOfIt() throws Exception {
    var server = SseTestServer.start();
    try (var peer = connect(server)) {
      send(peer, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
      assertThatThrownBy(() -> read(peer)).isInstanceOf(IOException.class); // Reset.
    }
    assertThatThrownBy(server::close)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("not an HTTP/1 request")
        .hasMessageContaining("PRI * HTTP/2.0");
  }

  @Test
  void closingEndsAScriptThatWaits() throws Exception {
    var threads = new ArrayList<Thread>();
    try (var server =
            SseTestServer.start(
                exchange -> {
                  threads.add(Thread.currentThread());
                  exchange.open();
                  Thread.sleep(86_400_000);
                });
        var peer = connect(server)) {
      send(peer, GET);
      server.awaitRequest(1);
    }
    assertThat(threads).allMatch(thread -> !thread.isAlive());
  }

  /** Users have neither in their tests, or other versions of them. */
  @Test
  void theKitNeedsNeitherOkHttpNorJUnit() {
    var out = new ByteArrayOutputStream();
    int code =
        ToolProvider.findFirst("jdeps")
            .orElseThrow()
            .run(
                new PrintWriter(out, true, StandardCharsets.UTF_8),
                new PrintWriter(out, true, StandardCharsets.UTF_8),
                "--ignore-missing-deps",
                "-verbose:package",
                "-filter:none",
                Path.of("target/classes/io/heliograph/client/testkit").toString());

    List<String> needs =
        out.toString(StandardCharsets.UTF_8)
            .lines()
            .filter(line -> line.startsWith("   io.heliograph"))
            .map(line -> line.substring(line.indexOf("-> ") + 3).split(" ", 2)[0])
            .distinct()
            .toList();
    assertThat(code).as(out.toString(StandardCharsets.UTF_8)).isZero();
    assertThat(needs)
        .contains("java.net", "io.heliograph.client")
        .allMatch(
            name ->
                name.startsWith("java.")
                    || name.equals("org.jspecify.annotations")
                    || name.startsWith("io.heliograph.client"));
  }

  private static Socket connect(SseTestServer server) throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), server.uri().getPort());
  }

  private static void send(Socket peer, String text) throws IOException {
    peer.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
  }

  /** All until the end, with LF for CR LF. */
  private static String read(Socket peer) throws IOException {
    return new String(peer.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
        .replace("\r\n", "\n");
  }
}
