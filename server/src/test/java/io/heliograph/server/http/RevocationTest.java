package io.heliograph.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.TestReader;
import io.heliograph.server.TestServer;
import io.heliograph.server.TestTokens;
import io.heliograph.server.redis.RedisProcess;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a revocation ends, and that a logout made of it works as the guide says. */
class RevocationTest {

  private static final Path GUIDE = Path.of("..", "docs", "guides", "authentication.md");

  // And what a loaded machine adds; the next heartbeat comes after 15 s.
  private static final Duration A_SECOND = Duration.ofSeconds(5);

  @Test
  void everyStreamOfTheRevokedEndsWithinASecond() throws Exception {
    String olga = TestTokens.of("olga", TestTokens.ALL);
    String otto = TestTokens.of("otto", "operate");
    try (var server = TestServer.start(TestTokens.settings(Map.of()));
        var others = open(server, "/v1/tail", otto)) {
      others.nextControl("stream.open");
      var streams = new ArrayList<TestReader>();
      for (String path :
          List.of(
              "/v1/events",
              "/sse/alice",
              "/v1/users/alice/events",
              "/v1/tail",
              "/v1/tail?include=events,connects,closes,gaps",
              "/v1/presence/events")) {
        streams.add(open(server, path, olga));
      }
      for (TestReader stream : streams) {
        stream.nextControl("stream.open");
      }

      long started = System.nanoTime();
      HttpResponse<String> answer = revoke(server, otto, "{\"user\":\"olga\"}");
      publish(server, "alice", "secret");

      for (TestReader stream : streams) {
        assertThat(stream.nextControl("stream.closing"))
            .isEqualTo("{\"reason\":\"revoked\",\"reconnect\":false}");
        assertThat(stream.awaitEnd()).noneMatch(block -> block.contains("secret"));
        stream.close();
      }
      assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(A_SECOND);
      assertThat(answer.body()).startsWith("{\"connections\":6,");
      assertThat(others.nextEvent()).contains("secret");
    }
  }

  @Test
  void anOperatorsTokenThatIsRevokedByItsIdLosesItsTail() throws Exception {
    String one =
        TestTokens.sign(
            TestTokens.claims("olga", "operate", Instant.now(), Duration.ofHours(1))
                .jwtID("t-1")
                .build());
    String other = TestTokens.of("olga", "operate");
    try (var server = TestServer.start(TestTokens.settings(Map.of()));
        var ended = open(server, "/v1/tail", one);
        var stays = open(server, "/v1/tail", other)) {
      ended.nextControl("stream.open");
      stays.nextControl("stream.open");

      assertThat(revoke(server, other, "{\"jti\":\"t-1\"}").body())
          .startsWith("{\"connections\":1,");

      assertThat(ended.nextControl("stream.closing")).contains("revoked");
      publish(server, "alice", "hi");
      assertThat(stays.nextEvent()).contains("hi");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "[]",
        "{\"user\":1}",
        "{\"user\":\"olga\"}x",
        "{\"user\":\"olga\"}{\"user\":\"otto\"}",
        "{\"user\":\"olga\",\"jti\":\"t-1\"}",
        "{\"user\":\"olga\",\"until\":\"2001-01-01T00:00:00Z\"}",
        "{\"user\":\"olga\",\"until\":\"+999999999-01-01T00:00:00Z\"}"
      })
  void whatIsNotOneRevocationRevokesNobody(String body) {
    String olga = TestTokens.of("olga", "operate");
    try (var server = TestServer.start(TestTokens.settings(Map.of()))) {
      HttpResponse<String> answer = revoke(server, olga, body);

      assertThat(answer.statusCode()).isEqualTo(400);
      assertThat(answer.body()).contains("urn:heliograph:problem:invalid-revocation");
      assertThat(revoke(server, olga, "{\"user\":\"otto\"}").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void aRevocationThatCannotBeWrittenEndsTheStreamsAllTheSame() throws Exception {
    try (var redis = RedisProcess.start();
        var server =
            TestServer.start(
                TestTokens.settings(Map.of("log.type", "redis", "log.redis.url", redis.url())))) {
      await().until(() -> server.get("/health/ready").statusCode() == 200);
      try (var stream = open(server, "/v1/events", TestTokens.of("alice", "subscribe"))) {
        stream.nextControl("stream.open");
        redis.kill();

        HttpResponse<String> answer =
            revoke(server, TestTokens.of("olga", "operate"), "{\"user\":\"alice\"}");

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(stream.nextControl("stream.closing"))
            .isEqualTo("{\"reason\":\"revoked\",\"reconnect\":false}");
      }
    }
  }

  /**
   * As a user's own streams are: a browser's EventSource would not survive the end, or not stop.
   */
  @ParameterizedTest
  @ValueSource(strings = {"/v1/tail", "/v1/presence/events"})
  void anOperatorsReturnIsAnsweredSoThatAnEventSourceDoesTheRightThing(String path)
      throws Exception {
    String ended =
        TestTokens.sign(
            TestTokens.claims(
                    "olga", "operate", Instant.now().minusSeconds(600), Duration.ofSeconds(595))
                .build());
    String revoked = TestTokens.of("otto", "operate");
    try (var server = TestServer.start(TestTokens.settings(Map.of()))) {
      try (var back = back(server, path, ended)) {
        assertThat(back.head()).startsWith("HTTP/1.1 200 ");
        assertThat(back.nextControl("stream.closing"))
            .isEqualTo("{\"reason\":\"token-expired\",\"reconnect\":true}");
      }
      revoke(server, TestTokens.of("backend", "operate"), "{\"user\":\"otto\"}");
      try (var back = back(server, path, revoked)) {
        assertThat(back.head()).startsWith("HTTP/1.1 204 ");
      }
    }
  }

  private static TestReader back(TestServer server, String path, String token) throws IOException {
    return TestReader.open(
        server.port(), path, "Authorization: Bearer " + token, ACCEPT, "Last-Event-ID: 0");
  }

  @Test
  void aLogoutAsTheGuideHasItEndsEveryTabAndNoTabComesBack() throws Exception {
    String token =
        TestTokens.sign(
            TestTokens.claims(
                    "alice", "subscribe", Instant.now().minusSeconds(60), Duration.ofHours(1))
                .build());
    String cookie = "Cookie: session=" + token;
    String backend = TestTokens.of("backend", "operate");
    try (var server = TestServer.start(TestTokens.settings(Map.of("auth.cookie", "session")));
        var firstTab = tab(server, cookie);
        var secondTab = tab(server, cookie);
        var bob = open(server, "/v1/events", TestTokens.of("bob", "subscribe"))) {
      firstTab.awaitLive();
      secondTab.awaitLive();
      bob.awaitLive();

      long started = System.nanoTime();
      assertThat(sendAsTheGuideHasIt(server, backend).statusCode()).isEqualTo(200);
      for (TestReader tab : List.of(firstTab, secondTab)) {
        // What the guide's listener looks for.
        assertThat(tab.nextControl("stream.closing")).contains("\"reconnect\":false");
        tab.awaitEnd();
      }
      assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(A_SECOND);

      // A page without the listener comes back by itself: with the old cookie, and without one.
      String cursor = "Last-Event-ID: " + firstTab.lastEventId();
      assertThat(status(server, cookie, cursor)).isEqualTo(204);
      assertThat(status(server, cursor)).isEqualTo(401);
      publish(server, "bob", "still here");
      assertThat(bob.nextEvent()).isEqualTo("data: still here");

      // The next login: a token of the same second is not told from one of before the logout.
      Instant now = Instant.now();
      try (var back = tab(server, "Cookie: session=" + login(now.plusSeconds(1)))) {
        back.awaitLive();
      }
    }
  }

  @Test
  void afterALogoutATokenWithAFractionalIssueTimeIsGoodAtOnce() throws Exception {
    try (var server = TestServer.start(TestTokens.settings(Map.of()))) {
      revoke(server, TestTokens.of("backend", "operate"), "{\"user\":\"alice\"}");
      double issued = (System.currentTimeMillis() + 1) / 1000.0;
      String fractional =
          TestTokens.sign(
              TestTokens.claims("alice", "subscribe", Instant.now(), Duration.ofHours(1))
                  .claim("iat", issued)
                  .build());

      try (var stream = open(server, "/v1/events", fractional)) {
        stream.awaitLive();
      }
    }
  }

  private static String login(Instant issuedAt) {
    return TestTokens.sign(
        TestTokens.claims("alice", "subscribe", issuedAt, Duration.ofHours(1)).build());
  }

  /** Method, path, type and body are those of the guide. */
  private static HttpResponse<String> sendAsTheGuideHasIt(TestServer server, String token)
      throws IOException {
    Matcher block =
        Pattern.compile("```http logout\n(\\S+) (\\S+)\n([^:]+): (.+)\n\n(.+)\n```")
            .matcher(Files.readString(GUIDE));
    assertThat(block.find()).isTrue();
    return server.send(
        HttpRequest.newBuilder(server.uri(block.group(2)))
            .header("Authorization", "Bearer " + token)
            .header(block.group(3), block.group(4))
            .method(block.group(1), HttpRequest.BodyPublishers.ofString(block.group(5))));
  }

  private static TestReader tab(TestServer server, String cookie) throws IOException {
    return TestReader.open(
        server.port(), "/v1/events", cookie, "Sec-Fetch-Site: same-origin", ACCEPT);
  }

  private static final String ACCEPT = "Accept: text/event-stream";

  private static int status(TestServer server, String... headers) throws IOException {
    var all = new ArrayList<>(List.of(headers));
    all.add(ACCEPT);
    all.add("Sec-Fetch-Site: same-origin");
    try (var socket =
        TestReader.request(server.port(), "GET", "/v1/events", all.toArray(String[]::new))) {
      return TestReader.status(socket);
    }
  }

  private static TestReader open(TestServer server, String path, String token) throws IOException {
    return TestReader.open(server.port(), path, "Authorization: Bearer " + token);
  }

  private static HttpResponse<String> revoke(TestServer server, String token, String body) {
    return post(server, "/v1/revocations", token, "application/json", body);
  }

  private static void publish(TestServer server, String user, String data) {
    String path = "/v1/users/" + user + "/events";
    String token = TestTokens.of("backend", "publish");
    assertThat(post(server, path, token, "text/plain", data).statusCode()).isEqualTo(202);
  }

  private static HttpResponse<String> post(
      TestServer server, String path, String token, String type, String body) {
    return server.send(
        HttpRequest.newBuilder(server.uri(path))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", type)
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }
}
