package io.heliograph.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Requests that are refused for want of room, with 429 and 503, while their body is unread: what
 * follows on the connection is a request or nothing, never the rest of the body.
 */
@Timeout(120)
class TurnedAwayTest {

  private static final String HOST = "Host: localhost\r\n";
  private static final String TEXT = "Content-Type: text/plain\r\n";
  private static final String JSON = "Content-Type: application/json\r\n";
  private static final String ASKS_FOR_EVENTS = "Accept: text/event-stream\r\n";

  private static final int LARGEST_BODY = 16 << 20;
  private static final int BYTES_PER_BYTE = 4;

  /** A body that is announced with a GET is no reason to open a stream, or to misread it. */
  @ParameterizedTest
  @CsvSource({
    "limits.connections, /sse/bob",
    "limits.connections, /v1/presence/events",
    "limits.connections-per-user, /v1/users/alice/events",
    "limits.connections-per-address, /v1/tail"
  })
  void aStreamAboveALimitLeavesItsConnectionIntact(String limit, String path) throws Exception {
    try (var server = TestServer.start(Map.of(limit, "1"));
        var first = server.subscribe("alice").awaitLive()) {
      String head = "GET " + path + " HTTP/1.1\r\n" + HOST;

      RawConnection.refusesUnread(server, head, 503);
      // In the form that a browser's EventSource survives.
      RawConnection.refusesUnread(server, head + ASKS_FOR_EVENTS, 200);

      server.publish("alice", "undisturbed");
      assertThat(first.nextEvent()).isEqualTo("data: undisturbed");
    }
  }

  @Test
  void aTailTooManyLeavesItsConnectionIntact() throws Exception {
    var tails = new ArrayList<TestReader>();
    try (var server = TestServer.start()) {
      for (int i = 0; i < 16; i++) {
        tails.add(TestReader.open(server.port(), "/v1/tail").awaitLive());
      }

      RawConnection.refusesUnread(server, "GET /v1/tail HTTP/1.1\r\n" + HOST, 503);
    } finally {
      tails.forEach(TestReader::close);
    }
  }

  @Test
  void aStreamDuringADrainLeavesItsConnectionIntact() throws Exception {
    try (var server = TestServer.start()) {
      server
          .heliograph()
          .hub()
          .drain(Duration.ZERO, Duration.ZERO); // And the socket still listens.
      String head = "GET /sse/late HTTP/1.1\r\n" + HOST;

      RawConnection.refusesUnread(server, head, 503);
      RawConnection.refusesUnread(server, head + ASKS_FOR_EVENTS, 200);
    }
  }

  @Test
  void aTokenThatCannotBeVerifiedLeavesItsConnectionIntact() throws Exception {
    try (var keys = JwksServer.start()) {
      keys.answer(500);
      try (var server =
          TestServer.start(
              Map.of("auth.mode", "jwt", "auth.jwt.jwks-url", keys.url().toString()))) {
        RawConnection.refusesUnread(
            server,
            "POST /v1/broadcast HTTP/1.1\r\n"
                + HOST
                + TEXT
                + "Authorization: Bearer "
                + JwksServer.token(JwksServer.key("one"))
                + "\r\n",
            503);
      }
    }
  }

  @Test
  void aBodyWithoutMemoryLeavesItsConnectionIntact() throws Exception {
    long memory = Runtime.getRuntime().maxMemory() / 4;
    long each = (long) LARGEST_BODY * BYTES_PER_BYTE;
    long forLarge = memory - memory / 4; // The last quarter is for small ones.
    long most = forLarge / each;
    long rest = forLarge % each / BYTES_PER_BYTE;
    String head = "POST /v1/events HTTP/1.1\r\n" + HOST + JSON;
    String large = head + "Content-Length: " + LARGEST_BODY + "\r\n";
    var senders = new ArrayList<RawConnection>();
    try (var server = TestServer.start()) {
      for (int i = 0; i <= most; i++) {
        var sender = new RawConnection(server);
        senders.add(sender);
        sender.send(i < most ? large + "\r\n" : head + "Content-Length: " + rest + "\r\n\r\n");
      }
      await().until(() -> bodyBytes(server) == most * each + rest * BYTES_PER_BYTE);

      RawConnection.refusesUnread(server, large, 503);
      // One whose length is not announced is refused within itself.
      for (String expect : List.of("", "Expect: 100-continue\r\n")) {
        try (var connection = new RawConnection(server)) {
          connection.send(head + expect + "Transfer-Encoding: chunked\r\n\r\n");
          if (!expect.isEmpty()) {
            assertThat(connection.answer().status()).isEqualTo(100);
          }
          String item = "{\"users\":[\"q\"],\"data\":\"" + "d".repeat(60_000) + "\"},";
          connection.send(chunk("["));
          for (int i = 0; i < 20; i++) {
            connection.send(chunk(item));
          }
          connection.isRefusedForGood(503, "overloaded");
        }
      }
      // Small ones still have room.
      server.publish("q", "small");
    } finally {
      for (RawConnection sender : senders) {
        sender.close();
      }
    }
  }

  private static String chunk(String text) {
    return Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
  }

  private static long bodyBytes(TestServer server) {
    return server
        .get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith("heliograph_body_bytes "))
        .mapToLong(line -> (long) Double.parseDouble(line.substring(line.indexOf(' '))))
        .findFirst()
        .orElseThrow();
  }

  /** The event is read before its rate is counted, so the connection stays. */
  @ParameterizedTest
  @ValueSource(strings = {"/v1/users/q/events", "/v1/broadcast"})
  void anEventAboveTheRateLeavesItsConnectionIntact(String path) throws Exception {
    try (var server = TestServer.start(Map.of("limits.publish-rate", "1"))) {
      // A batch may take more than there is, and what follows waits for as long: 300 s.
      String item = "{\"users\":[\"q\"],\"data\":1}";
      server.post(
          "/v1/events",
          "application/json",
          "[{\"users\":" + users(300) + ",\"data\":1}," + item + "]");
      for (String body :
          List.of(
              "Content-Length: 5\r\n\r\n@hello",
              "Transfer-Encoding: chunked\r\n\r\n@5\r\nhello\r\n0\r\n\r\n")) {
        String[] headAndBody = body.split("@", 2);
        for (boolean expects : new boolean[] {false, true}) {
          try (var connection = new RawConnection(server)) {
            String expect = expects ? "Expect: 100-continue\r\n" : "";
            connection.send(
                "POST " + path + " HTTP/1.1\r\n" + HOST + TEXT + expect + headAndBody[0]);
            if (expects) {
              assertThat(connection.answer().status()).isEqualTo(100);
            }
            connection.send(headAndBody[1]);

            RawAnswer answer = connection.answer();
            assertThat(answer.status()).isEqualTo(429);
            assertThat(answer.headers().get("retry-after")).matches("[1-9]\\d*");
            connection.answersTheNext();
          }
        }
      }
    }
  }

  private static String users(int count) {
    var users = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      users.add("\"u" + i + "\"");
    }
    return users.toString();
  }
}
