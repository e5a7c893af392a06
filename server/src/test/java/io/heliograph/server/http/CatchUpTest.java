package io.heliograph.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.PlainJson;
import io.heliograph.server.TestReader;
import io.heliograph.server.TestServer;
import io.heliograph.server.TestTokens;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Kept events as JSON. {@link CatchUpEqualsStreamTest} compares them with the stream. */
class CatchUpTest {

  private static final String EVENTS = "/v1/users/alice/events";

  static HttpResponse<String> get(TestServer server, String path, String... headers) {
    var request = HttpRequest.newBuilder(server.uri(path)).header("Accept", "application/json");
    return server.send(headers.length == 0 ? request : request.headers(headers));
  }

  static Object member(Map<?, ?> json, String name) {
    return Objects.requireNonNull(json.get(name), name);
  }

  /** A page as it was read. */
  record Page(List<Map<String, Object>> events, String cursor, Object gap, boolean more) {
    @SuppressWarnings("unchecked")
    static Page of(HttpResponse<String> answer) {
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
      assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
      var json = (Map<String, Object>) PlainJson.read(answer.body());
      assertThat(json).containsOnlyKeys("events", "cursor", "gap", "more");
      String cursor = (String) member(json, "cursor");
      assertThat(answer.headers().firstValue("Heliograph-Cursor")).contains(cursor);
      return new Page(
          (List<Map<String, Object>>) member(json, "events"),
          cursor,
          member(json, "gap"),
          ((PlainJson.Word) member(json, "more")).text().equals("true"));
    }

    List<String> data() {
      return events.stream().map(event -> (String) member(event, "data")).toList();
    }

    List<Long> times() {
      return events.stream()
          .map(event -> Long.valueOf(((PlainJson.Num) member(event, "time")).text()))
          .toList();
    }
  }

  private static Page page(TestServer server, String query) {
    return Page.of(get(server, EVENTS + query));
  }

  private static final PlainJson.Word NULL = new PlainJson.Word("null");

  @Test
  void anEventHasItsIdItsTypeItsDataAndItsTime() {
    try (var server = TestServer.start()) {
      long before = System.currentTimeMillis();
      server.post(
          EVENTS, "application/json", "{\"type\":\"order.shipped\",\"data\":{\"order\":17}}");
      server.publish("alice", "two\r\nlines \u0001 \"\uD83D\uDE80\"");
      long after = System.currentTimeMillis();
      Page page = page(server, "");

      assertThat(page.events()).hasSize(2);
      assertThat(page.events().getFirst()).containsOnlyKeys("id", "type", "data", "time");
      assertThat(page.events().stream().map(event -> event.get("type")))
          .containsExactly("order.shipped", "message");
      assertThat(page.data())
          .containsExactly("{\"order\":17}", "two\nlines \u0001 \"\uD83D\uDE80\"");
      assertThat(page.times())
          .allSatisfy(time -> assertThat(time).isBetween(before - 1, after + 1));
      assertThat(page.events().getLast().get("id")).isEqualTo(page.cursor());
      assertThat(page.gap()).isEqualTo(NULL);
      assertThat(page.more()).isFalse();
      assertThat(page(server, "").times()).isEqualTo(page.times());
    }
  }

  @Test
  void whatHasBeenPublishedComesInTheOrderOfTimeOverBothLogs() {
    try (var server = TestServer.start()) {
      for (int i = 1; i <= 30; i++) {
        if (i % 3 == 0) {
          server.broadcast("" + i);
        } else {
          server.publish("alice", "" + i);
        }
      }
      var all = new ArrayList<String>();
      Page page = page(server, "?limit=7");
      while (page.more()) {
        assertThat(page.events()).hasSize(7);
        all.addAll(page.data());
        page = page(server, "?limit=7&after=" + page.cursor());
      }
      all.addAll(page.data());

      assertThat(all)
          .containsExactlyElementsOf(
              IntStream.rangeClosed(1, 30).mapToObj(String::valueOf).toList());
      Page rest = page(server, "?after=" + page.cursor());
      assertThat(rest.events()).isEmpty();
      assertThat(rest.cursor()).isEqualTo(page.cursor());
    }
  }

  @Test
  void aPageIsFullOnlyIfThereIsOneMore() {
    try (var server = TestServer.start()) {
      server.publish("alice", "1");
      server.publish("alice", "2");
      server.post(EVENTS, "application/json", "{\"type\":\"other\",\"data\":3}");

      assertThat(page(server, "?limit=2").more()).isTrue();
      assertThat(page(server, "?limit=3").more()).isFalse();
      Page filtered = page(server, "?limit=2&types=message");
      assertThat(filtered.more()).isFalse();
      assertThat(filtered.data()).containsExactly("1", "2");
      assertThat(filtered.cursor()).isEqualTo(page(server, "").cursor());
      assertThat(page(server, "?after=" + filtered.cursor()).events()).isEmpty();
      assertThat(page(server, "").events()).hasSize(3);
    }
  }

  @Test
  void aPageHasAtMostAQuarterOfAMebibyteOrOneEvent() {
    try (var server =
        TestServer.start(Map.of("limits.event-bytes", "1MiB", "log.per-user.bytes", "4MiB"))) {
      for (int i = 0; i < 5; i++) {
        server.publish("alice", i + "x".repeat(60_000));
      }
      server.publish("alice", "5" + "x".repeat(600_000));
      server.publish("alice", "6");

      Page first = page(server, "?limit=1000");
      Page second = page(server, "?limit=1000&after=" + first.cursor());
      Page third = page(server, "?limit=1000&after=" + second.cursor());
      Page fourth = page(server, "?limit=1000&after=" + third.cursor());

      assertThat(first.events()).hasSize(4);
      assertThat(second.events()).hasSize(1);
      assertThat(third.data()).singleElement().asString().hasSize(600_001);
      assertThat(fourth.data()).containsExactly("6");
      assertThat(List.of(first.more(), second.more(), third.more(), fourth.more()))
          .containsExactly(true, true, true, false);
      assertThat(server.get("/metrics").body()).contains("heliograph_body_bytes 0");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GET | application/json | 200 | application/json",
        "GET | application/json, text/plain, */* | 200 | application/json",
        "HEAD | application/json | 200 | application/json",
        "GET | */* | 200 | text/event-stream",
        "GET | text/event-stream, application/json | 200 | text/event-stream",
        "GET | text/html | 406 | application/problem+json",
        "HEAD | text/html | 406 | application/problem+json",
        "GET | '' | 200 | text/event-stream"
      })
  void acceptDecidesWhatComes(String method, String accept, int status, String type)
      throws Exception {
    try (var server = TestServer.start()) {
      String header = "accept: " + accept;
      for (WireAnswer answer :
          accept.isEmpty()
              ? WireAnswer.overBoth(server, method, EVENTS)
              : WireAnswer.overBoth(server, method, EVENTS, header)) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.headers().get("content-type")).isEqualTo(type);
        if (type.equals("application/json")) {
          assertThat(answer.headers().get("content-length")).matches("[1-9]\\d*");
        }
        assertThat(answer.body().isEmpty())
            .isEqualTo(method.equals("HEAD") || type.equals("text/event-stream"));
      }
      // This path has always been a stream.
      for (WireAnswer answer : WireAnswer.overBoth(server, "GET", "/sse/alice", header)) {
        assertThat(answer.headers().get("content-type")).isEqualTo("text/event-stream");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "?limit=0",
        "?limit=1001",
        "?limit=x",
        "?limit=+5",
        "?limit=-5",
        "?limit=%D9%A5",
        "?limit=5%00",
        "?limit=",
        "?from=newest",
        "?types=",
        "?after=a&lastEventId=b",
        "?after=a&last_event_id=b",
        "?after=a&after=a"
      })
  void whatCannotBeMeantIsRefused(String query) {
    try (var server = TestServer.start()) {
      HttpResponse<String> answer = get(server, EVENTS + query);

      assertThat(answer.statusCode()).isEqualTo(400);
      assertThat(answer.body()).contains("urn:heliograph:problem:invalid-query");
    }
  }

  @Test
  void theCursorMayComeAsInAStreamAndTheHeaderCountsFirst() throws Exception {
    try (var server = TestServer.start()) {
      server.publish("alice", "1");
      String one = page(server, "").cursor();
      server.publish("alice", "2");
      String two = page(server, "").cursor();

      assertThat(page(server, "?lastEventId=" + one).data()).containsExactly("2");
      assertThat(page(server, "?last_event_id=" + one).data()).containsExactly("2");
      assertThat(Page.of(get(server, EVENTS + "?after=" + two, "Last-Event-ID", one)).data())
          .containsExactly("2");
      assertThat(page(server, "?after=" + one + "&from=oldest").data()).containsExactly("2");
      assertThat(page(server, "?after=").data()).containsExactly("1", "2");
      try (TestReader alice = server.open("/sse/alice?after=" + one)) {
        assertThat(alice.nextEvent()).isEqualTo("data: 2");
      }
    }
  }

  @Test
  void anEphemeralEventIsNotKept() throws Exception {
    try (var server = TestServer.start();
        var alice = server.subscribe("alice").awaitLive()) {
      server.publish("alice", "1");
      server.post(EVENTS, "application/json", "{\"data\":\"gone\",\"ephemeral\":true}");
      server.publish("alice", "2");
      assertThat(alice.nextEvents(3)).containsExactly("data: 1", "data: gone", "data: 2");

      assertThat(page(server, "").data()).containsExactly("1", "2");
    }
  }

  @Test
  void moreEphemeralEventsThanOneLookFindsLieBetweenTwoThatAreKept() throws Exception {
    try (var server = TestServer.start();
        var alice = server.subscribe("alice").awaitLive()) {
      server.publish("alice", "1");
      for (int i = 0; i < 20; i++) {
        server.post(
            EVENTS,
            "application/json",
            "{\"data\":\"" + "x".repeat(4_000) + "\",\"ephemeral\":true}");
      }
      server.publish("alice", "2");
      assertThat(alice.nextEvents(22).getLast()).isEqualTo("data: 2");

      assertThat(page(server, "").data()).containsExactly("1", "2");
    }
  }

  @Test
  void itOpensNoStreamAndTakesNoPlace() throws Exception {
    try (var server = TestServer.start(Map.of("limits.connections-per-user", "1"));
        var alice = server.subscribe("alice").awaitLive()) {
      for (int i = 0; i < 10; i++) {
        assertThat(page(server, "?after=" + alice.lastEventId()).events()).isEmpty();
        assertThat(get(server, "/v1/users/user" + i + "/events").statusCode()).isEqualTo(200);
      }

      assertThat(server.get("/v1/stats").body())
          .contains("\"connections\":1,")
          .contains("\"logs\":1,");
    }
  }

  @Test
  void itIsForWhoMayReadTheStreamByToken() throws Exception {
    try (var server = TestServer.start(TestTokens.settings(Map.of()))) {
      String alice = "Bearer " + TestTokens.of("alice", "subscribe publish");
      String operator = "Bearer " + TestTokens.of("ops", "operate");
      publishAs(server, alice);

      assertThat(Page.of(get(server, EVENTS, "Authorization", alice)).data()).containsExactly("1");
      assertThat(Page.of(get(server, "/v1/events", "Authorization", alice)).data())
          .containsExactly("1");
      assertThat(Page.of(get(server, EVENTS, "Authorization", operator)).data())
          .containsExactly("1");
      assertThat(get(server, "/v1/users/bob/events", "Authorization", alice).statusCode())
          .isEqualTo(403);
      assertThat(get(server, "/v1/events", "Authorization", operator).statusCode()).isEqualTo(403);
      assertThat(get(server, EVENTS).statusCode()).isEqualTo(401);
      String ticket =
          server
              .send(
                  HttpRequest.newBuilder(server.uri("/v1/tickets"))
                      .header("Authorization", alice)
                      .POST(HttpRequest.BodyPublishers.noBody()))
              .body()
              .replaceAll(".*\"ticket\":\"([^\"]+)\".*", "$1");
      assertThat(get(server, "/v1/events?ticket=" + ticket).statusCode()).isEqualTo(401);
      try (TestReader stream = server.open("/v1/events?ticket=" + ticket + "&from=oldest")) {
        assertThat(stream.nextEvent()).isEqualTo("data: 1");
      }
    }
  }

  private static void publishAs(TestServer server, String authorization) throws IOException {
    HttpResponse<String> published =
        server.send(
            HttpRequest.newBuilder(server.uri(EVENTS))
                .header("Authorization", authorization)
                .header("Content-Type", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofString("1")));
    assertThat(published.statusCode()).isEqualTo(202);
  }

  @Test
  void theReturnThatAKickRefusesIsTheStreams() throws Exception {
    try (var server = TestServer.start();
        var alice = server.subscribe("alice").awaitLive()) {
      String connection =
          server.heliograph().hub().connections().page("", 1).getFirst().user().value();
      assertThat(connection).isEqualTo("alice");
      String id =
          server
              .get("/v1/users/alice")
              .body()
              .replaceAll(".*\"connections\":\\[\\{\"id\":\"([^\"]+)\".*", "$1");
      server.send(HttpRequest.newBuilder(server.uri("/v1/users/alice/connections/" + id)).DELETE());
      alice.awaitEnd();

      assertThat(page(server, "?after=" + alice.lastEventId()).events()).isEmpty();
      HttpResponse<String> back =
          server.send(
              HttpRequest.newBuilder(server.uri("/sse/alice"))
                  .header("Accept", "text/event-stream")
                  .header("Last-Event-ID", alice.lastEventId()));
      assertThat(back.statusCode()).isEqualTo(204);
    }
  }

  @Test
  void whoAsksAgainAndAgainWhileOthersPublishReadsEachOnce() throws Exception {
    int last = 2_000;
    try (var server = TestServer.start()) {
      var publishing =
          CompletableFuture.runAsync(
              () -> {
                for (int i = 1; i <= last; i++) {
                  if (i % 4 == 0) {
                    server.broadcast("" + i);
                  } else {
                    server.publish("alice", "" + i);
                  }
                }
              });
      var read = new ArrayList<String>();
      String cursor = "";
      int empty = 0;
      while (read.size() < last && empty < 2) {
        boolean done = publishing.isDone();
        Page page = page(server, "?limit=37&after=" + cursor);
        assertThat(page.gap()).isEqualTo(NULL);
        read.addAll(page.data());
        cursor = page.cursor();
        empty = done && page.events().isEmpty() ? empty + 1 : 0;
      }
      publishing.join();

      assertThat(read).hasSize(last);
      assertThat(new TreeSet<>(read)).hasSize(last);
    }
  }
}
