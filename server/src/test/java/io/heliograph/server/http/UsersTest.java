package io.heliograph.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.TestReader;
import io.heliograph.server.TestServer;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class UsersTest {

  @Test
  void whoIsOnlineComesInPagesById() throws Exception {
    try (var server = TestServer.start();
        var _ = server.subscribe("carol").awaitLive();
        var _ = server.subscribe("alice").awaitLive();
        var _ = server.subscribe("alice").awaitLive();
        var _ = server.subscribe("bob").awaitLive()) {
      assertThat(server.get("/v1/users?limit=2").body())
          .isEqualTo(
              "{\"users\":[{\"user\":\"alice\",\"online\":true,\"connections\":2},"
                  + "{\"user\":\"bob\",\"online\":true,\"connections\":1}],\"next\":\"bob\"}");
      assertThat(server.get("/v1/users?limit=2&after=bob").body())
          .isEqualTo(
              "{\"users\":[{\"user\":\"carol\",\"online\":true,\"connections\":1}],"
                  + "\"next\":null}");
      assertThat(server.get("/v1/stats").body())
          .contains("\"connections\":4")
          .contains("\"users\":3");
    }
  }

  @Test
  void oneUserComesWithItsConnections() throws Exception {
    try (var server = TestServer.start();
        var reader =
            TestReader.open(server.port(), "/sse/alice", "User-Agent: tab/1.0").awaitLive()) {
      assertThat(server.get("/v1/users/alice").body())
          .matches(
              "\\{\"user\":\"alice\",\"online\":true,\"connections\":\\[\\{\"id\":\"[0-9a-z-]+\","
                  + "\"since\":\"[0-9TZ:.-]+\",\"remote\":\"127.0.0.1:\\d+\","
                  + "\"agent\":\"tab/1.0\",\"lag\":0}]}");
      reader.close();
      await().until(() -> server.get("/v1/users/alice").body().contains("\"online\":false"));
    }
  }

  @Test
  void healthAnswers() {
    try (var server = TestServer.start()) {
      assertThat(server.get("/health/live").body()).isEqualTo("{\"status\":\"UP\"}");
      assertThat(server.get("/health/ready").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void theTickerDoesWhatTheClassicExampleDid() throws Exception {
    try (var server = TestServer.start(Map.of("demo.ticker", "100ms"));
        var alice = server.subscribe("alice");
        var bob = server.subscribe("bob").awaitLive()) {
      assertThat(alice.nextBlock()).endsWith(":"); // A comment at once.
      String tick = alice.nextEvent();
      while (!tick.contains("\"users\":2")) {
        tick = alice.nextEvent();
      }
      assertThat(tick).matches("data: \\{\"userId\":\"alice\",\"users\":2,\"time\":\\d{13}}");
      bob.close();
      while (!tick.contains("\"users\":1")) {
        tick = alice.nextEvent();
      }
    }
  }

  @Test
  void oneNodeAnswersForAllItsNodesAndForItself() throws Exception {
    try (var server = TestServer.start();
        var _ = server.subscribe("alice").awaitLive()) {
      for (String path : List.of("/v1/users", "/v1/users/alice", "/v1/stats")) {
        HttpResponse<String> all = server.get(path);
        assertThat(all.statusCode()).isEqualTo(200);
        assertThat(server.get(path + "?node=all").body()).isEqualTo(all.body());
        assertThat(server.get(path + "?node=self").body()).isEqualTo(all.body());
        assertThat(server.get(path + "?node=other").body())
            .contains("invalid-query", "must be all (the default) or self");
      }
      assertThat(server.get("/v1/stats").body()).contains("\"users\":1,").endsWith("\"nodes\":1}");
    }
  }
}
