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

/** The forms in which {@code subscribe} writes events, and when it ends by itself. */
final class OutputIT {
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
  void onlyWhatIsKeptIsWrittenWhereNothingIsToBeFollowed() {
    publish("kim", 3);
    try (Sse kept = subscribe("kim", "--no-follow", "-o", "data");
        Sse none = subscribe("nobody", "--no-follow")) {
      assertThat(kept.exit()).isZero();
      assertThat(kept.out()).containsExactly("{\"n\":1}", "{\"n\":2}", "{\"n\":3}");
      assertThat(none.exit()).isZero();
      assertThat(none.out()).isEmpty();
    }
  }

  @Test
  void anIdAloneResumesRightThere() {
    publish("ivy", 3);
    try (Sse ids = subscribe("ivy", "--no-follow", "-o", "id")) {
      assertThat(ids.exit()).isZero();
      assertThat(ids.out()).hasSize(3);
      try (Sse rest =
          subscribe("ivy", "--no-follow", "-o", "data", "--last-event-id", ids.out().get(1))) {
        assertThat(rest.exit()).isZero();
        assertThat(rest.out()).containsExactly("{\"n\":3}");
      }
    }
  }

  @Test
  void aNulEndsDataThatHasLineFeeds() {
    publisher.publish("nora", NewEvent.text("t", "two\nlines"));
    publisher.publish("nora", NewEvent.text("t", "one"));
    try (Sse data = subscribe("nora", "--no-follow", "-o", "data", "-0");
        Sse line = subscribe("nora", "--no-follow", "--template", "<{{data}}>", "-0")) {
      assertThat(data.exit()).isZero();
      assertThat(String.join("\n", data.out())).isEqualTo("two\nlines\0one\0");
      assertThat(line.exit()).isZero();
      assertThat(String.join("\n", line.out())).isEqualTo("<two\nlines>\0<one>\0");
    }
  }

  @Test
  void aTemplateIsTheLineOfEachEvent() {
    publish("tom", 2);
    try (Sse lines = subscribe("tom", "--no-follow", "--template", "{{user}} {{json:/n}}");
        Sse wrong = subscribe("tom", "--template", "{{order}}")) {
      assertThat(lines.exit()).isZero();
      assertThat(lines.out()).containsExactly("tom 1", "tom 2");
      assertThat(wrong.exit()).isEqualTo(2);
      assertThat(wrong.err()).contains("no {{order}}; there are {{ts}} {{type}} {{id}}");
    }
  }

  @Test
  void prettyJsonStandsBelowItsRow() {
    publisher.publish("pat", NewEvent.json("order", "{\"n\":[1,{\"s\":\"a,b\"}],\"e\":{}}"));
    publisher.publish("pat", NewEvent.text("note", "no json"));
    try (Sse pretty = subscribe("pat", "--no-follow", "--pretty")) {
      assertThat(pretty.exit()).isZero();
      assertThat(pretty.out().getFirst()).contains("order").endsWith("(replay)");
      assertThat(pretty.out().subList(1, 9))
          .containsExactly(
              "  {",
              "    \"n\": [",
              "      1,",
              "      {",
              "        \"s\": \"a,b\"",
              "      }",
              "    ],",
              "    \"e\": {}");
      assertThat(pretty.out().getLast()).endsWith("no json  (replay)");
    }
  }

  @Test
  void theEventThatWasWaitedForIsTheLastOne() {
    publish("una", 5);
    try (Sse until = subscribe("una", "--from", "oldest", "-o", "data", "--until", "/n >= 2")) {
      assertThat(until.exit()).isZero();
      assertThat(until.out()).containsExactly("{\"n\":1}", "{\"n\":2}");
    }
  }

  @Test
  void aStreamThatFallsSilentIsAnEndAndOneThatIsAwayIsNot() {
    publish("ida", 2);
    try (Sse idle = subscribe("ida", "--from", "oldest", "-o", "data", "--idle-timeout", "300ms")) {
      assertThat(idle.exit()).isZero();
      assertThat(idle.out()).hasSize(2);
    }
    // Nobody listens there: that it is silent says nothing.
    try (Sse away =
        Sse.start(
            "sub",
            "ida",
            "--server",
            "http://127.0.0.1:1",
            "--max-reconnects",
            "3",
            "--idle-timeout",
            "1ms")) {
      assertThat(away.exit()).isEqualTo(3);
    }
  }

  @Test
  void heartbeatsAreToldWhereAskedFor() {
    try (Sse told = subscribe("hal", "--heartbeats");
        Sse silent = subscribe("hal", "--for", "2500ms")) {
      told.awaitErr("! heartbeat").signal("INT");
      assertThat(told.exit()).isEqualTo(130);
      assertThat(silent.exit()).isZero();
      assertThat(silent.err()).doesNotContain("heartbeat");
    }
  }

  @Test
  void aSignalIsTheUsualEndOfAServiceIfItSaysSo() {
    for (String signal : List.of("INT", "TERM")) {
      try (Sse service = subscribe("sue", "--int-ok")) {
        service.awaitErr("connected").signal(signal);
        assertThat(service.exit()).isZero();
        assertThat(service.err()).contains("0 events in");
      }
    }
  }

  @Test
  void aUserThatNoPathCanHoldIsRefused() {
    for (String user : List.of("..", ".", "")) {
      for (List<String> command : List.of(List.of("subscribe", user), List.of("doctor", user))) {
        try (Sse refused = Sse.start(command.toArray())) {
          assertThat(refused.exit()).as("%s", command).isEqualTo(2);
          assertThat(refused.err())
              .contains(user.isEmpty() ? "the user id is empty" : "cannot be part of a URL path");
        }
      }
    }
  }

  @Test
  void whatDoesNotGoTogetherIsRefused() {
    for (List<String> wrong :
        List.of(
            List.of("--no-follow", "--url", "http://127.0.0.1:1"),
            List.of("-0"),
            List.of("-0", "-o", "json"),
            List.of("--pretty", "-o", "json"),
            List.of("--template", "{{id}}", "-o", "data"),
            List.of("--template", "{{id}}", "--exec", "--", "true"),
            List.of("--exec", "--exec-shell", "--", "true"),
            List.of("--exec-shell", "--", "echo", "two words"),
            List.of("--exec-on-error", "retry:0", "--exec", "--", "true"),
            List.of("--until", "/n >"),
            List.of("--until", "/n", "-o", "raw"))) {
      try (Sse subscribe = subscribe("zoe", wrong.toArray())) {
        assertThat(subscribe.exit()).as("%s", wrong).isEqualTo(2);
      }
    }
  }

  private static void publish(String user, int events) {
    for (int n = 1; n <= events; n++) {
      publisher.publish(user, NewEvent.json("order", "{\"n\":" + n + "}"));
    }
  }

  private static Sse subscribe(String user, Object... args) {
    var all = new ArrayList<Object>(List.of("subscribe", "--server", server.uri()));
    if (!List.of(args).contains("--url")) {
      all.add(user);
    }
    all.addAll(List.of(args));
    return Sse.start(all.toArray());
  }
}
