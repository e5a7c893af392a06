package io.heliograph.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.TestReader;
import io.heliograph.server.TestServer;
import io.heliograph.server.TestTokens;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The cursor of a user, which is to be had without a stream. */
class UserCursorTest {

  private static final Pattern BODY = Pattern.compile("\\{\"cursor\":\"([0-9a-z.-]+)\"}");

  private static String cursor(TestServer server, String user) {
    String body = server.get("/v1/users/" + user + "/cursor").body();
    var matcher = BODY.matcher(body);
    assertThat(matcher.matches()).as(body).isTrue();
    return matcher.group(1);
  }

  @Test
  void itComesInTheBodyAndInAHeaderAndIsNotKept() throws Exception {
    try (var server = TestServer.start(Map.of("cors.origins", "https://app.example.com"))) {
      server.publish("alice", "1");
      server.broadcast("2");
      WireAnswer got =
          WireAnswer.overHttp1(
              server, "GET", "/v1/users/alice/cursor", "Origin: https://app.example.com");
      WireAnswer head = WireAnswer.overHttp2(server, "HEAD", "/v1/users/alice/cursor");
      String cursor = got.headers().get("heliograph-cursor");

      assertThat(got.status()).isEqualTo(200);
      assertThat(got.body()).isEqualTo("{\"cursor\":\"" + cursor + "\"}");
      assertThat(got.headers().get("cache-control")).isEqualTo("no-store");
      assertThat(got.headers().get("content-type")).isEqualTo("application/json");
      assertThat(got.headers().get("access-control-expose-headers")).contains("Heliograph-Cursor");
      assertThat(head.status()).isEqualTo(200);
      assertThat(head.body()).isEmpty();
      assertThat(head.headers().get("heliograph-cursor")).isEqualTo(cursor);
    }
  }

  @Test
  void itIsWhereAStreamThatOpensNowWouldBegin() throws Exception {
    try (var server = TestServer.start()) {
      server.publish("alice", "1");
      server.broadcast("2");
      String cursor = cursor(server, "alice");

      try (TestReader alice = server.subscribe("alice").awaitLive()) {
        assertThat(alice.lastEventId()).isEqualTo(cursor);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nobody-published", "published", "read-and-left"})
  void aStreamFromItMissesNothingAndIsToldNoGap(String before) throws Exception {
    try (var server = TestServer.start()) {
      if (before.equals("published")) {
        server.publish("alice", "old");
      } else if (before.equals("read-and-left")) {
        server.subscribe("alice").awaitLive().close();
      }
      String cursor = cursor(server, "alice");
      server.publish("alice", "1");
      server.publish("alice", "2");
      server.broadcast("3");

      try (TestReader alice = server.open("/sse/alice?lastEventId=" + cursor)) {
        assertThat(alice.nextControl("stream.open")).contains("\"mode\":\"resumed\"");
        assertThat(alice.nextControl("stream.live")).isEqualTo("{\"replayed\":3}");
      }
      try (TestReader alice = server.resume("alice", cursor)) {
        assertThat(alice.nextEvents(3)).containsExactlyInAnyOrder("data: 1", "data: 2", "data: 3");
      }
    }
  }

  @Test
  void itCostsNoStreamAndNoLog() throws Exception {
    try (var server = TestServer.start(Map.of("limits.connections-per-user", "1"));
        var alice = server.subscribe("alice").awaitLive()) {
      for (int i = 0; i < 20; i++) {
        assertThat(server.get("/v1/users/alice/cursor").statusCode()).isEqualTo(200);
        assertThat(server.get("/v1/users/user" + i + "/cursor").statusCode()).isEqualTo(200);
      }

      assertThat(server.get("/v1/stats").body())
          .contains("\"connections\":1,")
          .contains("\"logs\":1,");
      assertThat(alice.lastEventId()).isEqualTo(cursor(server, "alice"));
    }
  }

  @Test
  void itIsForWhoMayReadTheStream() throws Exception {
    try (var server = TestServer.start(TestTokens.settings(Map.of()))) {
      String alice = TestTokens.of("alice", "subscribe");

      assertThat(get(server, "/v1/users/alice/cursor", alice).statusCode()).isEqualTo(200);
      assertThat(get(server, "/v1/cursor", alice).body())
          .isEqualTo(get(server, "/v1/users/alice/cursor", alice).body());
      HttpResponse<String> ofBob = get(server, "/v1/users/bob/cursor", alice);
      assertThat(ofBob.statusCode()).isEqualTo(403);
      assertThat(ofBob.headers().firstValue("Heliograph-Cursor")).isEmpty();
      assertThat(get(server, "/v1/users/bob/cursor", TestTokens.of("ops", "operate")).statusCode())
          .isEqualTo(200);
      assertThat(get(server, "/v1/cursor", TestTokens.of("ops", "operate")).statusCode())
          .isEqualTo(403);
      assertThat(server.get("/v1/users/alice/cursor").statusCode()).isEqualTo(401);
    }
  }

  @Test
  void aTicketOpensAStreamAndIsNotSpentOnTheCursor() throws Exception {
    try (var server = TestServer.start(TestTokens.settings(Map.of()))) {
      String body =
          server
              .send(
                  HttpRequest.newBuilder(server.uri("/v1/tickets"))
                      .header("Authorization", "Bearer " + TestTokens.of("alice", "subscribe"))
                      .POST(HttpRequest.BodyPublishers.noBody()))
              .body();
      String ticket = body.replaceAll(".*\"ticket\":\"([^\"]+)\".*", "$1");

      assertThat(server.get("/v1/cursor?ticket=" + ticket).statusCode()).isEqualTo(401);
      try (TestReader alice = server.open("/v1/events?ticket=" + ticket)) {
        assertThat(alice.nextControl("stream.open")).contains("\"user\":\"alice\"");
      }
    }
  }

  @Test
  void withoutAuthenticationNobodyKnowsWhoCalls() {
    try (var server = TestServer.start()) {
      HttpResponse<String> refused = server.get("/v1/cursor");

      assertThat(refused.statusCode()).isEqualTo(400);
      assertThat(refused.body()).contains("no-user").contains("GET /v1/users/{user}/cursor");
    }
  }

  /** The recipe of docs/guides/state-and-stream.md, while events are published all the time. */
  @Test
  void cursorThenStateThenStreamLosesNothing() throws Exception {
    int last = 3_000;
    Set<Integer> state = new ConcurrentSkipListSet<>();
    try (var server = TestServer.start()) {
      var publishing =
          CompletableFuture.runAsync(
              () -> {
                for (int i = 1; i <= last; i++) {
                  state.add(i); // The state first: it is never behind an event.
                  if (i % 5 == 0) {
                    server.broadcast("" + i);
                  } else {
                    server.publish("alice", "" + i);
                  }
                }
              });
      int pages = 0;
      int fromStreams = 0;
      while (!publishing.isDone()) {
        String cursor = cursor(server, "alice");
        var shown = new TreeSet<Integer>(state);
        int loaded = shown.size();
        try (TestReader alice = server.open("/sse/alice?lastEventId=" + cursor)) {
          // What an event says twice does no harm; what neither says is lost.
          for (String data : eventsUntilLive(alice)) {
            shown.add(Integer.valueOf(data));
          }
          Set<Integer> changed = new TreeSet<>(state); // Each is published, or is about to be.
          while (!shown.containsAll(changed)) {
            shown.add(Integer.valueOf(alice.nextEvent().substring("data: ".length())));
          }
        }
        pages++;
        fromStreams += shown.size() - loaded;
      }
      publishing.join();

      assertThat(pages).isGreaterThan(1);
      assertThat(fromStreams).isPositive();
    }
  }

  private static List<String> eventsUntilLive(TestReader reader) throws InterruptedException {
    var events = new ArrayList<String>();
    for (String block = reader.nextBlock();
        !block.startsWith("event: stream.live");
        block = reader.nextBlock()) {
      assertThat(block).doesNotStartWith("event: stream.gap");
      if (TestReader.isEvent(block)) {
        events.add(block.substring(block.lastIndexOf("data: ") + "data: ".length()));
      }
    }
    return events;
  }

  private static HttpResponse<String> get(TestServer server, String path, String token)
      throws IOException {
    return server.send(
        HttpRequest.newBuilder(server.uri(path)).header("Authorization", "Bearer " + token));
  }
}
