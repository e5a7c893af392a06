package io.heliograph.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What happens to who is one too many. */
class LimitsTest {

  @ParameterizedTest
  @CsvSource({
    "limits.connections, overloaded, /sse/bob",
    "limits.connections, overloaded, /v1/tail",
    "limits.connections-per-address, too-many-connections, /v1/presence/events",
    "limits.connections-per-user, too-many-connections, /v1/users/alice/events",
    "limits.connections-per-address, too-many-connections, /sse/bob"
  })
  void theNewestIsRefusedInTheFormThatItsReaderUnderstands(
      String setting, String reason, String path) throws Exception {
    try (var server = TestServer.start(Map.of(setting, "1"));
        var first = server.subscribe("alice").awaitLive()) {
      HttpResponse<String> browser = get(server, path, "Accept", "text/event-stream");
      HttpResponse<String> returning =
          get(server, path + "?lastEventId=x-1", "Accept", "text/event-stream");
      HttpResponse<String> other = server.get(path);

      assertThat(browser.statusCode()).isEqualTo(200);
      assertThat(browser.headers().firstValue("Content-Type")).contains("text/event-stream");
      assertThat(browser.body())
          .matches(
              """
              :
              retry: \\d+
              event: stream.closing
              data: \\{"reason":"%s","reconnect":true}

              """
                  .formatted(reason));
      int comeBack = Integer.parseInt(browser.body().replaceAll("(?s).*retry: (\\d+)\n.*", "$1"));
      assertThat(comeBack).isBetween(6_000, 12_000);
      // It keeps what it sent, and comes back with it.
      assertThat(returning.body()).contains("event: stream.closing\nid: x-1\ndata: ");

      assertThat(other.statusCode()).isEqualTo(503);
      assertThat(other.body()).contains("urn:heliograph:problem:" + reason).contains(setting);
      assertThat(other.headers().firstValueAsLong("Retry-After").getAsLong()).isBetween(6L, 12L);

      server.publish("alice", "who is in stays in");
      assertThat(first.nextEvent()).isEqualTo("data: who is in stays in");
      assertThat(server.get("/metrics").body())
          .contains("heliograph_refusals_total{reason=\"" + reason + "\"} 3");
    }
  }

  @ParameterizedTest
  @CsvSource({"/v1/tail", "/v1/presence/events"})
  void anOperatorsStreamTakesAPlace(String path) throws Exception {
    try (var server = TestServer.start(Map.of("limits.connections", "1"))) {
      try (var operator = TestReader.open(server.port(), path).awaitLive()) {
        assertThat(server.get("/sse/alice").statusCode()).isEqualTo(503);
        assertThat(operator.lastEventId()).isNotEmpty();
      }
      await().until(() -> canOpen(server));
    }
  }

  private static boolean canOpen(TestServer server) throws Exception {
    try (var reader = server.subscribe("alice")) {
      return reader.head().startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void whoIsRefusedKeepsNoConnectionOpen() throws Exception {
    try (var server = TestServer.start(Map.of("limits.connections", "1"));
        var first = server.subscribe("alice").awaitLive();
        var refused =
            TestReader.request(server.port(), "GET", "/sse/bob", "Accept: text/event-stream")) {
      refused.setSoTimeout(20_000);

      String answer = new String(refused.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

      assertThat(answer).endsWith("{\"reason\":\"overloaded\",\"reconnect\":true}\n\n");
      assertThat(first.lastEventId()).isNotEmpty();
    }
  }

  @Test
  void aPlaceIsFreeWhenItsReaderHasLeft() throws Exception {
    try (var server = TestServer.start(Map.of("limits.connections-per-user", "1"))) {
      try (var first = server.subscribe("alice").awaitLive()) {
        assertThat(first.lastEventId()).isNotEmpty();
      }
      await().until(() -> server.heliograph().hub().connections().count() == 0);

      try (var second = server.subscribe("alice").awaitLive()) {
        assertThat(second.lastEventId()).isNotEmpty();
      }
    }
  }

  @Test
  void behindATrustedProxyTheForwardedAddressIsCountedAndShown() throws Exception {
    try (var server =
            TestServer.start(
                Map.of(
                    "limits.connections-per-address",
                    "1",
                    "server.trusted-proxies",
                    "127.0.0.0/8"));
        var one =
            TestReader.open(server.port(), "/sse/alice", "X-Forwarded-For: 203.0.113.1")
                .awaitLive();
        var two =
            TestReader.open(server.port(), "/sse/alice", "X-Forwarded-For: 6.6.6.6, 203.0.113.2")
                .awaitLive()) {
      assertThat(one.lastEventId()).isNotEmpty();
      assertThat(two.lastEventId()).isNotEmpty();
      assertThat(get(server, "/sse/bob", "X-Forwarded-For", "203.0.113.1").statusCode())
          .isEqualTo(503);
      assertThat(server.get("/v1/users/alice").body())
          .contains("\"remote\":\"203.0.113.1\"")
          .contains("\"remote\":\"203.0.113.2\"");
    }
  }

  @Test
  void whoPublishesMoreThanTheRateIsToldWhenToGoOn() {
    try (var server = TestServer.start(Map.of("limits.publish-rate", "2"))) {
      server.publish("alice", "1");
      server.publish("alice", "2");

      var refused = server.post("/v1/users/alice/events", "text/plain", "3");

      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(refused.headers().firstValue("Retry-After")).contains("1");
      assertThat(refused.body()).contains("urn:heliograph:problem:too-many-requests");
      await().until(() -> server.post("/v1/broadcast", "text/plain", "3").statusCode() == 202);
    }
  }

  @Test
  void theIdOfARequestIsTheCallersIfItIsSaneAndStandsInTheProblem() throws Exception {
    try (var server = TestServer.start()) {
      var answered = get(server, "/nowhere", "X-Request-Id", "trace-17");
      assertThat(answered.headers().allValues("X-Request-Id")).containsExactly("trace-17");
      assertThat(answered.body()).contains("\"requestId\":\"trace-17\"");

      var insane = get(server, "/v1/stats", "X-Request-Id", "two words");
      assertThat(insane.headers().firstValue("X-Request-Id").orElseThrow())
          .matches("[0-9a-z]+-[0-9a-z]+");

      try (var reader =
          TestReader.open(server.port(), "/sse/alice", "X-Request-Id: trace-18").awaitLive()) {
        assertThat(reader.head()).containsIgnoringCase("X-Request-Id: trace-18");
      }
      try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
        socket.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.UTF_8));
        String answer = new String(socket.getInputStream().readNBytes(400), StandardCharsets.UTF_8);
        assertThat(answer)
            .contains("400")
            .contains("requestId")
            .containsIgnoringCase("X-Request-Id");
      }
    }
  }

  private static HttpResponse<String> get(
      TestServer server, String path, String header, String value) {
    return server.send(HttpRequest.newBuilder(server.uri(path)).header(header, value));
  }
}
