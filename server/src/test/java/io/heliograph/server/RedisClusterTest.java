package io.heliograph.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.redis.RedisCluster;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two servers on a Redis Cluster. */
@Tag("slow")
class RedisClusterTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static RedisCluster redis;
  private static TestServer one;
  private static TestServer two;

  @BeforeAll
  static void start() {
    redis = RedisCluster.start();
    var settings = Map.of("log.type", "redis", "log.redis.url", redis.url());
    one = TestServer.start(settings);
    two = TestServer.start(settings);
    awaitReady();
  }

  private static void awaitReady() {
    for (TestServer each : List.of(one, two)) {
      await().atMost(PATIENCE).until(() -> each.get("/health/ready").statusCode() == 200);
    }
  }

  @AfterAll
  static void stop() {
    one.close();
    two.close();
    redis.close();
  }

  /** Publishes until it is accepted, under one key. */
  private static void publish(TestServer server, String user, String data) {
    if (!isAccepted(server, user, data)) {
      await().atMost(PATIENCE).pollInSameThread().until(() -> isAccepted(server, user, data));
    }
  }

  private static boolean isAccepted(TestServer server, String user, String data) {
    return server
            .send(
                HttpRequest.newBuilder(server.uri("/v1/users/" + user + "/events"))
                    .header("Content-Type", "text/plain")
                    .header("Idempotency-Key", data)
                    .POST(HttpRequest.BodyPublishers.ofString(data)))
            .statusCode()
        == 202;
  }

  @Test
  void eventsOfAllShardsReachTheOtherNode() throws Exception {
    var readers = new ArrayList<TestReader>();
    for (int i = 0; i < 30; i++) {
      readers.add(two.subscribe("user" + i).awaitLive());
    }
    for (int i = 0; i < 300; i++) {
      publish(one, "user" + i % 30, "e" + i);
    }
    for (int i = 0; i < 300; i++) {
      assertThat(readers.get(i % 30).nextEvent()).isEqualTo("data: e" + i);
    }
    readers.forEach(TestReader::close);
  }

  @Test
  void aSlotMayMoveWhileEventsArePublished() throws Exception {
    publishWhileASlotMoves(one, "mover", 1_000);
  }

  @Test
  void aSlotMayMoveWhileReplicasConfirmEvents() throws Exception {
    try (var careful =
        TestServer.start(
            Map.of(
                "log.type",
                "redis",
                "log.redis.url",
                redis.url(),
                "log.redis.wait-replicas",
                "1"))) {
      await().atMost(PATIENCE).until(() -> careful.get("/health/ready").statusCode() == 200);
      publishWhileASlotMoves(careful, "confirmed", 300);
    }
  }

  private static void publishWhileASlotMoves(TestServer server, String user, int events)
      throws Exception {
    try (var reader = two.subscribe(user).awaitLive()) {
      Thread publisher =
          Thread.ofVirtual()
              .start(
                  () -> {
                    for (int i = 0; i < events; i++) {
                      publish(server, user, "e" + i);
                    }
                  });
      for (int i = 0; i < 3; i++) {
        redis.migrate("heliograph:log:{" + user + "}");
      }
      publisher.join();

      for (int i = 0; i < events; i++) {
        assertThat(reader.nextEvent()).isEqualTo("data: e" + i);
      }
    }
  }

  /** The events of a batch are under way at the same time. */
  @Test
  void aBatchStaysInOrderWhileItsSlotMoves() throws Exception {
    String key = "heliograph:log:{batch}";
    publish(one, "batch", "first");
    try (var reader = two.subscribe("batch").awaitLive()) {
      String batch =
          IntStream.range(0, 500)
              .mapToObj(i -> "{\"users\":[\"batch\"],\"data\":\"e%d\"}\n".formatted(i))
              .collect(Collectors.joining());
      Thread publisher;
      try (RedisCluster.Migration migration = redis.beginMigration(key)) {
        migration.from().call("CONFIG", "RESETSTAT");
        publisher =
            Thread.ofVirtual().start(() -> one.post("/v1/events", "application/x-ndjson", batch));
        await()
            .atMost(PATIENCE)
            .until(() -> migration.from().call("INFO", "errorstats").contains("TRYAGAIN"));
        migration.moveKeys();
      }
      publisher.join();

      for (int i = 0; i < 500; i++) {
        assertThat(reader.nextEvent()).isEqualTo("data: e" + i);
      }
    }
  }

  @Test
  void aPrimaryMayDie() throws Exception {
    String key = "heliograph:log:{widow}";
    try (var reader = two.subscribe("widow").awaitLive()) {
      publish(one, "widow", "before");
      assertThat(reader.nextEvent()).isEqualTo("data: before");
      redis.primaryOf(key).kill();

      publish(one, "widow", "after");
      assertThat(reader.nextEvent()).isEqualTo("data: after");
      awaitReady();
      publish(one, "widow", "later");
      assertThat(reader.nextEvent()).isEqualTo("data: later");
    }
  }
}
