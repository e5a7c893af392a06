package io.heliograph.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.event.Event;
import io.heliograph.server.event.UserId;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/** What a stranger sends on HTTP/2 writes nothing to the log, and ends nobody else's streams. */
@Isolated // It reads what all loggers of the process say.
@Timeout(120)
class Http2StrangersTest {

  private final Warnings warnings = new Warnings();
  private TestServer server;

  @BeforeEach
  void start() {
    server = TestServer.start(TestTokens.settings(Map.of()));
    warnings.start();
  }

  @AfterEach
  void nothingWasWritten() {
    await()
        .until(
            () ->
                server
                    .send(
                        HttpRequest.newBuilder(server.uri("/metrics"))
                            .header("Authorization", "Bearer " + TestTokens.of("a", "operate")))
                    .body()
                    .contains("heliograph_requests_open 1.0\n"));
    server.close();
    warnings.stop();
    assertThat(warnings.taken()).isEmpty();
  }

  @Test
  void aBodyForAPathThatThereIsNotWritesNothing() throws Exception {
    for (String request :
        List.of(
            "POST /nowhere",
            "POST /health/live",
            "PUT /v1/stats",
            "POST /v1/broadcast",
            "PROPFIND /nowhere",
            "HEAD /nowhere")) {
      try (var peer = Http2Peer.connect(server.port())) {
        String[] parts = request.split(" ", 2);
        for (int i = 0; i < 20; i++) {
          int stream = peer.request(parts[0], parts[1], 0, "content-type: text/plain");
          peer.send(Http2Peer.DATA, 0, stream, new byte[5000]);
          peer.send(Http2Peer.DATA, Http2Peer.END_STREAM, stream, new byte[5000]);
          peer.untilEnd(stream);
        }
      }
      // Some leave in the middle of it.
      try (var peer = Http2Peer.connect(server.port())) {
        String[] parts = request.split(" ", 2);
        for (int i = 0; i < 20; i++) {
          int stream = peer.request(parts[0], parts[1], 0, "content-type: text/plain");
          peer.send(Http2Peer.DATA, 0, stream, new byte[5000]);
          if (i % 2 == 0) {
            peer.reset(stream);
          }
        }
      }
    }
  }

  /** Each line: what comes of the head, then the head. */
  @Test
  void aHeadThatIsNoneWritesNothing() throws Exception {
    for (String[] line :
        new String[][] {
          {"closed", ":method=GET|:scheme=http|:path=/|:authority=a|=x"},
          {"closed", ":method=G T|:scheme=http|:path=/|:authority=a"},
          {"501", ":method=|:scheme=http|:path=/|:authority=a"},
          {"400", ":method=get|:scheme=http|:path=/|:authority=a"},
          {"closed", ":method=GET|:scheme=http|:path=/|:authority=a|:status=200"},
          {"closed", ":method=GET|:scheme=http|:path=|:authority=a"},
          {"400", ":method=GET|:scheme=http|:path=a b|:authority=a"},
          {"closed", ":method=GET|:scheme=http|:authority=a"},
          {"closed", ":method=GET|:scheme=http|:path=/|:authority=a|b(d=x"},
          {"closed", ":method=GET|:scheme=http|:path=/|:authority=a|x=a\nb"},
          {"closed", ":method=GET|:scheme=http|:path=/|:authority=a|X=a"},
          {"closed", ":method=GET|:scheme=http|:path=/|host=a|connection=close"},
          {"closed", ":method=CONNECT|:authority=a"},
        }) {
      try (var peer = Http2Peer.connect(server.port())) {
        var block = new ByteArrayOutputStream();
        for (String field : line[1].split("[|]", -1)) {
          block.write(0);
          for (String part : field.split("=", -1)) {
            Http2Peer.text(block, part);
          }
        }

        Http2Peer.Frame frame = peer.next(peer.request(Http2Peer.END_STREAM, block.toByteArray()));

        assertThat(outcome(frame)).as(line[1]).isEqualTo(line[0]);
      }
    }
  }

  private static String outcome(Http2Peer.Frame frame) {
    return switch (frame.type()) {
      case Http2Peer.HEADERS -> "" + frame.status();
      case Http2Peer.RST_STREAM -> "reset";
      case Http2Peer.CONNECTION_END -> "closed";
      default -> "frame " + frame.type();
    };
  }

  @Test
  void whoLeavesWithinThePrefaceWritesNothing() throws Exception {
    for (int length = 0; length <= Http2Peer.PREFACE.length; length++) {
      try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
        socket.getOutputStream().write(Http2Peer.PREFACE, 0, length);
      }
    }
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n".getBytes(US_ASCII));
      socket.shutdownOutput();
      socket.getInputStream().readAllBytes();
    }
  }

  @Test
  void aResetOfAStreamThatHasEndedEndsNoOther() throws Exception {
    String token = "authorization: Bearer " + TestTokens.of("alice", "subscribe");
    try (var peer = Http2Peer.connect(server.port())) {
      int first = peer.get("/health/live");
      peer.untilEnd(first);
      int alice = peer.get("/v1/events", token);
      peer.until(alice, "stream.live");
      int second = peer.get("/health/live");
      peer.untilEnd(second);

      for (int i = 0; i < 3; i++) {
        peer.reset(first);
        peer.reset(second);
        int other = peer.get("/health/live");
        peer.untilEnd(other);
        peer.window(first, 1);
        peer.reset(other);
        peer.reset(first);
      }

      server.heliograph().hub().publish(new UserId("alice"), Event.of("message", "still here"));
      peer.until(alice, "still here");
    }
  }
}
