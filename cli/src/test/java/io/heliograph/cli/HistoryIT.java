package io.heliograph.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.client.EventPublisher;
import io.heliograph.client.NewEvent;
import io.heliograph.client.Publication;
import io.heliograph.server.Heliograph;
import io.heliograph.server.config.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a server keeps for a user, without its stream. */
final class HistoryIT {
  private static Heliograph server;

  @BeforeAll
  static void startServer() {
    server = Heliograph.start(Settings.of(Map.of("server.port", "0", "drain.window", "0s")));
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  private static void publish(String user, int count) {
    try (var publisher = EventPublisher.create(server.uri())) {
      publisher.publishAll(
          IntStream.rangeClosed(1, count)
              .mapToObj(i -> Publication.toUser(user, NewEvent.text("note", "" + i)))
              .toList());
    }
  }

  @Test
  void theKeptEventsArePrintedInEveryFormat() {
    publish("hal", 5);
    try (Sse text = run("hal");
        Sse json = run("hal", "-o", "json");
        Sse data = run("hal", "-o", "data");
        Sse ids = run("hal", "-o", "id")) {
      assertThat(text.exit()).isZero();
      assertThat(ids.exit()).isZero();
      String first = ids.out().getFirst();
      assertThat(text.out()).hasSize(5);
      assertThat(text.out().getFirst())
          .matches("\\d\\d:\\d\\d:\\d\\d\\.\\d{3}  note +" + first + "  1");
      assertThat(text.err()).contains("! 5 events; cursor " + ids.out().getLast());
      assertThat(json.exit()).isZero();
      assertThat(json.out().getFirst())
          .startsWith("{\"v\":1,\"kind\":\"event\",\"ts\":\"20")
          .endsWith(
              "\"user\":\"hal\",\"id\":\""
                  + first
                  + "\",\"type\":\"note\",\"data\":\"1\",\"replay\":true,\"conn\":1}");
      assertThat(data.exit()).isZero();
      assertThat(data.out()).containsExactly("1", "2", "3", "4", "5");
    }
  }

  @Test
  void itStartsAndEndsWhereItIsAsked() {
    publish("ivy", 5);
    try (Sse ids = run("ivy", "-o", "id")) {
      assertThat(ids.exit()).isZero();
      try (Sse part = run("ivy", "--after", ids.out().get(1), "--limit", "2", "-o", "data");
          Sse latest = run("ivy", "--from", "-2", "-o", "data");
          Sse recent = run("ivy", "--from", "-1h", "-o", "data");
          Sse stream = run("subscribe", "ivy", "--from", "-2", "--no-follow", "-o", "data")) {
        assertThat(part.exit()).isZero();
        assertThat(part.out()).containsExactly("3", "4");
        assertThat(part.err())
            .contains("! 2 events, and more after them; cursor " + ids.out().get(3));
        assertThat(latest.exit()).isZero();
        assertThat(latest.out()).containsExactly("4", "5");
        assertThat(recent.exit()).isZero();
        assertThat(recent.out()).hasSize(5);
        assertThat(stream.exit()).isZero();
        assertThat(stream.out()).containsExactly("4", "5");
      }
    }
  }

  @Test
  void moreThanOnePageIsPrinted() {
    publish("jo", 1_100); // None of them is 10 s old, so the log keeps all.
    try (Sse all = run("jo", "-o", "data");
        Sse most = run("jo", "-o", "data", "--limit", "1050")) {
      assertThat(all.exit()).isZero();
      assertThat(all.out())
          .isEqualTo(IntStream.rangeClosed(1, 1_100).mapToObj(Integer::toString).toList());
      assertThat(most.exit()).isZero();
      assertThat(most.out()).isEqualTo(all.out().subList(0, 1_050));
    }
  }

  @Test
  void aGapIsToldAndIsAFailureIfItIsToBe() {
    publish("kim", 1);
    try (Sse told = run("kim", "--after", "unknown", "-o", "data");
        Sse failed = run("kim", "--after", "unknown", "-o", "data", "--fail-on-gap")) {
      assertThat(told.exit()).isZero();
      assertThat(told.out()).containsExactly("1");
      assertThat(told.err()).contains("! gap         lost an unknown number of events of ");
      assertThat(failed.exit()).isEqualTo(6);
      assertThat(failed.out()).containsExactly("1");
    }
  }

  @Test
  void whatCannotBeAskedIsAMistake() {
    for (String[] wrong :
        new String[][] {
          {},
          {".."},
          {"a", "--limit", "0"},
          {"a", "--after", "c", "--from", "-1"},
          {"a", "-o", "raw"}
        }) {
      try (Sse history = run(wrong)) {
        assertThat(history.exit()).as("%s", List.of(wrong)).isEqualTo(2);
      }
    }
    try (Sse refused = run("a", "--from", "yesterday")) {
      assertThat(refused.exit()).isEqualTo(5);
      assertThat(refused.err()).contains("the server refused (400)");
    }
  }

  private static Sse run(String... args) {
    var all = new ArrayList<Object>(List.of(args));
    if (!all.contains("subscribe")) {
      all.addFirst("history");
    }
    all.addAll(List.of("--server", server.uri()));
    return Sse.start(all.toArray());
  }
}
