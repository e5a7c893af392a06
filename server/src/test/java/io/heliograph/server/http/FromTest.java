package io.heliograph.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.PlainJson;
import io.heliograph.server.TestReader;
import io.heliograph.server.TestServer;
import io.heliograph.server.event.Event;
import io.heliograph.server.event.Globs;
import io.heliograph.server.event.NanoClock;
import io.heliograph.server.event.Publication;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.event.UserId;
import io.heliograph.server.hub.Heartbeat;
import io.heliograph.server.hub.Lease;
import io.heliograph.server.hub.StreamSpec;
import io.heliograph.server.log.Follow;
import io.heliograph.server.log.ForwardingFollow;
import io.heliograph.server.log.From;
import io.heliograph.server.log.LogName;
import io.heliograph.server.log.MemoryEventLog;
import io.heliograph.server.log.Retention;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a reader without a cursor begins, in a stream and as JSON. */
class FromTest {

  private static final String EVENTS = "/v1/users/alice/events";
  private static final int PUBLISHED = 24;

  /** Numbers from 1, in turn to the user and to all; every fourth is of another type. */
  private static void publish(TestServer server) {
    for (int i = 1; i <= PUBLISHED; i++) {
      String path = i % 2 == 0 ? "/v1/broadcast" : EVENTS;
      String type = i % 4 == 3 ? "note" : "message";
      HttpResponse<String> published =
          server.post(
              path, "application/json", "{\"type\":\"" + type + "\",\"data\":\"" + i + "\"}");
      assertThat(published.statusCode()).isEqualTo(202);
    }
  }

  private static CatchUpTest.Page page(TestServer server, String query) {
    return CatchUpTest.Page.of(CatchUpTest.get(server, EVENTS + query));
  }

  /** What a stream replays, by number. */
  private static List<String> replayed(TestServer server, String query) throws Exception {
    var data = new ArrayList<String>();
    try (TestReader reader = server.open(EVENTS + query)) {
      assertThat(reader.nextControl("stream.open")).contains("\"mode\":\"fresh\"");
      for (String block = reader.nextBlock();
          !block.startsWith("event: stream.live") && !block.contains("\nevent: stream.live");
          block = reader.nextBlock()) {
        assertThat(block).doesNotContain("stream.gap");
        if (TestReader.isEvent(block)) {
          data.add(block.substring(block.lastIndexOf("data: ") + "data: ".length()));
        }
      }
    }
    data.sort(Comparator.comparing(Integer::valueOf)); // No order is promised.
    return data;
  }

  private static List<String> numbers(int from, int to) {
    return IntStream.rangeClosed(from, to).mapToObj(String::valueOf).toList();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 23, 24, 25, 1000})
  void theLatestEventsAreThoseOfBothLogsTogether(int count) throws Exception {
    try (var server = TestServer.start()) {
      publish(server);
      List<String> expected = numbers(Math.max(1, PUBLISHED - count + 1), PUBLISHED);

      assertThat(page(server, "?limit=1000&from=-" + count).data()).isEqualTo(expected);
      assertThat(replayed(server, "?from=-" + count)).isEqualTo(expected);
      assertThat(replayed(server, "?from=oldest")).isEqualTo(numbers(1, PUBLISHED));
    }
  }

  @Test
  void theLatestEventsMayAllBeOfOneLog() throws Exception {
    try (var server = TestServer.start()) {
      server.broadcast("1");
      server.publish("alice", "2");
      server.publish("alice", "3");

      assertThat(replayed(server, "?from=-2")).containsExactly("2", "3");
      server.broadcast("4");
      server.broadcast("5");
      assertThat(replayed(server, "?from=-2")).containsExactly("4", "5");
      assertThat(replayed(server, "?from=-3")).containsExactly("3", "4", "5");
    }
  }

  /** The log is full: each event that is published meanwhile displaces the oldest one. */
  @Test
  void theLatestEventsAreNotFewerBecauseOthersArePublishedMeanwhile() {
    var kept = new Retention(256, 160, Duration.ofHours(1));
    var alice = new UserId("alice");
    try (var log = new MemoryEventLog(kept, kept, 1 << 20, NanoClock.SYSTEM)) {
      for (String data : numbers(11, 30)) {
        log.append(LogName.of(alice), Publication.of(Event.of("message", data)));
      }
      Follow follow = log.follow(LogName.of(alice));
      int most = follow.latest(100, _ -> true).size();
      assertThat(most).isBetween(3, 19);
      var busy =
          new ForwardingFollow(follow) {
            private int next = 31;

            @Override
            public List<StoredEvent> latest(int count, Predicate<StoredEvent> wanted) {
              publish();
              List<StoredEvent> latest = super.latest(count, wanted);
              publish();
              return latest;
            }

            private void publish() {
              log.append(log(), Publication.of(Event.of("message", String.valueOf(next++))));
            }
          };
      for (int count = 1; count <= most; count++) {
        int newest = busy.next;

        CatchUp.Page page =
            new CatchUp(latest(alice, count), new Follow[] {busy}, NanoClock.SYSTEM)
                .read(100, 1 << 20);

        assertThat(page.events())
            .extracting(entry -> entry.event().data())
            .hasSize(count)
            .isSubsetOf(numbers(newest - count, busy.next));
        assertThat(page.gap()).isEmpty();
        assertThat(page.more()).isFalse();
      }
    }
  }

  private static StreamSpec latest(UserId user, int count) {
    return new StreamSpec(
        user,
        Optional.empty(),
        new From.Latest(count),
        "",
        "",
        Lease.ENDLESS,
        Globs.ALL,
        Heartbeat.DEFAULT,
        false);
  }

  @Test
  void theLatestEventsAreThoseThatTheReaderWants() throws Exception {
    try (var server = TestServer.start()) {
      publish(server);

      assertThat(page(server, "?types=note&from=-3").data()).containsExactly("15", "19", "23");
      assertThat(replayed(server, "?types=note&from=-3")).containsExactly("15", "19", "23");
      assertThat(page(server, "?types=none&from=-3").events()).isEmpty();
    }
  }

  @Test
  void aTimeMeansTheEventsThatWerePublishedThenOrLater() throws Exception {
    try (var server = TestServer.start()) {
      publish(server);
      CatchUpTest.Page all = page(server, "");
      for (int i = 0; i < PUBLISHED; i += 5) {
        long time = all.times().get(i);
        // Several may have the same millisecond.
        int first = all.times().indexOf(time) + 1;
        Instant instant = Instant.ofEpochMilli(time);
        String elsewhere = instant.atOffset(ZoneOffset.ofHours(2)).toString();

        assertThat(page(server, "?from=" + instant).data()).isEqualTo(numbers(first, PUBLISHED));
        assertThat(page(server, "?from=" + elsewhere).data()).isEqualTo(numbers(first, PUBLISHED));
        assertThat(replayed(server, "?from=" + instant)).isEqualTo(numbers(first, PUBLISHED));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"-15m", "-PT15M", "-365d", "1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z"})
  void aTimeBeforeEverythingMeansEverything(String from) throws Exception {
    try (var server = TestServer.start()) {
      publish(server);

      assertThat(page(server, "?from=" + from).data()).isEqualTo(numbers(1, PUBLISHED));
      assertThat(replayed(server, "?from=" + from)).isEqualTo(numbers(1, PUBLISHED));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1ms", "2100-01-01T00:00:00Z", "9999-12-31T23:59:59Z"})
  void aTimeAfterEverythingMeansNow(String from) throws Exception {
    try (var server = TestServer.start()) {
      publish(server);
      long later = System.nanoTime() + 1_000_000; // The server's clock is this one.
      while (System.nanoTime() - later <= 0) {
        Thread.onSpinWait();
      }

      assertThat(page(server, "?from=" + from).events()).isEmpty();
      try (TestReader reader = server.open(EVENTS + "?from=" + from).awaitLive()) {
        server.publish("alice", "next");
        assertThat(reader.nextEvent()).isEqualTo("data: next");
      }
    }
  }

  @Test
  void aCursorCountsMoreThanAnyOfThem() throws Exception {
    try (var server = TestServer.start()) {
      publish(server);
      String cursor = page(server, "?limit=22").cursor();
      for (String from : List.of("oldest", "-1", "-15m", "2100-01-01T00:00:00Z")) {
        assertThat(page(server, "?from=" + from + "&after=" + cursor).data())
            .containsExactly("23", "24");
      }
    }
  }

  @Test
  void whatWasDroppedBeforeTheBeginningIsNoGap() throws Exception {
    try (var server = TestServer.start(Map.of("log.per-user.bytes", "1KiB"))) {
      for (int i = 1; i <= 20; i++) {
        server.publish("alice", "x".repeat(300));
      }
      server.publish("alice", "21");

      for (String from : List.of("-1000", "-15m", "oldest")) {
        CatchUpTest.Page page = page(server, "?from=" + from);
        assertThat(page.gap()).isEqualTo(new PlainJson.Word("null"));
        assertThat(page.data()).hasSizeBetween(2, 4).endsWith("21");
      }
    }
  }

  @Test
  void presenceHasIt() throws Exception {
    try (var server = TestServer.start();
        var _ = server.subscribe("alice").awaitLive();
        var _ = server.subscribe("bob").awaitLive();
        TestReader operator = server.open("/v1/presence/events?from=-1")) {
      assertThat(operator.nextEvent()).contains("\"user\":\"bob\"");
      assertThat(operator.nextControl("stream.live")).isEqualTo("{\"replayed\":1}");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "newest",
        "",
        "20",
        "-0",
        "-1001",
        "-99999",
        "-",
        "--5",
        "-0s",
        "-366d",
        "-15x",
        "--PT5M",
        "-PT-5M",
        "--PT-5M",
        "-+PT5M",
        "15m",
        "2026-11-30",
        "2026-11-30T08:00:00",
        "2026-02-30T08:00:00Z",
        "1764430000123"
      })
  void anyOtherValueIsRefusedWithWhatIsAllowed(String from) {
    try (var server = TestServer.start()) {
      for (HttpResponse<String> answer :
          List.of(
              server.get("/sse/alice?from=" + from),
              server.get("/v1/presence/events?from=" + from),
              CatchUpTest.get(server, EVENTS + "?from=" + from))) {
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body())
            .contains("urn:heliograph:problem:invalid-query")
            .contains("from is '" + from + "'")
            .contains("'oldest'", "-1 to -1000", "2026-11-30T08:00:00Z", "-15m", "-365d");
      }
    }
  }
}
