package io.heliograph.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.TestReader;
import io.heliograph.server.TestServer;
import io.heliograph.server.TestTokens;
import io.heliograph.server.event.UserId;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** What the log says of streams: who, from where, and why it ended. */
@Isolated
class AccessLogTest {

  private static final Logger STREAMS = Logger.getLogger("io.heliograph.server.streams");

  private final Lines lines = new Lines();

  @BeforeEach
  void listen() {
    STREAMS.addHandler(lines);
  }

  @AfterEach
  void leave() {
    STREAMS.removeHandler(lines);
  }

  @Test
  void aStreamsLinesHaveItsUserAndTheReasonOfItsEnd() throws Exception {
    try (var server = TestServer.start()) {
      try (var alice =
          TestReader.open(
              server.port(), "/sse/alice", "User-Agent: agent/1", "X-Request-Id: r-1")) {
        alice.awaitLive();
        server.publish("alice", "hi");
        alice.nextEvent();
      }
      awaitLine("alice came from 127\\.0\\.0\\.1:\\d+ \\(agent/1\\) .* request=r-1");
      awaitLine(
          "alice left 127\\.0\\.0\\.1:\\d+ \\(client-left\\) after \\d+ s, 1 events .*"
              + " request=r-1");

      try (var bob = server.subscribe("bob").awaitLive()) {
        server.heliograph().hub().kick(new UserId("bob"));
        bob.awaitEnd();
      }
      awaitLine("bob left .* \\(kicked\\) after .*");
      try (var _ = server.subscribe("carol").awaitLive()) {
        server.close();
      }
      awaitLine("carol left .* \\(drain\\) after .*");
    }
  }

  @Test
  void anOperatorsStreamHasTheOperatorsName() throws Exception {
    try (var server = TestServer.start(TestTokens.settings(Map.of()))) {
      for (String path : new String[] {"/v1/tail", "/v1/presence/events"}) {
        try (var reader =
            TestReader.open(
                server.port(), path, "Authorization: Bearer " + TestTokens.of("olga", "operate"))) {
          reader.nextControl("stream.open");
        }
        awaitLine("olga came from .*");
        awaitLine("olga left .* \\(client-left\\) .*");
        lines.texts.clear();
      }
    }
  }

  @Test
  void whatAStrangerChoosesForgesNoLine() throws Exception {
    try (var server = TestServer.start()) {
      try (var reader =
          TestReader.open(
              server.port(),
              "/sse/eve",
              "User-Agent: a\tb\u0085c root left 1.2.3.4 (kicked)",
              "X-Request-Id: x y")) {
        reader.nextControl("stream.open");
      }
      awaitLine("eve left .*");
      assertThat(lines.texts)
          .allMatch(text -> text.codePoints().noneMatch(Character::isISOControl));
      assertThat(lines.texts)
          .allMatch(text -> text.matches("eve (came|left) .* request=[0-9a-z]+-[0-9a-z]+"));
    }
  }

  private void awaitLine(String pattern) {
    await().until(() -> lines.texts.stream().anyMatch(text -> text.matches(pattern)));
  }

  private static final class Lines extends Handler {
    final Queue<String> texts = new ConcurrentLinkedQueue<>();

    @Override
    public void publish(LogRecord entry) {
      texts.add(entry.getMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
