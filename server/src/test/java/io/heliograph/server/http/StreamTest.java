package io.heliograph.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.StreamPath;
import io.heliograph.server.TestReader;
import io.heliograph.server.TestServer;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The stream as a reader sees it. Each test has users of its own on one server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ParameterizedClass(name = "{0}")
@EnumSource(StreamPath.class)
@Order(1)
class StreamTest {

  // JUnit sets the one, and calls start() for the other: a class with one instance for all of its
  // tests gets nothing by its constructor.
  @SuppressWarnings("NullAway.Init")
  @Parameter
  private StreamPath streams;

  @SuppressWarnings("NullAway.Init")
  private TestServer server;

  @BeforeParameterizedClassInvocation
  void start() {
    server = streams.start();
  }

  @Test
  void ofABurstOfEphemeralEventsEachArrivesOrIsToldAsMissed() throws Exception {
    int all = 5_000;
    try (var reader = server.subscribe("burst").awaitLive()) {
      String item =
          "{\"users\":[\"burst\"],\"ephemeral\":true,\"data\":\"" + "x".repeat(900) + "\"}\n";
      server.post("/v1/events", "application/x-ndjson", item.repeat(all));

      int told = 0;
      while (told < all) {
        String block = reader.nextBlock();
        if (block.contains("event: stream.gap")) {
          assertThat(block).contains("\"reason\":\"ephemeral\"");
          told += Integer.parseInt(block.replaceAll("(?s).*\"lost\":(\\d+).*", "$1"));
        } else if (block.contains("data: xxx")) {
          told++;
        }
      }
      assertThat(told).isEqualTo(all);
    }
  }

  @AfterParameterizedClassInvocation
  void stop() {
    server.close();
  }

  @Test
  void itBeginsWithBytesAtOnceAndAPlaceToResumeFrom() throws Exception {
    try (var reader = server.subscribe("first")) {
      assertThat(reader.head())
          .startsWith("HTTP/1.1 200 OK\r\n")
          .contains("Content-Type: text/event-stream\r\n")
          .contains("Cache-Control: no-cache, no-transform\r\n")
          .contains("X-Accel-Buffering: no\r\n")
          .contains("Sse-Heartbeat-Interval: 15\r\n")
          .contains("Connection: keep-alive\r\n");
      assertThat(reader.nextBlock()).isEqualTo(":");
      assertThat(reader.nextBlock())
          .matches(
              "retry: 3000\nevent: stream.open\nid: [0-9A-Za-z.~_-]{1,128}\n"
                  + "data: \\{\"connection\":\"[0-9a-z-]+\",\"user\":\"first\","
                  + "\"mode\":\"fresh\",\"heartbeatMs\":15000,\"protocol\":2}");
      String place = reader.lastEventId();
      assertThat(reader.nextBlock())
          .isEqualTo("event: stream.live\nid: " + place + "\ndata: {\"replayed\":0}");
    }
  }

  /** Whatever it begins with: a page waits for it, and counts what it missed until then. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "fresh",
        "at the head",
        "behind",
        "behind, filtered",
        "oldest",
        "after a gap",
        "with heartbeat events"
      })
  void everyStreamSaysOnceThatItIsLive(String beginning) throws Exception {
    String user = "live-" + beginning.replaceAll("\\W", "-");
    String cursor;
    try (var before = server.subscribe(user).awaitLive()) {
      server.publish(user, "first");
      before.nextEvent();
      cursor = before.lastEventId();
    }
    String head = cursor;
    if (beginning.startsWith("behind")) {
      server.publish(user, "missed");
      server.publish(user, "missed, too");
    }
    String path =
        "/sse/"
            + user
            + switch (beginning) {
              case "fresh" -> "";
              case "at the head", "behind" -> "?lastEventId=" + head;
              case "behind, filtered" -> "?types=none&lastEventId=" + head;
              case "oldest" -> "?from=oldest";
              case "after a gap" -> "?lastEventId=nonsense";
              default -> "?heartbeat=event&lastEventId=" + head;
            };
    int replayed =
        switch (beginning) {
          case "behind" -> 2;
          // With the broadcasts of other tests.
          case "oldest", "after a gap" -> -1;
          default -> 0;
        };
    try (var reader = server.open(path)) {
      String live = reader.nextControl("stream.live");
      if (replayed >= 0) {
        assertThat(live).isEqualTo("{\"replayed\":" + replayed + "}");
      }
      server.post("/v1/users/" + user + "/events?type=none", "text/plain", "last");
      String block = reader.nextBlock();
      for (; !block.contains("data: last"); block = reader.nextBlock()) {
        assertThat(block).doesNotContain("stream.live");
      }
      reader.close();
      assertThat(reader.awaitEnd()).noneMatch(rest -> rest.contains("stream.live"));
    }
  }

  @Test
  void anEventReachesItsUserAndNoOther() throws Exception {
    try (var alice = server.subscribe("alice").awaitLive();
        var bob = server.subscribe("bob").awaitLive()) {
      server.publish("alice", "one\ntwo");
      server.publish("bob", "for bob");

      assertThat(alice.nextEvent()).isEqualTo("data: one\ndata: two");
      assertThat(bob.nextEvent()).isEqualTo("data: for bob");
    }
  }

  @Test
  void aFilterSparesTheReaderAndMovesItsCursorAllTheSame() throws Exception {
    String path = "/sse/filtering?types=order.*,note";
    String before;
    try (var reader = server.open(path).awaitLive()) {
      for (String type : List.of("other", "order.paid", "notes", "note", "order")) {
        server.post("/v1/users/filtering/events?type=" + type, "text/plain", type);
      }
      assertThat(reader.nextEvents(2))
          .containsExactly("event: order.paid\ndata: order.paid", "event: note\ndata: note");
      before = reader.lastEventId();
    }
    try (var again = server.open(path, "Last-Event-ID: " + before).awaitLive()) {
      // Nothing that it wants was missed, but its place has moved on past what it does not want.
      assertThat(again.lastEventId()).isNotEqualTo(before);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ",", "a,", "*a", "a*b", "a.*.c"})
  void aBadFilterIsRefused(String types) {
    var answer = server.get("/sse/filtering?types=" + types);

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body())
        .contains("invalid-query")
        .contains("'*' may only be the last character");
  }

  @Test
  void everyTabOfAUserGetsEveryEvent() throws Exception {
    try (var first = server.subscribe("tabs").awaitLive();
        var second = server.open("/v1/users/tabs/events").awaitLive()) {
      assertThat(server.publish("tabs", "1")).contains("\"connections\":2");
      server.publish("tabs", "2");

      assertThat(first.nextEvents(2)).containsExactly("data: 1", "data: 2");
      assertThat(second.nextEvents(2)).containsExactly("data: 1", "data: 2");
    }
  }

  @Test
  void aUserIdMayHoldAlmostAnything() throws Exception {
    String user = "Zoë & 漢字 %2 +?#\"\\";
    try (var reader = server.subscribe(user)) {
      assertThat(reader.nextControl("stream.open"))
          .contains("\"user\":\"Zoë & 漢字 %2 +?#\\\"\\\\\"");
      reader.awaitLive();
      server.publish(user, "for you");
      assertThat(reader.nextEvent()).isEqualTo("data: for you");
    }
  }

  @Test
  void aBroadcastReachesEverybodyNowAndLater() throws Exception {
    String place;
    try (var here = server.subscribe("here").awaitLive();
        var away = server.subscribe("away").awaitLive()) {
      place = away.lastEventId();
      away.close();
      server.broadcast("to all");
      assertThat(here.nextEvent()).isEqualTo("data: to all");
    }
    try (var back = server.resume("away", place)) {
      assertThat(back.nextEvent()).isEqualTo("data: to all");
    }
  }

  @Test
  void aReconnectGetsExactlyWhatItMissed() throws Exception {
    String place;
    try (var reader = server.subscribe("missed").awaitLive()) {
      server.publish("missed", "1");
      assertThat(reader.nextEvent()).isEqualTo("data: 1");
      place = reader.lastEventId();
    }
    server.publish("missed", "2");
    server.publish("missed", "3");

    try (var back = server.resume("missed", place)) {
      assertThat(back.nextControl("stream.open")).contains("\"mode\":\"resumed\"");
      assertThat(back.nextEvents(2)).containsExactly("data: 2", "data: 3");
      assertThat(back.nextControl("stream.live")).isEqualTo("{\"replayed\":2}");
      server.publish("missed", "4");
      assertThat(back.nextEvent()).isEqualTo("data: 4");
    }
  }

  @Test
  void aReaderThatIsCutBeforeItsFirstEventHasLostNothing() throws Exception {
    String place;
    try (var reader = server.subscribe("cut early").awaitLive()) {
      place = reader.lastEventId();
      assertThat(place).isNotEmpty();
    }
    await().until(() -> server.get("/v1/users/cut%20early").body().contains("\"online\":false"));
    server.publish("cut early", "while away");

    try (var back = server.resume("cut early", place)) {
      assertThat(back.nextControl("stream.open")).contains("\"mode\":\"resumed\"");
      assertThat(back.nextEvent()).isEqualTo("data: while away");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"?lastEventId=", "?last_event_id="})
  void theQueryIsForReadersThatCanSetNoHeader(String query) throws Exception {
    String user = "query" + query.length();
    String place;
    try (var reader = server.subscribe(user).awaitLive()) {
      place = reader.lastEventId();
    }
    server.publish(user, "missed");

    try (var back = server.open("/sse/" + user + query + place)) {
      assertThat(back.nextEvent()).isEqualTo("data: missed");
    }
  }

  @Test
  void theHeaderWinsOverTheQuery() throws Exception {
    String old;
    String latest;
    try (var reader = server.subscribe("both").awaitLive()) {
      old = reader.lastEventId();
      server.publish("both", "1");
      reader.nextEvent();
      latest = reader.lastEventId();
    }
    server.publish("both", "2");

    try (var back = server.open("/sse/both?lastEventId=" + old, "Last-Event-ID: " + latest)) {
      assertThat(back.nextEvent()).isEqualTo("data: 2");
    }
    // Some clients send an empty one until they have seen an id.
    try (var back = server.open("/sse/both?lastEventId=" + old, "Last-Event-ID: ")) {
      assertThat(back.nextEvent()).isEqualTo("data: 1");
    }
  }

  @Test
  void aFreshReaderMayAskForAllThatIsKept() throws Exception {
    server.publish("oldest", "1");
    server.publish("oldest", "2");

    try (var now = server.subscribe("oldest").awaitLive();
        var all = server.open("/sse/oldest?from=oldest")) {
      assertThat(all.nextControl("stream.open")).contains("\"mode\":\"fresh\"");
      // Broadcasts of the other tests may come first.
      String event = all.nextEvent();
      while (!event.equals("data: 1")) {
        event = all.nextEvent();
      }
      assertThat(all.nextEvent()).isEqualTo("data: 2");
      server.publish("oldest", "3");
      assertThat(now.nextEvent()).isEqualTo("data: 3");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "garbage",
        "17",
        "1.0.0-0.0-0",
        "%s.extra",
        "../../etc/passwd",
        "1.%s",
        "null",
        "9999999999999999999999999999999999999999999999999999999999999999999999999999999999999999"
      })
  void aCursorThatMakesNoSenseIsAGapAndNeverAnError(String cursor) throws Exception {
    server.publish("gaps", "kept");

    try (var reader = server.resume("gaps", cursor)) {
      assertThat(reader.head()).startsWith("HTTP/1.1 200 ");
      assertThat(reader.nextControl("stream.open")).contains("\"mode\":\"gap\"");
      assertThat(reader.nextControl("stream.gap"))
          .isEqualTo("{\"log\":\"all\",\"reason\":\"unknown\",\"lost\":null}");
      assertThat(reader.nextEvents(1)).hasSize(1); // What is still kept follows.
    }
  }

  @Test
  void anotherUsersCursorIsAGap() throws Exception {
    String place;
    try (var reader = server.subscribe("one").awaitLive()) {
      place = reader.lastEventId();
    }

    try (var other = server.resume("another", place)) {
      assertThat(other.nextControl("stream.gap")).contains("\"reason\":\"unknown\"");
    }
  }

  @Test
  void anotherEpochsCursorIsAGap() throws Exception {
    String place;
    try (var before = streams.start();
        var reader = before.subscribe("epoch").awaitLive()) {
      before.publish("epoch", "lost with the server");
      reader.nextEvent();
      place = reader.lastEventId();
    }
    try (var after = streams.start();
        var back = after.resume("epoch", place)) {
      assertThat(back.nextControl("stream.open")).contains("\"mode\":\"gap\"");
      assertThat(back.nextControl("stream.gap"))
          .isEqualTo("{\"log\":\"all\",\"reason\":\"epoch\",\"lost\":null}");
      back.awaitLive();
      after.publish("epoch", "next");
      assertThat(back.nextEvent()).isEqualTo("data: next");
    }
  }

  @Test
  void aCursorThatIsTooOldIsAGapThatSaysHowMuchIsLost() throws Exception {
    // Bytes bound even a burst: four events of 300 bytes do not fit into 1 KiB.
    try (var small = streams.start(Map.of("log.per-user.bytes", "1KiB"));
        var reader = small.subscribe("old").awaitLive()) {
      String place = reader.lastEventId();
      reader.close();
      for (int i = 1; i <= 4; i++) {
        small.publish("old", i + "x".repeat(300));
      }

      try (var back = small.resume("old", place)) {
        assertThat(back.nextControl("stream.open")).contains("\"mode\":\"gap\"");
        assertThat(back.nextControl("stream.gap"))
            .isEqualTo("{\"log\":\"user\",\"reason\":\"expired\",\"lost\":1}");
        assertThat(back.nextEvents(3))
            .extracting(event -> event.substring(0, 7))
            .containsExactly("data: 2", "data: 3", "data: 4");
      }
    }
  }

  @Test
  void aLongReplayComesInOneOrderThroughManyWrites() throws Exception {
    String place;
    try (var reader = server.subscribe("long").awaitLive()) {
      place = reader.lastEventId();
    }
    for (int i = 0; i < 200; i++) {
      server.publish("long", i + " " + "x".repeat(4_000));
    }

    try (var back = server.resume("long", place)) {
      List<String> events = back.nextEvents(200);
      for (int i = 0; i < 200; i++) {
        assertThat(events.get(i)).startsWith("data: " + i + " ");
      }
      assertThat(back.nextControl("stream.live")).isEqualTo("{\"replayed\":200}");
    }
  }

  @Test
  void ephemeralEventsLeaveTheCursorAloneAndAreNotReplayed() throws Exception {
    String place;
    server.publish("now", "before"); // The log stays when its readers have gone.
    try (var reader = server.subscribe("now").awaitLive()) {
      place = reader.lastEventId();
      var answer =
          server.post(
              "/v1/users/now/events", "application/json", "{\"data\":1,\"ephemeral\":true}");
      assertThat(answer.body()).isEqualTo("{\"id\":null,\"connections\":1}");
      assertThat(reader.nextBlock()).isEqualTo("id: " + place + "\ndata: 1");
      assertThat(reader.lastEventId()).isEqualTo(place);
    }
    server.publish("now", "kept");

    try (var back = server.resume("now", place)) {
      assertThat(back.nextEvent()).isEqualTo("data: kept");
    }
  }

  @Test
  void aReaderMayHaveItsHeartbeatAsAnEvent() throws Exception {
    try (var quick = streams.start(Map.of("stream.heartbeat", "1s"));
        var reader = quick.open("/sse/beating?heartbeat=event&types=wanted").awaitLive()) {
      String place = reader.lastEventId();
      assertThat(reader.nextBlock())
          .matches("event: stream.heartbeat\nid: " + place + "\ndata: \\{\"time\":\\d{13}}");

      quick.publish("beating", "not wanted");
      assertThat(reader.nextControl("stream.heartbeat")).startsWith("{\"time\":");
      // It carries the cursor past what was filtered, so that no stream.position is needed.
      await()
          .until(
              () -> {
                reader.nextControl("stream.heartbeat");
                return !reader.lastEventId().equals(place);
              });
    }
  }

  @Test
  void aReaderMayChooseHowLongItsStreamIsSilent() throws Exception {
    try (var slow = streams.start(Map.of("stream.heartbeat", "59s"));
        var reader = slow.open("/sse/silent?heartbeat=5s")) {
      assertThat(reader.head()).contains("Sse-Heartbeat-Interval: 5\r\n");
      assertThat(reader.nextControl("stream.open")).contains("\"heartbeatMs\":5000,");
      reader.awaitLive();

      assertThat(reader.nextBlock()).isEqualTo(":");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "4999ms", "61s", "8", "events", "-8s"})
  void aHeartbeatThatIsNoneIsRefused(String heartbeat) {
    var answer = server.get("/sse/silent?heartbeat=" + heartbeat);

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("invalid-query").contains("5s to 60s");
  }

  @Test
  void whatIsFilteredIsToldByAnEventOfItsOwn() throws Exception {
    String path = "/sse/positions?types=wanted";
    try (var reader = server.open(path).awaitLive()) {
      for (int i = 0; i < 64; i++) {
        server.publish("positions", "not wanted");
      }
      assertThat(reader.nextControl("stream.position")).isEqualTo("{}");
    }
  }

  @Test
  void aFewLargeEventsThatAreFilteredAreToldAsManySmallOnes() throws Exception {
    String path = "/sse/large?types=wanted";
    String cursor;
    try (var reader = server.open(path).awaitLive()) {
      for (int i = 0; i < 20; i++) {
        server.publish("large", "x".repeat(60_000)); // The log keeps 1 MiB, which is 17 of them.
      }
      assertThat(reader.nextControl("stream.position")).isEqualTo("{}");
      assertThat(reader.nextControl("stream.position")).isEqualTo("{}");
      cursor = reader.lastEventId();
    }
    try (var back = server.open(path, "Last-Event-ID: " + cursor)) {
      assertThat(back.nextControl("stream.open")).contains("\"mode\":\"resumed\"");
    }
  }

  @Test
  void whereLittleIsKeptAFilteredReaderLearnsItsPlaceSooner() throws Exception {
    try (var small = streams.start(Map.of("log.per-user.bytes", "16KiB"));
        var reader = small.open("/sse/few?types=wanted").awaitLive()) {
      small.publish("few", "x".repeat(5_000));

      assertThat(reader.nextControl("stream.position")).isEqualTo("{}");
    }
  }

  @Test
  void aReaderHasNothingToSayAndMayNotSayMuch() throws Exception {
    try (var reader = server.subscribe("talker").awaitLive()) {
      reader.socket().getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(UTF_8));
      server.publish("talker", "still there");
      assertThat(reader.nextEvent()).isEqualTo("data: still there");

      reader.socket().getOutputStream().write(new byte[16 * 1024]);
      reader.awaitEnd();
    }
  }

  @Test
  void aHalfClosedPeerIsGone() throws Exception {
    Socket socket = TestReader.request(server.connect(), "GET", "/sse/half");
    await().until(() -> server.get("/v1/users/half").body().contains("\"online\":true"));

    socket.shutdownOutput();

    await().until(() -> server.get("/v1/users/half").body().contains("\"online\":false"));
    socket.close();
  }

  @Test
  void aDecoyOfAnEventInDataForgesNothing() throws Exception {
    try (var reader = server.subscribe("forge").awaitLive()) {
      server.publish("forge", "x\n\nid: 7\nevent: stream.closing\ndata: {}\n\n");

      assertThat(reader.nextEvent())
          .isEqualTo(
              "data: x\ndata: \ndata: id: 7\ndata: event: stream.closing\ndata: data: {}"
                  + "\ndata: \ndata: ");
    }
  }
}
