package io.heliograph.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.LogCapture;
import io.heliograph.server.TestReader;
import io.heliograph.server.TestServer;
import io.heliograph.server.TestTokens;
import io.heliograph.server.event.UserId;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** What the log says of streams: who, from where, and why it ended. */
@Isolated
class AccessLogTest {

  private final LogCapture lines = LogCapture.of("io.heliograph.server.streams");

  @AfterEach
  void leave() {
    lines.close();
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
      awaitLine(
          "opened user=alice remote=127\\.0\\.0\\.1:\\d+ agent=agent/1 users=1 connections=1"
              + " request=r-1");
      awaitLine(
          "closed user=alice remote=127\\.0\\.0\\.1:\\d+ reason=client-left seconds=\\d+ events=1"
              + " users=0 connections=0 request=r-1");

      try (var bob = server.subscribe("bob").awaitLive()) {
        server.heliograph().hub().kicks().kick(new UserId("bob"));
        bob.awaitEnd();
      }
      awaitLine("closed user=bob .* reason=kicked .*");
      try (var _ = server.subscribe("carol").awaitLive()) {
        server.close();
      }
      awaitLine("closed user=carol .* reason=drain .*");
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
        awaitLine("opened user=olga .*");
        awaitLine("closed user=olga .* reason=client-left .*");
        lines.clear();
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
              "User-Agent: a\tb\u0085c\" closed user=root reason=kicked",
              "X-Request-Id: x y")) {
        reader.nextControl("stream.open");
      }
      awaitLine("closed user=eve .*");
      assertThat(lines.lines())
          .allMatch(text -> text.codePoints().noneMatch(Character::isISOControl))
          .allMatch(
              text -> text.matches("INFO (opened|closed) user=eve .* request=[0-9a-z]+-[0-9a-z]+"))
          .anyMatch(
              text ->
                  text.matches(".* agent=\"a\\?b.+c\\\\\" closed user=root reason=kicked\" .*"));
    }
  }

  private void awaitLine(String pattern) {
    lines.awaitLine("INFO " + pattern);
  }
}
