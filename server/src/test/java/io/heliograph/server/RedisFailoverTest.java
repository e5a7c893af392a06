package io.heliograph.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.redis.RedisProcess;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A failover that loses events is a told gap for the readers that had them, and for no other. */
@Tag("slow")
class RedisFailoverTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static TestServer node(RedisProcess primary, RedisProcess replica) {
    TestServer server =
        TestServer.start(
            Map.of(
                "log.type",
                "redis",
                "log.redis.url",
                primary.url() + "," + "127.0.0.1:" + replica.port()));
    await().atMost(PATIENCE).until(() -> server.get("/health/ready").statusCode() == 200);
    return server;
  }

  private static String read(TestReader reader, int events) throws InterruptedException {
    reader.nextEvents(events);
    return reader.lastEventId();
  }

  @Test
  void noPositionNamesTwoEvents() throws Exception {
    try (var primary = RedisProcess.start();
        var replica = RedisProcess.start("--replicaof", "127.0.0.1 " + primary.port());
        var server = node(primary, replica)) {
      String early;
      try (var reader = server.subscribe("alice").awaitLive()) {
        server.publish("alice", "1");
        server.publish("alice", "2");
        early = read(reader, 2);
      }
      await()
          .atMost(PATIENCE)
          .until(
              () -> replica.call("LINDEX", "heliograph:log:{alice}", "2").endsWith("data: 2\n\n"));
      replica.call("REPLICAOF", "NO", "ONE"); // From here on it misses what the primary gets.

      String late;
      try (var live = server.subscribe("alice").awaitLive()) {
        server.publish("alice", "lost 3");
        server.publish("alice", "lost 4");
        late = read(live, 2);
        primary.kill();
        await().atMost(PATIENCE).until(() -> server.get("/health/ready").statusCode() == 200);

        assertThat(live.nextControl("stream.gap")).contains("\"epoch\"");
        server.publish("alice", "3");
        server.publish("alice", "4");
        assertThat(live.nextEvents(2)).containsExactly("data: 3", "data: 4");
      }
      try (var had = server.resume("alice", early)) {
        assertThat(had.nextControl("stream.open")).contains("\"resumed\"");
        assertThat(had.nextEvents(2)).containsExactly("data: 3", "data: 4");
      }
      try (var had = server.resume("alice", late)) {
        assertThat(had.nextControl("stream.open")).contains("\"gap\"");
        assertThat(had.nextControl("stream.gap")).contains("\"epoch\"");
        assertThat(had.nextEvents(2)).containsExactly("data: 3", "data: 4");
      }
    }
  }

  @Test
  void aDemotedPrimaryIsLeft() throws Exception {
    try (var primary = RedisProcess.start();
        var replica = RedisProcess.start("--replicaof", "127.0.0.1 " + primary.port());
        var server = node(primary, replica);
        var reader = server.subscribe("alice").awaitLive()) {
      server.publish("alice", "1");
      await()
          .atMost(PATIENCE)
          .until(
              () -> replica.call("LINDEX", "heliograph:log:{alice}", "1").endsWith("data: 1\n\n"));

      replica.call("REPLICAOF", "NO", "ONE");
      primary.call("REPLICAOF", "127.0.0.1", Integer.toString(replica.port()));
      await()
          .atMost(PATIENCE)
          .until(
              () -> server.post("/v1/users/alice/events", "text/plain", "2").statusCode() == 202);

      assertThat(reader.nextEvents(2)).containsExactly("data: 1", "data: 2");
    }
  }
}
