package io.heliograph.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that do not come to their end: each ends in bounded time and memory. */
@Execution(ExecutionMode.CONCURRENT) // Each waits for its own end.
@Timeout(120)
@Order(1)
class SlowRequestsTest {

  private static TestServer server;

  @BeforeAll
  static void start() {
    server = started();
  }

  private static TestServer started() {
    return TestServer.start(
        Map.of(
            "server.head-timeout", "2s",
            // What a busy machine needs for a request that is in time.
            "server.request-timeout", "4s",
            "server.idle-timeout", "4s",
            "stream.heartbeat", "1s"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "G",
        "GET /v1/stats HTTP/1.1\r\n",
        "GET /v1/stats HTTP/1.1\r\nHost: localhost\r\nX-Half: a",
        "POST /v1/broadcast HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
            + "Content-Length: 10\r\n\r\nhalf",
        "POST /v1/broadcast HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
            + "Transfer-Encoding: chunked\r\n\r\n5\r\nhe",
        "GET /v1/stats HTTP/1.1\r\nHost: localhost\r\n\r\n", // Answered, then idle.
        "\r\n\r\n\r\n",
      })
  void whatStopsHalfwayIsClosed(String request) throws Exception {
    try (var socket = connect()) {
      socket.getOutputStream().write(request.getBytes(US_ASCII));

      awaitClosed(socket);
    }
  }

  @Test
  void aHeadThatComesByteByByteIsClosedWhenItsTimeIsOverNotWhenItPauses() throws Exception {
    try (var socket = connect()) {
      socket.getOutputStream().write("GET / HTTP/1.1\r\nX: ".getBytes(US_ASCII));

      awaitClosedWhileSending(socket, "a");
    }
  }

  @Test
  void aBodyThatComesByteByByteIsClosedToo() throws Exception {
    try (var socket = connect()) {
      String head =
          String.join(
              "\r\n",
              "POST /v1/broadcast HTTP/1.1",
              "Host: localhost",
              "Content-Type: text/plain",
              "Content-Length: 60000",
              "\r\n");
      socket.getOutputStream().write(head.getBytes(US_ASCII));

      awaitClosedWhileSending(socket, "b");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET / HTTP/1.1\r\n", "GET /", ""})
  void aHeadWithoutEndIsRefusedLongBeforeItFillsTheMemory(String start) throws Exception {
    try (var socket = connect()) {
      OutputStream out = socket.getOutputStream();
      out.write(start.getBytes(US_ASCII));
      byte[] more = "x-header: 0123456789\r\n".repeat(100).getBytes(US_ASCII);
      int sent = 0;
      try {
        while (sent < 128 << 20) {
          out.write(more);
          sent += more.length;
        }
      } catch (IOException e) {
        // Closed, as it should be.
      }

      // What is thrown away after the refusal and what the kernel's buffers took, and no more.
      assertThat(sent).isLessThan(64 << 20);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "G(T / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\nb(d: x\r\n\r\n",
        "\u0000\u0001 / HTTP/1.1\r\nHost: localhost\r\n\r\n",
      })
  void whatIsNoHttpIsRefusedWithAProblemAndIsNoFaultOfTheServer(String garbage) throws Exception {
    try (var socket = connect()) {
      socket.getOutputStream().write(garbage.getBytes(US_ASCII));

      assertThat(new String(socket.getInputStream().readAllBytes(), US_ASCII))
          .startsWith("HTTP/1.1 400 ")
          .contains("urn:heliograph:problem:bad-request");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "POST /v1/batch HTTP/1.1\r\nHost: localhost\r\nContent-Length: 17825792\r\n\r\n",
        "G(T / HTTP/1.1\r\nHost: localhost\r\n\r\n",
      })
  void whoIsRefusedWhileSendingGetsTheAnswerAndNotAReset(String refused) throws Exception {
    try (var socket = connect()) {
      socket.getOutputStream().write(refused.getBytes(US_ASCII));
      String first = Character.toString(socket.getInputStream().read()); // The answer is there.
      byte[] piece = new byte[1 << 20];
      for (int sent = 0; sent < 17; sent++) {
        socket.getOutputStream().write(piece);
      }

      String answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);
      assertThat(first + answer)
          .startsWith("HTTP/1.1 4")
          .contains("urn:heliograph:problem:")
          .endsWith("}");
    }
  }

  @Test
  void whoGoesOnAfterARefusalIsClosedAllTheSame() throws Exception {
    try (var socket = connect()) {
      socket.getOutputStream().write("G(T / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(US_ASCII));

      awaitClosedWhileSending(socket, "b");
    }
  }

  @Test
  void onHttp2AStreamLivesOnAndItsConnectionIsClosedWhenNothingIsLeftOnIt() throws Exception {
    try (var peer = Http2Peer.connect(server.port())) {
      int alice = peer.get("/sse/alice");
      peer.until(alice, "stream.live");
      for (int heartbeat = 0; heartbeat < 6; heartbeat++) { // A second each.
        peer.until(alice, ":\n");
      }

      peer.reset(alice);

      assertThat(peer.next(Http2Peer.CONNECTION_END).type()).isEqualTo(Http2Peer.CONNECTION_END);
    }
  }

  @Test
  void onHttp2ABodyThatNeverEndsClosesTheConnectionThoughAStreamIsOpen() throws Exception {
    try (var peer = Http2Peer.connect(server.port())) {
      peer.until(peer.get("/sse/alice"), "stream.live");

      peer.request("POST", "/v1/users/alice/events", 0, "content-type: text/plain");

      assertThat(peer.next(Http2Peer.CONNECTION_END).type()).isEqualTo(Http2Peer.CONNECTION_END);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET /sse/bob", "POST /v1/nothing", "POST /v1/users/bob/events"})
  void onHttp2HalfARequestHasADeadlineThoughOthersKeepTheConnectionBusy(String request)
      throws Exception {
    try (var peer = Http2Peer.connect(server.port())) {
      String[] parts = request.split(" ", 2);
      peer.request(parts[0], parts[1], 0, "content-type: text/plain");

      await()
          .pollInterval(Duration.ofMillis(200))
          .atMost(Duration.ofSeconds(20))
          .until(
              () -> {
                try {
                  peer.get("/health/live");
                } catch (IOException e) {
                  return true; // Closed.
                }
                return peer.waiting(Http2Peer.CONNECTION_END).isPresent();
              });
    }
  }

  @Test
  void aStreamLivesOnPastAllOfTheseTimes() throws Exception {
    try (var reader = server.subscribe("alice").awaitLive()) {
      for (int heartbeat = 0; heartbeat < 6; heartbeat++) { // A second each.
        assertThat(reader.nextBlock()).isEqualTo(":");
      }
      server.publish("alice", "still here");

      assertThat(reader.nextEvent()).isEqualTo("data: still here");
    }
  }

  @Test
  void anAnswerThatNobodyReadsDoesNotHoldItsThreadForEver() throws Exception {
    try (var alone = started();
        var socket = connect(alone)) {
      socket.setReceiveBufferSize(4096);
      String request = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
      // Pipelined until the answers fill both kernels' buffers: then writes of the server are
      // stuck.
      try {
        for (int i = 0; i < 20_000; i++) {
          socket.getOutputStream().write(request.getBytes(US_ASCII));
        }
      } catch (IOException e) {
        // Closed, as it should be.
      }
      await()
          .atMost(30, TimeUnit.SECONDS)
          // The connection of this test's own requests is one.
          .until(() -> alone.get("/metrics").body().contains("heliograph_requests_open 1.0\n"));
    }
  }

  @Test
  void whatWasClosedIsCountedByWhatItWasWaitedFor() throws Exception {
    try (var socket = connect()) {
      awaitClosed(socket);
    }

    assertThat(server.get("/metrics").body())
        .containsPattern("heliograph_request_timeouts_total\\{phase=\"head\"} [1-9]");
  }

  private static Socket connect() throws IOException {
    return connect(server);
  }

  private static Socket connect(TestServer to) throws IOException {
    var socket = new Socket();
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), to.port()), 5_000);
    socket.setSoTimeout(30_000);
    return socket;
  }

  private static void awaitClosed(Socket socket) throws IOException {
    try {
      socket.getInputStream().readAllBytes();
    } catch (SocketTimeoutException e) {
      throw new AssertionError("still open after 30 s", e);
    } catch (IOException e) {
      // Reset: closed with bytes unread.
    }
  }

  private static void awaitClosedWhileSending(Socket socket, String part) {
    await()
        .pollInterval(50, TimeUnit.MILLISECONDS)
        .atMost(30, TimeUnit.SECONDS)
        .until(
            () -> {
              try {
                socket.getOutputStream().write(part.getBytes(US_ASCII));
                return false;
              } catch (IOException e) {
                return true;
              }
            });
  }
}
