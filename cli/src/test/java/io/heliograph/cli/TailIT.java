package io.heliograph.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.client.EventPublisher;
import io.heliograph.client.NewEvent;
import io.heliograph.server.Heliograph;
import io.heliograph.server.config.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What an operator sees. */
final class TailIT {
  private static Heliograph server;
  private static EventPublisher publisher;

  @BeforeAll
  static void startServer() {
    server =
        Heliograph.start(
            Settings.of(
                Map.of("server.port", "0", "drain.window", "0s", "stream.heartbeat", "1s")));
    publisher = EventPublisher.create(server.uri());
  }

  @AfterAll
  static void stopServer() {
    publisher.close();
    server.close();
  }

  @Test
  void itShowsTheEventsOfAllUsersItWasAskedFor() {
    try (Sse tail = tail("eu-*", "bob", "--type", "order.*", "--count", "3")) {
      tail.awaitErr("connected");
      publisher.publish("eu-1", NewEvent.text("note", "not asked for"));
      publisher.publish("us-1", NewEvent.text("order.paid", "not asked for"));
      publisher.publish("eu-1", NewEvent.json("order.paid", "{\"n\":1}"));
      publisher.publish("bob", NewEvent.text("order.sent", "two\nlines"));
      publisher.broadcast(NewEvent.text("order.all", "everybody"));

      assertThat(tail.exit()).isZero();
      assertThat(tail.out()).hasSize(4);
      assertThat(tail.out().get(0)).matches("  eu-1      \\S{12}  order.paid      \\{\"n\":1}");
      assertThat(tail.out().get(1)).matches("  bob       \\S{12}  order.sent      two");
      assertThat(tail.out().get(2)).matches(" {42}\\| lines");
      assertThat(tail.out().get(3)).matches("  \\(all\\)     \\S{12}  order.all       everybody");
    }
  }

  @Test
  void readersThatComeAndGoAreShownWhereAskedFor() {
    try (Sse tail = tail("ron", "--include", "connects,closes", "-o", "json", "--count", "2")) {
      tail.awaitErr("connected");
      publisher.publish("ron", NewEvent.text("note", "not asked for"));
      try (Sse ron = Sse.start("sub", "ron", "--server", server.uri())) {
        ron.awaitErr("connected").signal("TERM");
        assertThat(ron.exit()).isEqualTo(143);
      }

      assertThat(tail.exit()).isZero();
      assertThat(tail.out().get(0))
          .startsWith("{\"v\":1,\"kind\":\"reader-connect\",")
          .contains("\"user\":\"ron\"", "\"remote\":\"127.0.0.1:");
      assertThat(tail.out().get(1))
          .startsWith("{\"v\":1,\"kind\":\"reader-close\",")
          .contains("\"reason\":\"client-left\",\"events\":0}");
    }
  }

  @Test
  void whatTheServerLeftOutIsCounted() {
    try (Sse tail = tail("--rate", "1", "--no-data", "-o", "meta")) {
      tail.awaitErr("connected");
      for (int i = 0; i < 20; i++) {
        publisher.publish("many", NewEvent.text("n", "secret " + i));
      }
      tail.awaitErr("dropped");
      tail.signal("INT");

      assertThat(tail.exit()).isEqualTo(130);
      assertThat(tail.err()).contains(" beyond the rate limit", " dropped.", "0 gaps");
      assertThat(tail.out()).anyMatch(line -> line.contains("\"kind\":\"omitted\""));
      assertThat(String.join("\n", tail.out())).doesNotContain("secret");
    }
  }

  @Test
  void aPatternChoosesByTheData() {
    try (Sse tail = tail("gus", "--grep", "^\\{.n.:[23]", "-o", "data", "--count", "2")) {
      tail.awaitErr("connected");
      for (int n = 1; n <= 3; n++) {
        publisher.publish("gus", NewEvent.json("n", "{\"n\":" + n + "}"));
      }
      assertThat(tail.exit()).isZero();
      assertThat(tail.out()).containsExactly("{\"n\":2}", "{\"n\":3}");
    }
  }

  @Test
  void onlyTheDataCanBePrinted() {
    try (Sse tail =
        Sse.packed("tail", "dot", "-o", "data", "--count", "1", "--server", server.uri())) {
      tail.awaitErr("connected");
      publisher.publish("dot", NewEvent.text("n", "bare"));

      assertThat(tail.exit()).isZero();
      assertThat(tail.out()).containsExactly("bare");
    }
  }

  @Test
  void aServerThatComesBackIsFollowedAndTheGapIsTold() {
    try (Sse first = Sse.packed("serve", "--port", "0")) {
      first.awaitOut(1);
      String uri = first.out().getFirst().replace("listening on ", "");
      try (Sse tail = Sse.start("tail", "--server", uri)) {
        tail.awaitErr("connected");
        first.signal("KILL");
        tail.awaitErr("retry 1 in");
        try (Sse second = Sse.packed("serve", "--port", uri.replaceAll(".*:", ""))) {
          second.awaitOut(1);
          tail.awaitErr("connected   again")
              .awaitErr("a tail shows only what passes while it is connected");
          tail.signal("TERM");

          assertThat(tail.exit()).isEqualTo(143);
          assertThat(tail.err()).doesNotContain("Resume:");
        }
      }
    }
  }

  @Test
  void optionsThatCannotGoTogetherAreRefused() {
    for (List<String> wrong :
        List.of(
            List.of("--no-data", "--grep", "x"),
            List.of("--include", "drops"),
            List.of("-o", "data", "--no-data"))) {
      try (Sse tail = tail(wrong.toArray())) {
        assertThat(tail.exit()).as("%s", wrong).isEqualTo(2);
        assertThat(tail.err()).contains("Try 'sse-cli tail --help'");
      }
    }
  }

  @Test
  void theServersRulesForNamesAndRatesAreToldByTheServer() {
    for (List<String> wrong :
        List.of(List.of("a*z"), List.of(""), List.of("--type", "*.paid"), List.of("--rate", "0"))) {
      try (Sse tail = tail(wrong.toArray())) {
        assertThat(tail.exit()).as("%s", wrong).isEqualTo(5);
        assertThat(tail.err()).contains("400");
      }
    }
  }

  private static Sse tail(Object... args) {
    var all = new ArrayList<Object>(List.of("tail", "--server", server.uri()));
    all.addAll(List.of(args));
    return Sse.start(all.toArray());
  }
}
