package io.heliograph.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.TestServer;
import io.heliograph.server.TestTokens;
import io.heliograph.server.event.UserId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What all answers have in common, as they are sent over HTTP/1.1 and HTTP/2. */
class AnswersTest {

  private static final String ORIGIN = "https://app.example.com";
  private static final String TOKEN = "Authorization: Bearer " + TestTokens.of("a", TestTokens.ALL);

  /** Every route with, without and with a bad token, and with every method that it may not have. */
  @ParameterizedTest
  @ValueSource(strings = {"off", "jwt"})
  void noAnswerButAStreamMayBeKeptByACache(String mode) throws Exception {
    try (var server =
        mode.equals("off") ? TestServer.start() : TestServer.start(TestTokens.settings(Map.of()))) {
      for (Routes.Route route : TestRoutes.table()) {
        String path =
            route.path().replace("{user}", "a").replace("{id}", "none").replace("{hash}", "0");
        for (String method : List.of(route.method().text(), "HEAD", "OPTIONS", "PUT", "TRACE")) {
          for (String header : List.of(TOKEN, "Authorization: Bearer x", "X-Other: none")) {
            for (WireAnswer answer : WireAnswer.overBoth(server, method, path, header)) {
              isForNoCache(method + " " + path, answer);
            }
          }
        }
      }
    }
  }

  private static void isForNoCache(String what, WireAnswer answer) {
    boolean console = what.contains("/console");
    String expected =
        switch (answer.headers().getOrDefault("content-type", "")) {
          case "text/event-stream" -> "no-cache, no-transform";
          // The same for everybody.
          case "text/javascript; charset=utf-8" -> console ? "no-cache" : "public, max-age=60";
          case "text/html; charset=utf-8" -> console ? "no-cache" : "no-store";
          case "text/css; charset=utf-8" -> "no-cache";
          default -> "no-store";
        };
    assertThat(answer.headers().get("cache-control")).as(what + " " + answer).isEqualTo(expected);
    if (answer.status() == 204) {
      // RFC 9110, section 8.6.
      assertThat(answer.headers()).as(what).doesNotContainKey("content-length");
    }
  }

  @Test
  void noRefusalMayBeKeptByACacheEither() throws Exception {
    try (var server =
            TestServer.start(Map.of("limits.connections", "1", "limits.publish-rate", "1"));
        var _ = server.subscribe("a").awaitLive()) {
      for (String request :
          List.of(
              "404 GET /nowhere",
              "404 GET //v1/stats",
              "400 GET /v1/users?limit=x",
              "400 GET /v1/users?limit=1&limit=1",
              "400 GET /sse/a%01",
              "414 GET /" + "u".repeat(8_300),
              "415 POST /v1/broadcast Content-Type: a/b",
              "501 PROPFIND /v1/stats",
              "503 GET /sse/b",
              "404 HEAD /health/none",
              "429 POST /v1/broadcast Content-Type: text/plain")) {
        String[] parts = request.split(" ", 4);
        String[] headers = parts.length < 4 ? new String[0] : new String[] {parts[3]};
        int status = Integer.parseInt(parts[0]);
        if (status == 429) {
          server.broadcast("takes what the rate allows");
        }
        for (WireAnswer answer : WireAnswer.overBoth(server, parts[1], parts[2], headers)) {
          assertThat(answer.status()).as(request).isEqualTo(status);
          isForNoCache(request, answer);
        }
      }
      // What is refused before it is routed.
      for (String head : List.of("get /v1/stats", "GET /v1/stats#a", "GET *", "GET nowhere")) {
        String[] parts = head.split(" ", 2);
        WireAnswer answer = WireAnswer.overHttp1(server, parts[0], parts[1]);
        assertThat(answer.status()).as(head).isEqualTo(400);
        isForNoCache(head, answer);
      }
    }
  }

  @Test
  void anAnswerWithoutContentSaysNothingOfItsLength() throws Exception {
    try (var server = TestServer.start(Map.of("cors.origins", ORIGIN))) {
      for (String request :
          List.of(
              "OPTIONS *",
              "OPTIONS /v1/stats",
              "OPTIONS /v1/stats Origin: " + ORIGIN + ",Access-Control-Request-Method: GET",
              "DELETE /v1/users/a/events")) {
        String[] parts = request.split(" ", 3);
        String[] headers = parts.length < 3 ? new String[0] : parts[2].split(",");
        for (WireAnswer answer : WireAnswer.overBoth(server, parts[0], parts[1], headers)) {
          assertThat(answer.status()).as(request).isEqualTo(204);
          isForNoCache(request, answer);
        }
      }
      server.heliograph().hub().kicks().kick(new UserId("kicked"));
      for (WireAnswer answer :
          WireAnswer.overBoth(
              server, "GET", "/sse/kicked", "Accept: text/event-stream", "Last-Event-ID: a-1")) {
        assertThat(answer.status()).isEqualTo(204);
        isForNoCache("kicked", answer);
      }
    }
  }

  /** As most servers answer: with what there is, also to a caller without a token. */
  @Test
  void eachPathNamesItsMethodsToWhoAsks() throws Exception {
    try (var server = TestServer.start(TestTokens.settings(Map.of("cors.origins", ORIGIN)))) {
      for (Routes.Route route : TestRoutes.table()) {
        String path =
            route.path().replace("{user}", "a").replace("{id}", "none").replace("{hash}", "0");
        for (WireAnswer answer :
            WireAnswer.overBoth(
                server,
                "OPTIONS",
                path,
                "Origin: https://stranger.example",
                "Access-Control-Request-Method: GET")) {
          assertThat(answer.status()).as(path).isEqualTo(204);
          List<String> allowed =
              List.of(answer.headers().getOrDefault("allow", "").split(", ", -1));
          assertThat(allowed).contains(route.method().text(), "OPTIONS");
          assertThat(allowed.contains("HEAD")).isEqualTo(allowed.contains("GET"));
          // Not a preflight: the origin is not named.
          assertThat(answer.headers())
              .doesNotContainKeys("access-control-allow-methods", "access-control-allow-origin");
        }
      }
      for (WireAnswer answer : WireAnswer.overBoth(server, "OPTIONS", "/nowhere")) {
        assertThat(answer.status()).isEqualTo(404);
      }
      for (WireAnswer answer :
          WireAnswer.overBoth(
              server,
              "OPTIONS",
              "/v1/events",
              "Origin: " + ORIGIN,
              "Access-Control-Request-Method: POST")) {
        assertThat(answer.headers().get("access-control-allow-methods"))
            .isEqualTo("GET, HEAD, POST");
        assertThat(answer.headers().get("access-control-allow-origin")).isEqualTo(ORIGIN);
      }
    }
  }
}
