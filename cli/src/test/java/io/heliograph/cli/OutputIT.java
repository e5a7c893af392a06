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
  void whatDidNotArriveInTimeIsAFailureOnlyIfItWasExpected() {
    publish("tim", 1);
    try (Sse all = subscribe("tim", "--from", "oldest", "-o", "data", "--for", "3s");
        Sse few = subscribe("tim", "--from", "oldest", "--count", "2", "--for", "3s");
        Sse last = subscribe("tim", "--until-data", "[DONE]", "--timeout", "3s")) {
      assertThat(all.exit()).isZero();
      assertThat(all.out()).hasSize(1);
      assertThat(few.exit()).isEqualTo(124);
      assertThat(few.out()).hasSize(1);
      assertThat(last.exit()).isEqualTo(124);
    }
  }

  @Test
  void heartbeatsAreShownIfTheCommandIsVerbose() {
    try (Sse told = subscribe("hal", "-v");
        Sse silent = subscribe("hal", "--for", "2500ms")) {
      told.awaitErr("! heartbeat").signal("INT");
      assertThat(told.exit()).isEqualTo(130);
      assertThat(silent.exit()).isZero();
      assertThat(silent.err()).doesNotContain("heartbeat");
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
            List.of("--exec-on-error", "retry:0", "--exec", "--", "true"),
            List.of("--until-data", "x", "-o", "raw"))) {
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
