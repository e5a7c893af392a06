package io.heliograph.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import io.heliograph.server.TestReader;
import io.heliograph.server.TestServer;
import io.heliograph.server.TestTokens;
import io.heliograph.server.config.SettingsException;
import io.heliograph.server.gate.Access;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may do what, over real HTTP. */
class AccessTest {

  private static final String ALICE = TestTokens.of("alice", "subscribe");
  private static final String OPERATOR = TestTokens.of("ops", "operate");

  @Test
  void noRouteAnswersWithoutATokenButHealth() {
    try (var server = start(Map.of())) {
      for (Routes.Route route : routes()) {
        HttpResponse<String> answer =
            server.send(
                HttpRequest.newBuilder(
                        server.uri(
                            route
                                .path()
                                .replace("{user}", "alice")
                                .replace("{id}", "x")
                                .replace("{hash}", new ScriptHandler().hash())))
                    .method(route.method().text(), HttpRequest.BodyPublishers.ofString("{}")));

        if (route.access() == Access.OPEN) {
          assertThat(answer.statusCode()).as(route.path()).isEqualTo(200);
          assertThat(route.path())
              .matches("/|/health/.*|/openapi.yaml|/heliograph.*\\.js|/console(\\.js|\\.css)?");
        } else {
          assertThat(answer.statusCode()).as(route.path()).isEqualTo(401);
          assertThat(answer.headers().firstValue("WWW-Authenticate"))
              .contains("Bearer realm=\"heliograph\"");
          assertThat(answer.body()).contains("urn:heliograph:problem:unauthenticated");
        }
      }
    }
  }

  @Test
  void everyRouteAsksForItsScope() {
    try (var server = start(Map.of())) {
      for (Routes.Route route : routes()) {
        String scope =
            switch (route.access()) {
              case OPEN -> "";
              case READ, READ_OWN, FETCH, FETCH_OWN, TICKET -> "publish";
              case PUBLISH -> "subscribe operate";
              case OPERATE, LOOK_ON, SCRAPE -> "subscribe publish";
            };
        if (!scope.isEmpty()) {
          HttpResponse<String> answer =
              server.send(
                  HttpRequest.newBuilder(
                          server.uri(
                              route
                                  .path()
                                  .replace("{user}", "alice")
                                  .replace("{id}", "x")
                                  .replace("{hash}", new ScriptHandler().hash())))
                      .header("Authorization", "Bearer " + TestTokens.of("alice", scope))
                      .method(route.method().text(), HttpRequest.BodyPublishers.ofString("{}")));
          assertThat(answer.statusCode()).as(route.path()).isEqualTo(403);
          assertThat(answer.headers().firstValue("WWW-Authenticate"))
              .hasValueSatisfying(value -> assertThat(value).contains("insufficient_scope"));
          assertThat(answer.body()).contains("urn:heliograph:problem:forbidden");
        }
      }
    }
  }

  @Test
  void theScrapeTokenReadsTheMetricsAndNothingElse(@TempDir Path directory) throws Exception {
    String token = "0123456789abcdef0123456789abcdef";
    Path file = Files.writeString(directory.resolve("scrape-token"), token + "\n");
    try (var server = start(Map.of("auth.scrape-token-file", file.toString()))) {
      for (Routes.Route route : routes()) {
        if (route.access() != Access.OPEN) {
          HttpResponse<String> answer =
              server.send(
                  HttpRequest.newBuilder(
                          server.uri(
                              route
                                  .path()
                                  .replace("{user}", "alice")
                                  .replace("{id}", "x")
                                  .replace("{hash}", new ScriptHandler().hash())))
                      .header("Authorization", "bearer " + token)
                      .method(route.method().text(), HttpRequest.BodyPublishers.ofString("{}")));

          assertThat(answer.statusCode())
              .as(route.path())
              .isEqualTo(route.path().equals("/metrics") ? 200 : 401);
        }
      }
      assertThat(get(server, "/metrics", OPERATOR).statusCode()).isEqualTo(200);
      for (String other :
          new String[] {token.substring(1), token + "0", token.replace('f', 'e'), token + " x"}) {
        assertThat(get(server, "/metrics", other).statusCode()).as(other).isEqualTo(401);
      }
      HttpResponse<String> basic =
          server.send(
              HttpRequest.newBuilder(server.uri("/metrics"))
                  .header("Authorization", "Basic " + token));
      assertThat(basic.statusCode()).isEqualTo(401);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "too-short", "0123456789 0123456789 0123456789 012"})
  void aScrapeTokenThatIsTooShortOrNoTokenStopsTheStartAndIsNotShown(
      String token, @TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("scrape-token"), token);

    assertThatThrownBy(() -> start(Map.of("auth.scrape-token-file", file.toString())).close())
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("at least 32 characters")
        .message()
        .matches(message -> token.isEmpty() || !message.contains(token));
  }

  @Test
  void aUserReadsItsOwnStreamByEitherName() throws Exception {
    try (var server = start(Map.of());
        var own = open(server, "/v1/events", ALICE);
        var named = open(server, "/sse/alice", ALICE);
        var operator = open(server, "/v1/users/alice/events", OPERATOR)) {
      own.awaitLive();
      named.awaitLive();
      operator.awaitLive();
      publish(server, "alice", "hi");

      assertThat(own.nextEvent()).isEqualTo("data: hi");
      assertThat(named.nextEvent()).isEqualTo("data: hi");
      assertThat(operator.nextEvent()).isEqualTo("data: hi");
    }
  }

  @Test
  void anotherUsersStreamIsRefusedInTheSameWordsWhetherThatUserIsThereOrNot() throws Exception {
    try (var server = start(Map.of());
        var bob = open(server, "/v1/events", TestTokens.of("bob", "subscribe"))) {
      bob.awaitLive();

      HttpResponse<String> online = get(server, "/v1/users/bob/events", ALICE);
      HttpResponse<String> unknown = get(server, "/v1/users/nobody/events", ALICE);

      assertThat(online.statusCode()).isEqualTo(403);
      assertThat(withoutRequestId(online)).isEqualTo(withoutRequestId(unknown));
      assertThat(online.headers().map().keySet()).isEqualTo(unknown.headers().map().keySet());
      assertThat(get(server, "/sse/Alice", ALICE).statusCode()).isEqualTo(403);
    }
  }

  @Test
  void whoCallsIsNotMixedUpOnOneConnectionNorAtTheSameTime() throws Exception {
    try (var server = start(Map.of());
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var wrong = new AtomicInteger();
      for (int i = 0; i < 50; i++) {
        String user = "user-" + i;
        threads.execute(
            () -> {
              String token = TestTokens.of(user, "subscribe");
              try (var stream = open(server, "/v1/events", token)) {
                if (!stream.nextControl("stream.open").contains("\"" + user + "\"")) {
                  wrong.incrementAndGet();
                }
                String path = "/v1/events?ticket=" + ticketOf(ticket(server, token));
                try (var byTicket = TestReader.open(server.port(), path)) {
                  if (!byTicket.nextControl("stream.open").contains("\"" + user + "\"")) {
                    wrong.incrementAndGet();
                  }
                }
              } catch (IOException | InterruptedException | AssertionError e) {
                wrong.incrementAndGet();
              }
            });
      }
      threads.shutdown();
      assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
      assertThat(wrong).hasValue(0);
    }
  }

  @Test
  void requestsThatAreOddAreRefusedAndAreNoFault() throws Exception {
    try (var server = start(Map.of("auth.cookie", "session"))) {
      for (String header :
          new String[] {
            "Cookie: ;;;==;;session",
            "Cookie: session=",
            "Cookie: session=\"",
            "Authorization: Bearer",
            "Authorization: Bearer ",
            "Authorization: Basic YTpi",
            "Authorization: bearer a.b.c",
            "Origin: \u00e9://x",
            "Origin:"
          }) {
        assertThat(statusOf(server, "GET", "/v1/users", header)).as(header).isEqualTo(401);
      }
      assertThat(statusOf(server, "GET", "/v1/events?ticket=%00%ff")).isEqualTo(401);
      assertThat(statusOf(server, "GET", "/v1/events?ticket=a&ticket=b")).isEqualTo(400);
    }
    try (var server = TestServer.start()) {
      var statuses = new LinkedHashMap<String, Integer>();
      for (String host : new String[] {"", "[", "a b", "localhost:x", ":", "[::1"}) {
        statuses.put(host, statusOfHost(server, host));
      }
      assertThat(statuses)
          .isEqualTo(
              Map.of("", 400, "[", 400, "a b", 400, "localhost:x", 400, ":", 400, "[::1", 400));
    }
  }

  @Test
  void aTokenInTheUrlIsNotRead() {
    try (var server = start(Map.of())) {
      for (String name : new String[] {"token", "access_token", "ticket", "jwt"}) {
        assertThat(server.get("/v1/events?" + name + "=" + ALICE).statusCode()).isEqualTo(401);
      }
      assertThat(server.get("/v1/users?ticket=" + OPERATOR).statusCode()).isEqualTo(401);
    }
  }

  @Test
  void aBadTokenSaysWhyAndIsNotMadeGoodByACookie() {
    try (var server = start(Map.of("auth.cookie", "session"))) {
      HttpResponse<String> answer =
          server.send(
              HttpRequest.newBuilder(server.uri("/v1/users"))
                  .header("Authorization", "Bearer " + OPERATOR + "x")
                  .header("Cookie", "session=" + OPERATOR));

      assertThat(answer.statusCode()).isEqualTo(401);
      assertThat(answer.body()).contains("urn:heliograph:problem:invalid-token");
      assertThat(answer.headers().firstValue("WWW-Authenticate"))
          .hasValueSatisfying(value -> assertThat(value).contains("error=\"invalid_token\""));
      String old =
          TestTokens.sign(
              TestTokens.claims(
                      "ops", "operate", Instant.now().minusSeconds(60), Duration.ofSeconds(30))
                  .build());
      assertThat(get(server, "/v1/users", old).body())
          .contains("urn:heliograph:problem:token-expired");
    }
  }

  @Test
  void aCookieCountsOnlyFromPagesOfTheServersOwnOriginOrOfOneThatIsNamed() throws Exception {
    try (var server =
        start(Map.of("auth.cookie", "session", "cors.origins", "https://app.example.com"))) {
      String own = "http://127.0.0.1:" + server.port();
      String cookie = "session=" + OPERATOR;

      assertThat(status(server, cookie, "Origin: " + own)).isEqualTo(200);
      assertThat(status(server, cookie, "Origin: https://app.example.com")).isEqualTo(200);
      assertThat(status(server, cookie, "Sec-Fetch-Site: same-origin")).isEqualTo(200);
      assertThat(status(server, cookie)).isEqualTo(200); // A browser of old, reading.
      assertThat(status(server, cookie, "Origin: https://evil.example")).isEqualTo(403);
      assertThat(status(server, cookie, "Origin: https://app.example.com.evil.example"))
          .isEqualTo(403);
      assertThat(status(server, cookie, "Origin: null")).isEqualTo(403);
      assertThat(status(server, cookie, "Sec-Fetch-Site: same-site")).isEqualTo(403);
      assertThat(status(server, cookie, "Sec-Fetch-Site: cross-site")).isEqualTo(403);
      // What changes something must say where it comes from.
      var post =
          HttpRequest.newBuilder(server.uri("/v1/revocations"))
              .header("Cookie", cookie)
              .POST(HttpRequest.BodyPublishers.ofString("{\"user\":\"x\"}"));
      assertThat(server.send(post).statusCode()).isEqualTo(403);
      assertThat(server.send(post.header("X-None", "0")).body())
          .contains("urn:heliograph:problem:origin-not-allowed");
    }
  }

  @Test
  void aStreamEndsWithItsTokenAndSaysSoBefore() throws Exception {
    try (var server = start(Map.of("stream.heartbeat", "1s"))) {
      String shortLived = TestTokens.of("alice", "subscribe", Duration.ofSeconds(4));
      try (var reader = open(server, "/v1/events", shortLived)) {
        reader.awaitLive();

        assertThat(reader.nextControl("stream.expiring")).matches("\\{\"inMs\":\\d{1,3}}");
        assertThat(reader.nextControl("stream.closing"))
            .isEqualTo("{\"reason\":\"token-expired\",\"reconnect\":true}");
        reader.awaitEnd();
      }
      assertThat(get(server, "/v1/events", shortLived).body())
          .contains("urn:heliograph:problem:token-expired");
    }
  }

  @Test
  void aReturnWithATokenThatHasJustEndedIsAskedToComeAgainForAMinute() throws Exception {
    try (var server = TestServer.start(TestTokens.settings(Map.of("auth.cookie", "session")))) {
      String justEnded = ended(Duration.ofSeconds(30));
      String cursor = "1.a.b-1.c-2";
      String accept = "Accept: text/event-stream";
      String id = "Last-Event-ID: " + cursor;
      for (String shown :
          List.of("Authorization: Bearer " + justEnded, "Cookie: session=" + justEnded)) {
        try (var back =
            TestReader.open(
                server.port(), "/v1/events", accept, id, shown, "Sec-Fetch-Site: same-origin")) {
          assertThat(back.head()).startsWith("HTTP/1.1 200 ");
          String goodbye = back.awaitEnd().getLast();
          assertThat(goodbye)
              .matches(
                  "retry: \\d+\nevent: stream.closing\nid: "
                      + cursor
                      + "\ndata: \\{\"reason\":\"token-expired\",\"reconnect\":true}");
          // 0.1 to 1 s, and a tenth of the time since the end.
          assertThat(Integer.parseInt(goodbye.replaceAll("(?s)^retry: (\\d+)\n.*", "$1")))
              .isBetween(3_100, 5_000);
        }
      }
      assertThat(get(server, "/metrics", OPERATOR).body())
          .contains("heliograph_refusals_total{reason=\"token-expired\"} 2.0\n");
      String authorization = "Authorization: Bearer " + justEnded;
      assertThat(statusOf(server, "GET", "/v1/events", authorization, accept)).isEqualTo(401);
      assertThat(statusOf(server, "GET", "/v1/events", authorization, id)).isEqualTo(401);
      String longAgo = "Authorization: Bearer " + ended(Duration.ofSeconds(61));
      assertThat(statusOf(server, "GET", "/v1/events", longAgo, accept, id)).isEqualTo(401);
      String forged = "Authorization: Bearer " + justEnded + "x";
      assertThat(statusOf(server, "GET", "/v1/events", forged, accept, id)).isEqualTo(401);
    }
  }

  @Test
  void aTokenThatHasJustEndedOpensNothingButTheReturnToAStream() throws Exception {
    try (var server = TestServer.start(TestTokens.settings(Map.of()))) {
      String authorization = "Authorization: Bearer " + ended(Duration.ofSeconds(30));
      String accept = "Accept: text/event-stream";
      String id = "Last-Event-ID: 1.a.b-1.c-2";
      // Anything but 401 a publisher would take for an event that is kept.
      for (String call :
          List.of("POST /v1/users/alice/events", "POST /v1/tickets", "GET /metrics")) {
        String[] parts = call.split(" ", 2);
        assertThat(statusOf(server, parts[0], parts[1], authorization, accept, id))
            .as(call)
            .isEqualTo(401);
      }

      try (var socket =
          TestReader.request(server.port(), "HEAD", "/v1/events", authorization, accept, id)) {
        socket.setSoTimeout(10_000);
        assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
            .startsWith("HTTP/1.1 200 ")
            .endsWith("\r\n\r\n")
            .doesNotContain("stream.closing");
      }
    }
  }

  private static String ended(Duration ago) {
    return TestTokens.sign(
        TestTokens.claims(
                "alice",
                "subscribe",
                Instant.now().minus(ago).minusSeconds(600),
                Duration.ofMinutes(10))
            .build());
  }

  /** As docs/guides/authentication.md says. */
  @Test
  void aStreamIsRenewedWithATicketAndItsLastIdWithoutALoss() throws Exception {
    try (var server = TestServer.start(TestTokens.settings(Map.of("stream.heartbeat", "1s")))) {
      String first = TestTokens.of("alice", "subscribe", Duration.ofSeconds(5));
      String path = "/v1/events?ticket=" + ticketOf(ticket(server, first)) + "&lastEventId=";
      String place;
      try (var reader = TestReader.open(server.port(), path)) {
        reader.awaitLive();
        reader.nextControl("stream.expiring");
        place = reader.lastEventId();
      }
      publish(server, "alice", "in between");

      path = "/v1/events?ticket=" + ticketOf(ticket(server, ALICE)) + "&lastEventId=" + place;
      try (var next = TestReader.open(server.port(), path)) {
        assertThat(next.nextControl("stream.open")).contains("\"mode\":\"resumed\"");
        assertThat(next.nextEvent()).isEqualTo("data: in between");
      }
    }
  }

  @Test
  void aStreamThatIsRefusedDoesNotUseItsTicketUp() throws Exception {
    try (var server =
        TestServer.start(TestTokens.settings(Map.of("limits.connections-per-user", "1")))) {
      String path = "/v1/events?ticket=" + ticketOf(ticket(server, ALICE));
      try (var open =
              TestReader.open(server.port(), "/v1/events", "Authorization: Bearer " + ALICE)
                  .awaitLive();
          var refused = TestReader.open(server.port(), path, "Accept: text/event-stream")) {
        assertThat(refused.awaitEnd().getLast()).contains("too-many-connections");
        assertThat(open.lastEventId()).isNotEmpty();
      }
      await().until(() -> server.heliograph().hub().connections().count() == 0);

      try (var opened = TestReader.open(server.port(), path, "Accept: text/event-stream")) {
        assertThat(opened.nextControl("stream.open")).contains("\"mode\":\"fresh\"");
      }
    }
  }

  @Test
  void aRevokedUserIsOutWithinASecondAndANewTokenLetsItInAgain() throws Exception {
    Instant before = Instant.now().minusSeconds(5);
    String old =
        TestTokens.sign(
            TestTokens.claims("alice", "subscribe", before, Duration.ofHours(1)).build());
    try (var server = start(Map.of());
        var reader = open(server, "/v1/events", old);
        var bob = open(server, "/v1/events", TestTokens.of("bob", "subscribe"))) {
      reader.awaitLive();
      bob.awaitLive();

      long started = System.nanoTime();
      HttpResponse<String> answer = revoke(server, "{\"user\":\"alice\"}");
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).startsWith("{\"connections\":1,");
      publish(server, "alice", "secret");
      assertThat(reader.nextControl("stream.closing"))
          .isEqualTo("{\"reason\":\"revoked\",\"reconnect\":false}");
      assertThat(reader.awaitEnd()).noneMatch(block -> block.contains("secret"));
      // A second, and what a loaded machine adds; the next heartbeat comes after 15 s.
      assertThat(Duration.ofNanos(System.nanoTime() - started)).isLessThan(Duration.ofSeconds(5));

      assertThat(get(server, "/v1/events", old).body())
          .contains("urn:heliograph:problem:token-revoked");
      assertThat(
              server
                  .send(
                      HttpRequest.newBuilder(server.uri("/v1/events"))
                          .header("Accept", "text/event-stream")
                          .header("Authorization", "Bearer " + old))
                  .statusCode())
          .isEqualTo(204);
      publish(server, "bob", "still here");
      assertThat(bob.nextEvent()).isEqualTo("data: still here");
      Instant later = Instant.now().plusSeconds(1);
      String fresh =
          TestTokens.sign(
              TestTokens.claims("alice", "subscribe", later, Duration.ofHours(1)).build());
      try (var again = open(server, "/v1/events", fresh)) {
        again.awaitLive();
      }
    }
  }

  @Test
  void aRevokedTokenIsOutAndTheUsersOthersStay() throws Exception {
    JWTClaimsSet claims =
        TestTokens.claims("alice", "subscribe", Instant.now(), Duration.ofHours(1))
            .jwtID("t-1")
            .build();
    try (var server = start(Map.of());
        var reader = open(server, "/v1/events", TestTokens.sign(claims));
        var other = open(server, "/v1/events", ALICE)) {
      reader.awaitLive();
      other.awaitLive();

      assertThat(revoke(server, "{\"jti\":\"t-1\"}").body()).startsWith("{\"connections\":1,");

      assertThat(reader.nextControl("stream.closing")).contains("revoked");
      assertThat(get(server, "/v1/events", TestTokens.sign(claims)).statusCode()).isEqualTo(401);
      publish(server, "alice", "hi");
      assertThat(other.nextEvent()).isEqualTo("data: hi");
    }
  }

  @Test
  void aRevocationThatIsNoneIsRefused() {
    try (var server = start(Map.of())) {
      for (String body :
          new String[] {
            "",
            "[]",
            "{}",
            "{\"user\":1}",
            "{\"user\":\"a\",\"jti\":\"b\"}",
            "{\"users\":\"a\"}",
            "{\"user\":\"a\",\"until\":\"soon\"}",
            "{\"user\":\"a\",\"until\":\"2000-01-01T00:00:00Z\"}",
            "{\"jti\":\"\"}",
            "{\"user\":\"a\"",
            "{\"user\":\"a/b\"}",
            "x".repeat(5000)
          }) {
        HttpResponse<String> answer = revoke(server, body);
        assertThat(answer.statusCode()).as(body).isEqualTo(body.startsWith("x") ? 413 : 400);
        assertThat(answer.body()).contains("urn:heliograph:problem:");
      }
    }
  }

  @Test
  void aTicketOpensOneStreamAndThenOnlyResumesIt() throws Exception {
    try (var server = start(Map.of())) {
      HttpResponse<String> issued = ticket(server, ALICE);
      assertThat(issued.statusCode()).isEqualTo(201);
      assertThat(issued.body())
          .matches("\\{\"ticket\":\"[0-9A-Za-z_-]{43}\",\"expiresInMs\":30000}");
      String path = "/v1/events?ticket=" + ticketOf(issued);

      String lastEventId;
      try (var first = TestReader.open(server.port(), path)) {
        first.awaitLive();
        publish(server, "alice", "one");
        assertThat(first.nextEvent()).isEqualTo("data: one");
        lastEventId = first.lastEventId();

        // One at a time: a browser is asked to try again, because the old may not be known as gone.
        HttpResponse<String> second =
            server.send(
                HttpRequest.newBuilder(server.uri(path))
                    .header("Accept", "text/event-stream")
                    .header("Last-Event-ID", "x"));
        assertThat(second.statusCode()).isEqualTo(200);
        assertThat(second.body())
            .contains("{\"reason\":\"too-many-connections\",\"reconnect\":true}");
        assertThat(get(server, "/metrics", OPERATOR).body())
            .contains("heliograph_refusals_total{reason=\"ticket-in-use\"} 1.0\n");
      }
      publish(server, "alice", "two");
      await()
          .until(() -> get(server, "/v1/users/alice", OPERATOR).body().contains("online\":false"));

      assertThat(server.get(path).statusCode()).isEqualTo(401);
      try (var resumed = TestReader.open(server.port(), path, "Last-Event-ID: " + lastEventId)) {
        assertThat(resumed.nextEvent()).isEqualTo("data: two");
      }
    }
  }

  @Test
  void aTicketIsForItsOwnersStreamAndForNothingElse() {
    String all = TestTokens.of("alice", TestTokens.ALL);
    try (var server = start(Map.of())) {
      String ticket = ticketOf(ticket(server, all));

      assertThat(server.get("/v1/users?ticket=" + ticket).statusCode()).isEqualTo(401);
      assertThat(server.get("/v1/users/bob/events?ticket=" + ticket).statusCode()).isEqualTo(403);
      assertThat(server.get("/v1/events?ticket=" + "A".repeat(43)).body())
          .contains("urn:heliograph:problem:invalid-ticket");
    }
  }

  @Test
  void aTicketEndsWithItsOwnersAccess() throws Exception {
    try (var server = start(Map.of())) {
      String path = "/v1/events?ticket=" + ticketOf(ticket(server, ALICE));
      revoke(server, "{\"user\":\"alice\"}");

      assertThat(server.get(path).body()).contains("urn:heliograph:problem:token-revoked");
    }
  }

  @Test
  void whenAuthenticationIsOffThereIsNothingToGiveOrToTakeBack() {
    try (var server = TestServer.start()) {
      assertThat(server.post("/v1/tickets", "application/json", "").body())
          .contains("urn:heliograph:problem:auth-off");
      assertThat(server.post("/v1/revocations", "application/json", "{}").body())
          .contains("urn:heliograph:problem:auth-off");
    }
  }

  @Test
  void withoutAuthenticationAStrangersPageMayNeitherReadNorPublish() throws Exception {
    try (var server = TestServer.start(Map.of("cors.origins", "http://localhost:5173"))) {
      String[] drives = {
        "Origin: https://evil.example",
        "Origin: null",
        "Origin: http://127.0.0.1:" + (server.port() ^ 1),
        "Sec-Fetch-Site: cross-site"
      };
      for (String header : drives) {
        assertThat(statusOf(server, "GET", "/v1/stats", header)).as(header).isEqualTo(403);
        assertThat(
                statusOf(
                    server,
                    "POST",
                    "/v1/users/alice/events?type=x",
                    header,
                    PLAIN,
                    "Content-Length: 0"))
            .isEqualTo(403);
        assertThat(statusOf(server, "GET", "/sse/alice", header)).isEqualTo(403);
      }
      // DNS rebinding: the page's own name points to this machine.
      String rebound = "evil.example:" + server.port();
      assertThat(statusOfHost(server, rebound, "Origin: http://" + rebound)).isEqualTo(403);
      assertThat(statusOfHost(server, rebound)).isEqualTo(403);
      assertThat(statusOfHost(server, "localhost.evil.example")).isEqualTo(403);

      assertThat(statusOf(server, "GET", "/v1/stats", "Origin: http://localhost:5173"))
          .isEqualTo(200);
      assertThat(statusOf(server, "GET", "/v1/stats", "Origin: http://localhost")).isEqualTo(200);
      assertThat(statusOfHost(server, "[::1]:" + server.port())).isEqualTo(200);
      assertThat(statusOfHost(server, "app.localhost:1")).isEqualTo(200);
      assertThat(statusOfHost(server, "heliograph:8080")).isEqualTo(200); // A container's name.
    }
  }

  @Test
  void corsNamesExactOriginsOnStreamsToo() throws Exception {
    try (var server = start(Map.of("cors.origins", "https://app.example.com,https://b.example"));
        var stream =
            TestReader.open(
                server.port(),
                "/v1/events",
                "Authorization: Bearer " + ALICE,
                "Origin: https://b.example")) {
      assertThat(stream.head())
          .containsIgnoringCase("\r\nAccess-Control-Allow-Origin: https://b.example\r\n")
          .containsIgnoringCase("\r\nAccess-Control-Allow-Credentials: true\r\n")
          .containsIgnoringCase("\r\nVary: Origin\r\n");

      HttpResponse<String> preflight =
          server.send(
              HttpRequest.newBuilder(server.uri("/v1/users/alice/events"))
                  .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                  .header("Origin", "https://app.example.com")
                  .header("Access-Control-Request-Method", "POST"));
      assertThat(preflight.statusCode()).isEqualTo(204);
      assertThat(preflight.headers().firstValue("Access-Control-Allow-Origin"))
          .contains("https://app.example.com");
      assertThat(preflight.headers().firstValue("Access-Control-Allow-Methods"))
          .hasValueSatisfying(methods -> assertThat(methods).contains("GET").contains("POST"));
      assertThat(preflight.headers().firstValue("Access-Control-Allow-Headers"))
          .hasValueSatisfying(headers -> assertThat(headers).contains("Last-Event-ID"));

      HttpResponse<String> stranger =
          server.send(
              HttpRequest.newBuilder(server.uri("/v1/users"))
                  .header("Authorization", "Bearer " + OPERATOR)
                  .header("Origin", "https://evil.example"));
      assertThat(stranger.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
      assertThat(stranger.headers().firstValue("Vary")).contains("Origin");

      // A page must be able to read why it was refused.
      HttpResponse<String> refused =
          server.send(
              HttpRequest.newBuilder(server.uri("/v1/users"))
                  .header("Origin", "https://app.example.com"));
      assertThat(refused.statusCode()).isEqualTo(401);
      assertThat(refused.headers().firstValue("Access-Control-Allow-Origin"))
          .contains("https://app.example.com");
    }
  }

  @Test
  void withoutCorsNothingIsSaidOfIt() {
    try (var server = TestServer.start()) {
      HttpResponse<String> answer = server.get("/v1/stats");
      assertThat(answer.headers().firstValue("Vary")).isEmpty();
      assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
    }
  }

  @Test
  void whileNoKeyCanBeFetchedNobodyIsLetInAndNobodyIsToldThatItsTokenIsBad() throws Exception {
    int closedPort;
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      closedPort = taken.getLocalPort();
    }
    String token = "Authorization: Bearer " + keyOfNobody();
    try (var server =
        TestServer.start(
            Map.of(
                "auth.mode",
                "jwt",
                "auth.jwt.jwks-url",
                "http://127.0.0.1:" + closedPort + "/jwks"))) {
      HttpResponse<String> answer =
          server.send(
              HttpRequest.newBuilder(server.uri("/v1/stats"))
                  .header("Authorization", token.substring("Authorization: ".length())));
      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
      assertThat(answer.body()).contains("urn:heliograph:problem:keys-unavailable");
      assertThat(statusOf(server, "GET", "/v1/events", token)).isEqualTo(503);
      // A browser gives up for good on a 503: it is asked to come back.
      try (var browser =
          TestReader.open(server.port(), "/v1/events", token, "Accept: text/event-stream")) {
        assertThat(browser.nextControl("stream.closing"))
            .isEqualTo("{\"reason\":\"overloaded\",\"reconnect\":true}");
      }
      assertThat(statusOf(server, "GET", "/health/live")).isEqualTo(200);
    }
  }

  /** Well made, and signed with a key that could be among those at the URL. */
  private static String keyOfNobody() throws JOSEException {
    return TestTokens.sign(
        JWSAlgorithm.ES256,
        new ECKeyGenerator(Curve.P_256).keyID("k").generate(),
        TestTokens.claims("alice", TestTokens.ALL, Instant.now(), Duration.ofHours(1)).build());
  }

  private static final String PLAIN = "Content-Type: text/plain";

  private static TestServer start(Map<String, String> settings) {
    return TestServer.start(TestTokens.settings(settings));
  }

  private static Iterable<Routes.Route> routes() {
    return TestRoutes.table();
  }

  private static TestReader open(TestServer server, String path, String token) throws IOException {
    return TestReader.open(server.port(), path, "Authorization: Bearer " + token);
  }

  private static HttpResponse<String> get(TestServer server, String path, String token) {
    return server.send(
        HttpRequest.newBuilder(server.uri(path)).header("Authorization", "Bearer " + token));
  }

  private static HttpResponse<String> post(
      TestServer server, String path, String token, String type, String body) {
    return server.send(
        HttpRequest.newBuilder(server.uri(path))
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", type)
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  private static void publish(TestServer server, String user, String data) {
    assertThat(
            post(
                    server,
                    "/v1/users/" + user + "/events",
                    TestTokens.of("backend", "publish"),
                    "text/plain",
                    data)
                .statusCode())
        .isEqualTo(202);
  }

  private static HttpResponse<String> revoke(TestServer server, String body) {
    return post(server, "/v1/revocations", OPERATOR, "application/json", body);
  }

  private static HttpResponse<String> ticket(TestServer server, String token) {
    return post(server, "/v1/tickets", token, "application/json", "");
  }

  private static String ticketOf(HttpResponse<String> answer) {
    return Objects.requireNonNull(answer.body()).split("\"", -1)[3];
  }

  private static int status(TestServer server, String cookie, String... headers)
      throws IOException {
    var all = new String[headers.length + 1];
    System.arraycopy(headers, 0, all, 0, headers.length);
    all[headers.length] = "Cookie: " + cookie;
    return statusAt(server, "127.0.0.1:" + server.port(), "/v1/users", all);
  }

  private static int statusOf(TestServer server, String method, String path, String... headers)
      throws IOException {
    try (var socket = TestReader.request(server.port(), method, path, headers)) {
      return TestReader.status(socket);
    }
  }

  private static int statusOfHost(TestServer server, String host, String... headers)
      throws IOException {
    return statusAt(server, host, "/v1/stats", headers);
  }

  private static int statusAt(TestServer server, String host, String path, String... headers)
      throws IOException {
    try (var socket = TestReader.requestOf(host, server.port(), "GET", path, headers)) {
      return TestReader.status(socket);
    }
  }

  private static String withoutRequestId(HttpResponse<String> answer) {
    return answer.body().replaceFirst("\"requestId\":\"[^\"]*\"", "");
  }
}
