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
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The kept events as JSON are those that a stream replays, from any cursor, with any filter, and
 * one may go on with the other. Two publishers share small logs, so that there are holes.
 */
class CatchUpEqualsStreamTest {

  private static final Map<String, String> SETTINGS =
      Map.of("log.per-user.bytes", "3KiB", "log.broadcast.bytes", "2KiB");
  private static final String[] FILTERS = {"", "message", "a,b.*", "none"};
  private static final String[] TYPES = {"message", "a", "b.x", "b.y"};
  private static final List<String> BADNESS = List.of("expired", "epoch", "unknown");
  private static final long TTL_NANOS = 1_000_000;

  private static final String OPERATOR = "Bearer " + TestTokens.of("ops", "operate");
  private static final String[] PUBLISHERS = {
    "Bearer " + TestTokens.of("one", "publish"), "Bearer " + TestTokens.of("two", "publish")
  };

  private record Event(String id, String type, String data) {
    String log() {
      return data.substring(0, 1);
    }

    String said() {
      return type + " " + data;
    }
  }

  private record Gap(String log, String reason, @Nullable Long lost) {
    static @Nullable Gap sum(@Nullable Gap one, Gap other) {
      if (one == null) {
        return other;
      }
      return new Gap(
          one.log.equals(other.log) ? one.log : "all",
          BADNESS.indexOf(one.reason) > BADNESS.indexOf(other.reason) ? one.reason : other.reason,
          one.lost == null || other.lost == null ? null : Long.valueOf(one.lost + other.lost));
    }
  }

  private record Told(List<Event> events, @Nullable Gap gap, String cursor) {
    /** No order is promised between two logs. */
    List<String> of(String log) {
      return events.stream().filter(event -> event.log().equals(log)).map(Event::said).toList();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void fromAnyCursorBothTellTheSame(long seed) throws Exception {
    var random = new Random(seed);
    try (var server = TestServer.start(TestTokens.settings(SETTINGS))) {
      var cursors = new ArrayList<String>(List.of("", "nonsense", cursor(server, "bob")));
      fill(server, random, cursors);
      int gaps = 0;
      int events = 0;
      for (String cursor : cursors) {
        for (String filter : FILTERS) {
          String as = "seed " + seed + " after '" + cursor + "' types '" + filter + "'";
          Told stream = stream(server, cursor, filter);
          Told json = json(server, cursor, filter, 1 + random.nextInt(9));

          assertThat(json.of("u")).as(as).isEqualTo(stream.of("u"));
          assertThat(json.of("b")).as(as).isEqualTo(stream.of("b"));
          assertThat(json.gap()).as(as).isEqualTo(stream.gap());
          assertThat(json.cursor()).as(as).isEqualTo(stream.cursor());
          goesOn(server, json, filter, random);
          goesOn(server, stream, filter, random);
          gaps += json.gap() == null ? 0 : 1;
          events += json.events().size();
        }
      }
      assertThat(gaps).isGreaterThan(10);
      assertThat(events).isGreaterThan(100);
    }
  }

  /** Whoever has read up to any event gets the rest from either. */
  private static void goesOn(TestServer server, Told told, String filter, Random random)
      throws Exception {
    if (told.events().isEmpty()) {
      return;
    }
    int read = 1 + random.nextInt(told.events().size());
    String id = told.events().get(read - 1).id();
    for (Told rest : List.of(stream(server, id, filter), json(server, id, filter, 5))) {
      for (String log : List.of("u", "b")) {
        var before = new Told(told.events().subList(0, read), null, "");
        assertThat(Stream.concat(before.of(log).stream(), rest.of(log).stream()))
            .as(id)
            .containsExactlyElementsOf(told.of(log));
      }
    }
  }

  private static void fill(TestServer server, Random random, List<String> cursors)
      throws IOException {
    for (int i = 0; i < 90; i++) {
      boolean own = random.nextInt(3) > 0;
      String data =
          (own ? "u" : "b")
              + i
              + " x".repeat(random.nextInt(80))
              + (random.nextInt(5) == 0 ? "\\n \\r\\n: \\u0000é" : "");
      String more =
          switch (random.nextInt(6)) {
            case 0 -> ",\"ttl\":\"1ms\"";
            case 1 -> ",\"ttl\":\"1h\"";
            case 2 -> ",\"ephemeral\":true";
            default -> "";
          };
      HttpResponse<String> published =
          server.send(
              HttpRequest.newBuilder(server.uri(own ? "/v1/users/alice/events" : "/v1/broadcast"))
                  // One of them publishes more, so that the other's older events stay.
                  .header("Authorization", PUBLISHERS[random.nextInt(4) == 0 ? 1 : 0])
                  .header("Content-Type", "application/json")
                  .POST(
                      HttpRequest.BodyPublishers.ofString(
                          "{\"type\":\""
                              + TYPES[random.nextInt(TYPES.length)]
                              + "\",\"data\":\""
                              + data
                              + "\""
                              + more
                              + "}")));
      assertThat(published.statusCode()).as(published.body()).isEqualTo(202);
      if (random.nextInt(10) == 0) {
        cursors.add(cursor(server, "alice"));
      }
    }
    // The server's clock is this one: what lives a millisecond has ended for every reader.
    long end = System.nanoTime() + TTL_NANOS;
    while (System.nanoTime() - end <= 0) {
      Thread.onSpinWait();
    }
  }

  private static String cursor(TestServer server, String user) {
    HttpResponse<String> answer =
        CatchUpTest.get(server, "/v1/users/" + user + "/cursor", "Authorization", OPERATOR);
    return answer.headers().firstValue("Heliograph-Cursor").orElseThrow();
  }

  private static Told json(TestServer server, String cursor, String filter, int limit) {
    var events = new ArrayList<Event>();
    Gap gap = null;
    String after = cursor;
    while (true) {
      CatchUpTest.Page page =
          CatchUpTest.Page.of(
              CatchUpTest.get(
                  server, path(after, filter) + "&limit=" + limit, "Authorization", OPERATOR));
      assertThat(page.events()).hasSizeLessThanOrEqualTo(limit);
      for (Map<String, Object> event : page.events()) {
        events.add(
            new Event(
                (String) CatchUpTest.member(event, "id"),
                (String) CatchUpTest.member(event, "type"),
                (String) CatchUpTest.member(event, "data")));
      }
      if (page.gap() instanceof Map<?, ?> said) {
        gap = Gap.sum(gap, gap(said));
      }
      after = page.cursor();
      if (!page.more()) {
        return new Told(events, gap, after);
      }
    }
  }

  private static Gap gap(Map<?, ?> said) {
    return new Gap(
        (String) CatchUpTest.member(said, "log"),
        (String) CatchUpTest.member(said, "reason"),
        said.get("lost") instanceof PlainJson.Num(String text) ? Long.valueOf(text) : null);
  }

  private static Told stream(TestServer server, String cursor, String filter) throws Exception {
    var events = new ArrayList<Event>();
    Gap gap = null;
    String path = path(cursor, filter) + (cursor.isEmpty() ? "&from=oldest" : "");
    try (TestReader reader = server.open(path, "Authorization: " + OPERATOR)) {
      while (true) {
        Event block = parsed(reader.nextBlock());
        switch (block.type()) {
          case "stream.live" -> {
            return new Told(events, gap, block.id());
          }
          case "stream.gap" -> gap = Gap.sum(gap, gap((Map<?, ?>) PlainJson.read(block.data())));
          case "stream.open", "stream.position", ":" -> {}
          default -> events.add(block);
        }
      }
    }
  }

  private static String path(String cursor, String filter) {
    return "/v1/users/alice/events?after=" + cursor + (filter.isEmpty() ? "" : "&types=" + filter);
  }

  private static Event parsed(String block) {
    String id = "";
    String type = block.startsWith(":") ? ":" : "message";
    var data = new ArrayList<String>();
    for (String line : block.split("\n", -1)) {
      if (line.startsWith("id: ")) {
        id = line.substring("id: ".length());
      } else if (line.startsWith("event: ")) {
        type = line.substring("event: ".length());
      } else if (line.startsWith("data: ")) {
        data.add(line.substring("data: ".length()));
      }
    }
    return new Event(id, type, String.join("\n", data));
  }
}
