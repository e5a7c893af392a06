package io.heliograph.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.helidon.http.Method;
import io.heliograph.server.TestReader;
import io.heliograph.server.TestServer;
import io.heliograph.server.TestTokens;
import io.heliograph.server.event.UserId;
import io.heliograph.server.request.Problem;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every call that the API has is answered to who asks as it should, with and without tokens. */
class RouteTableTest {

  private static final Path REFERENCE = Path.of("..", "docs", "reference", "http-api.md");
  private static final String JSON = "application/json";

  /** How a call is made, and what its answer is with authentication off. */
  private record Call(String path, String type, String body, int status) {
    static Call get(String path) {
      return new Call(path, "", "", 200);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"off", "jwt"})
  void everyRouteAnswers(String mode) throws Exception {
    boolean off = mode.equals("off");
    String token = "Bearer " + TestTokens.of("alice", TestTokens.ALL);
    try (var server = off ? TestServer.start() : TestServer.start(TestTokens.settings(Map.of()));
        var alice =
            TestReader.open(server.port(), "/sse/alice", "Authorization: " + token).awaitLive()) {
      String connection =
          server.heliograph().hub().connections().of(new UserId("alice")).getFirst().id();
      for (Routes.Route route : TestRoutes.table()) {
        Call call = call(route, off, connection);
        int status =
            isStream(route) && call.status() == 200
                ? opens(server, call.path(), token)
                : send(server, route, call, token).statusCode();

        assertThat(status).as("%s %s", route.method(), route.path()).isEqualTo(call.status());
        if (route.method().equals(Method.GET)) {
          answersHead(server, call, token, isStream(route) && call.status() == 200);
        }
      }
      assertThat(alice.lastEventId()).isNotEmpty();
    }
  }

  @Test
  void theOnePageForbidsScriptsAndFrames() {
    try (var server = TestServer.start()) {
      HttpResponse<String> page = server.get("/");

      assertThat(page.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
      assertThat(page.headers().firstValue("Content-Security-Policy"))
          .contains("default-src 'none'; frame-ancestors 'none'");
      assertThat(page.body()).contains("Heliograph is running").doesNotContain("<script");
    }
  }

  @Test
  void theOnePageShowsTheServersOwnAddressAndHowToPassAToken() throws Exception {
    try (var server = TestServer.start();
        var secured = TestServer.start(TestTokens.settings(Map.of()))) {
      assertThat(server.get("/").body())
          .contains("curl -N http://127.0.0.1:" + server.port() + "/sse/alice")
          .doesNotContain("TOKEN")
          .doesNotContain("{address}", "{token}", "{how}");
      assertThat(secured.get("/").body())
          .contains(
              "curl -N -H \"Authorization: Bearer $TOKEN\" http://127.0.0.1:"
                  + secured.port()
                  + "/sse/alice")
          .contains("TOKEN=$(sse-cli token --user alice ");
      assertThat(pageAs(server, "push.example.com", "X-Forwarded-Proto: https"))
          .contains("curl -N https://push.example.com/sse/alice");
      assertThat(pageAs(server, "a'b", "X-Forwarded-Proto: x"))
          .doesNotContain("a'b")
          .contains("curl -N http://localhost:" + server.port() + "/sse/alice");
    }
  }

  private static String pageAs(TestServer server, String host, String header) throws IOException {
    try (var socket =
        TestReader.requestOf(host, server.port(), "GET", "/", header, "Connection: close")) {
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** Fails for a route that nobody has described here. */
  private static Call call(Routes.Route route, boolean off, String connection) {
    String path = route.path().replace("{user}", "alice").replace("{id}", connection);
    return switch (route.method().text() + " " + route.path()) {
      case "GET /v1/events", "GET /v1/cursor" -> new Call(path, "", "", off ? 400 : 200);
      case "POST /v1/events" -> new Call(path, JSON, "[{\"users\":[\"alice\"],\"data\":1}]", 200);
      case "POST /v1/users/{user}/events", "POST /v1/broadcast" ->
          new Call(path, JSON, "{\"type\":\"a\",\"data\":{\"b\":1}}", 202);
      case "POST /v1/presence" -> new Call(path, JSON, "{\"users\":[\"alice\"]}", 200);
      case "POST /v1/tickets" -> new Call(path, "", "", off ? 400 : 201);
      case "POST /v1/revocations" ->
          new Call(path, JSON, "{\"user\":\"somebody\"}", off ? 400 : 200);
      case "DELETE /v1/users/{user}/events" -> new Call(path, "", "", 204);
      // After all were closed there is none of that id.
      case "DELETE /v1/users/{user}/connections/{id}" -> new Call(path, "", "", 200);
      case "DELETE /v1/users/{user}/connections" ->
          new Call(path.replace("alice", "nobody"), "", "", 200);
      case "GET /sse/{user}",
          "GET /v1/users/{user}/events",
          "GET /v1/users/{user}/cursor",
          "GET /v1/users",
          "GET /v1/users/{user}",
          "GET /v1/presence/events",
          "GET /v1/tail",
          "GET /v1/stats",
          "GET /metrics",
          "GET /",
          "GET /openapi.yaml",
          "GET /heliograph.js",
          "GET /console",
          "GET /console.js",
          "GET /console.css",
          "GET /health/live",
          "GET /health/ready" ->
          Call.get(path);
      case "GET /heliograph-{hash}.js" ->
          Call.get(path.replace("{hash}", new ScriptHandler().hash()));
      default -> throw new AssertionError("not tried yet: " + route);
    };
  }

  private static boolean isStream(Routes.Route route) {
    return Set.of(
                "/sse/{user}",
                "/v1/events",
                "/v1/users/{user}/events",
                "/v1/presence/events",
                "/v1/tail")
            .contains(route.path())
        && route.method().text().equals("GET");
  }

  private static int opens(TestServer server, String path, String token)
      throws IOException, InterruptedException {
    try (var reader = TestReader.open(server.port(), path, "Authorization: " + token)) {
      reader.nextControl("stream.open");
      return Integer.parseInt(reader.head().split(" ", 3)[1]);
    }
  }

  /** As GET is answered, without a body and without a stream that opens. */
  private static void answersHead(TestServer server, Call call, String token, boolean stream)
      throws Exception {
    int open = server.heliograph().hub().connections().count();
    for (WireAnswer head :
        List.of(
            WireAnswer.overHttp1(server, "HEAD", call.path(), "Authorization: " + token),
            WireAnswer.overHttp2(server, "HEAD", call.path(), "authorization: " + token))) {
      assertThat(head.status()).as(call.path()).isEqualTo(call.status());
      assertThat(head.body()).isEmpty();
      assertThat(head.headers()).containsKey("content-type");
      if (stream) {
        assertThat(head.headers()).as(call.path()).doesNotContainKey("content-length");
      } else {
        assertThat(head.headers().get("content-length")).as(call.path()).matches("[1-9]\\d*");
      }
      // One that is open may still be ending.
      assertThat(server.heliograph().hub().connections().count()).isLessThanOrEqualTo(open);
    }
  }

  private static HttpResponse<String> send(
      TestServer server, Routes.Route route, Call call, String token) {
    var request =
        HttpRequest.newBuilder(server.uri(call.path()))
            .header("Authorization", token)
            .method(route.method().text(), HttpRequest.BodyPublishers.ofString(call.body()));
    return server.send(
        call.type().isEmpty() ? request : request.header("Content-Type", call.type()));
  }

  @Test
  void everyProblemStandsInTheReferenceWithItsStatusAndNoOtherDoes() throws Exception {
    var listed = new TreeSet<String>();
    var row = Pattern.compile("\\| `(urn:heliograph:problem:[a-z0-9-]+)` \\| (\\d+) \\|.*");
    for (String line : Files.readAllLines(REFERENCE)) {
      var matcher = row.matcher(line);
      if (matcher.matches()) {
        assertThat(listed.add(matcher.group(1) + " " + matcher.group(2))).as(line).isTrue();
      }
    }

    assertThat(listed)
        .isEqualTo(
            Arrays.stream(Problem.values())
                .map(problem -> problem.type() + " " + problem.status())
                .collect(Collectors.toCollection(TreeSet::new)));
  }

  @Test
  void whatIsNoRouteIsAProblemThatAPageOfANamedOriginMayRead() {
    try (var server = TestServer.start(Map.of("cors.origins", "https://app.example.com"))) {
      HttpResponse<String> answer =
          server.send(
              HttpRequest.newBuilder(server.uri("/nowhere"))
                  .header("Origin", "https://app.example.com"));

      assertThat(answer.statusCode()).isEqualTo(404);
      assertThat(answer.body()).contains("urn:heliograph:problem:not-found");
      assertThat(answer.headers().firstValue("Access-Control-Allow-Origin"))
          .contains("https://app.example.com");
      assertThat(answer.headers().firstValue("Vary")).contains("Origin");
    }
  }
}
