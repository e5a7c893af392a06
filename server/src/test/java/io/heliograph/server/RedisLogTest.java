package io.heliograph.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.redis.RedisProcess;
import io.heliograph.server.redis.Relay;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two servers on one Redis are one log, whatever happens to Redis. */
@Tag("slow")
class RedisLogTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private RedisProcess redis;
  private TestServer one;
  private TestServer two;

  @BeforeEach
  void start() {
    redis = RedisProcess.start();
    one = node();
    two = node();
    awaitReady();
  }

  private void startAgain(String... options) {
    stop();
    redis = RedisProcess.start(options);
    one = node();
    two = node();
    awaitReady();
  }

  private TestServer node() {
    return TestServer.start(Map.of("log.type", "redis", "log.redis.url", redis.url()));
  }

  @AfterEach
  void stop() {
    redis.close();
    one.close();
    two.close();
  }

  private void awaitReady() {
    for (TestServer each : List.of(one, two)) {
      await().atMost(PATIENCE).until(() -> each.get("/health/ready").statusCode() == 200);
    }
  }

  private void awaitNotReady() {
    await().atMost(PATIENCE).until(() -> one.get("/health/ready").statusCode() == 503);
  }

  /** The next block of the stream that is no heartbeat, without its id. */
  private static String next(BlockReader reader) throws InterruptedException {
    String block = reader.nextBlock();
    while (block.startsWith(":")) {
      block = reader.nextBlock();
    }
    return block
        .lines()
        .filter(line -> !line.startsWith("id: "))
        .reduce((a, b) -> a + "\n" + b)
        .orElse("");
  }

  @Test
  void whatIsPublishedAtOneNodeIsReadAtTheOtherInOrder() throws Exception {
    try (var reader = two.subscribe("alice").awaitLive()) {
      IntStream.range(0, 200).forEach(i -> (i % 3 == 0 ? two : one).publish("alice", "e" + i));
      one.broadcast("to all");

      for (int i = 0; i < 200; i++) {
        assertThat(next(reader)).isEqualTo("data: e" + i);
      }
      assertThat(next(reader)).isEqualTo("data: to all");
    }
  }

  @Test
  void aReaderResumesAtTheOtherNodeWithoutAGap() throws Exception {
    String cursor;
    try (var reader = one.subscribe("alice").awaitLive()) {
      one.publish("alice", "first");
      assertThat(next(reader)).isEqualTo("data: first");
      cursor = reader.lastEventId();
    }
    two.publish("alice", "second");
    one.publish("alice", "third");

    try (var reader = two.resume("alice", cursor)) {
      assertThat(reader.nextControl("stream.open"))
          .contains("\"resumed\"")
          .doesNotContain("degraded");
      assertThat(next(reader)).isEqualTo("data: second");
      assertThat(next(reader)).isEqualTo("data: third");
      assertThat(next(reader)).contains("stream.live").contains("\"replayed\":2");
    }
  }

  @Test
  void aReaderWhoIsAheadOfTheOtherNodeGetsNoGapAndOneOfAnotherLogDoes() throws Exception {
    String cursor;
    try (var _ = two.subscribe("alice").awaitLive();
        var reader = one.subscribe("alice").awaitLive()) {
      one.publish("alice", "first");
      assertThat(next(reader)).isEqualTo("data: first");
      cursor = reader.lastEventId();
      try (var returned = two.resume("alice", cursor)) {
        assertThat(returned.nextControl("stream.open")).contains("\"resumed\"");
      }
    }
    try (var beyond = two.resume("alice", cursor.replaceFirst("-1\\.", "-5."))) {
      assertThat(beyond.nextControl("stream.open")).contains("\"gap\"");
      assertThat(next(beyond)).contains("stream.gap").contains("\"unknown\"");
      assertThat(next(beyond)).isEqualTo("data: first");
    }
  }

  @Test
  void aReaderWhoIsAheadOfANodeThatIsCutOffGetsNoGap() throws Exception {
    try (var network = new Relay(redis.port());
        var behind =
            TestServer.start(
                Map.of(
                    "log.type", "redis", "log.redis.url", "redis://127.0.0.1:" + network.port()))) {
      await().atMost(PATIENCE).until(() -> behind.get("/health/ready").statusCode() == 200);
      one.publish("alice", "first");
      try (var all = behind.open("/sse/alice?from=oldest");
          var reader = one.subscribe("alice").awaitLive()) {
        assertThat(all.nextEvent()).isEqualTo("data: first"); // All of the log is in memory there.
        network.cut();
        one.publish("alice", "second");
        assertThat(reader.nextEvent()).isEqualTo("data: second");
        try (var moved = behind.resume("alice", reader.lastEventId())) {
          assertThat(moved.nextControl("stream.open")).contains("\"degraded\":true");
          network.heal();

          assertThat(next(moved)).contains("stream.live").contains("\"replayed\":0");
          one.publish("alice", "third");
          assertThat(next(moved)).isEqualTo("data: third");
        }
      }
    }
  }

  @Test
  void anEventThatNoReplicaConfirmsIsDeliveredAtOnceByTheNodeThatTookIt() throws Exception {
    try (var strict =
            TestServer.start(
                Map.of(
                    "log.type",
                    "redis",
                    "log.redis.url",
                    redis.url(),
                    "log.redis.wait-replicas",
                    "1"));
        var reader = strict.subscribe("alice").awaitLive()) {
      await().atMost(PATIENCE).until(() -> strict.get("/health/ready").statusCode() == 200);
      HttpResponse<String> response = strict.post("/v1/users/alice/events", "text/plain", "1");

      assertThat(response.statusCode()).isEqualTo(503);
      assertThat(reader.nextEvent()).isEqualTo("data: 1");
    }
  }

  @Test
  void whatAReplicaConfirmsIsAccepted() {
    try (var replica = RedisProcess.start("--replicaof", "127.0.0.1 " + redis.port());
        var strict =
            TestServer.start(
                Map.of(
                    "log.type",
                    "redis",
                    "log.redis.url",
                    redis.url(),
                    "log.redis.wait-replicas",
                    "1"))) {
      await().atMost(PATIENCE).until(() -> replica.call("ROLE").contains("\nconnected\n"));
      await().atMost(PATIENCE).until(() -> keyed(strict).statusCode() == 202);

      assertThat(keyed(strict).body()).contains("\"repeated\":true");
      for (String path : List.of("/v1/users/bob/events", "/v1/broadcast")) {
        assertThat(strict.post(path, "text/plain", "1").statusCode()).isEqualTo(202);
        assertThat(strict.post(path + "?ephemeral=true", "text/plain", "1").statusCode())
            .isEqualTo(202);
      }
      assertThat(
              strict
                  .send(
                      HttpRequest.newBuilder(strict.uri("/v1/users/bob/events"))
                          .method("DELETE", HttpRequest.BodyPublishers.noBody()))
                  .statusCode())
          .isEqualTo(204);
    }
  }

  @Test
  void ephemeralEventsReachTheOtherNode() throws Exception {
    try (var reader = two.subscribe("alice").awaitLive()) {
      one.publish("alice", "kept 1");
      one.post("/v1/users/alice/events?ephemeral=true", "text/plain", "x");
      HttpResponse<String> response =
          one.post(
              "/v1/users/alice/events",
              "application/json",
              "{\"data\":\"now\",\"ephemeral\":true}");
      assertThat(response.statusCode()).isEqualTo(202);
      one.publish("alice", "kept 2");

      assertThat(reader.nextEvents(4))
          .containsExactly("data: kept 1", "data: x", "data: now", "data: kept 2");
    }
  }

  @Test
  void aKeyIsKnownAtBothNodes() {
    assertThat(keyed(one).body()).doesNotContain("repeated");
    assertThat(keyed(two).body()).contains("\"repeated\":true");
    assertThat(events(one)).containsOnlyOnce("\"data\":\"once\"");
  }

  private static HttpResponse<String> keyed(TestServer server) {
    return server.send(
        HttpRequest.newBuilder(server.uri("/v1/users/alice/events"))
            .header("Content-Type", "text/plain")
            .header("Idempotency-Key", "k")
            .POST(HttpRequest.BodyPublishers.ofString("once")));
  }

  private static String events(TestServer server) {
    return events(server, "alice").body();
  }

  private static HttpResponse<String> events(TestServer server, String user) {
    return server.send(
        HttpRequest.newBuilder(server.uri("/v1/users/" + user + "/events?from=oldest"))
            .header("Accept", "application/json"));
  }

  @Test
  void whatOneNodeForgetsTheOtherDoesNotServe() throws Exception {
    try (var reader = two.subscribe("alice").awaitLive()) {
      one.publish("alice", "secret");
      assertThat(next(reader)).isEqualTo("data: secret");

      one.send(HttpRequest.newBuilder(one.uri("/v1/users/alice/events")).DELETE());

      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(events(two)).contains("\"events\":[]"));
      one.publish("alice", "after");
      assertThat(next(reader)).isEqualTo("data: after");
    }
  }

  @Test
  void aBatchKeepsItsOrder() throws Exception {
    var lines = new StringBuilder();
    for (int i = 0; i < 3_000; i++) {
      lines.append("{\"users\":[\"u%d\"],\"data\":\"%d\"}\n".formatted(i % 3, i));
    }
    try (var reader = two.subscribe("u1").awaitLive()) {
      assertThat(one.post("/v1/events", "application/x-ndjson", lines.toString()).body().lines())
          .hasSize(3_000)
          .allMatch(line -> line.contains("202"));

      for (int i = 1; i < 3_000; i += 3) {
        assertThat(next(reader)).isEqualTo("data: " + i);
      }
    }
  }

  @Test
  void whileRedisIsAwayStreamsStayAndPublishersAreTold() throws Exception {
    startAgain("--appendonly", "yes", "--appendfsync", "always");
    try (var reader = two.subscribe("alice").awaitLive()) {
      one.publish("alice", "before");
      assertThat(next(reader)).isEqualTo("data: before");
      String cursor = reader.lastEventId();

      redis.kill();
      HttpResponse<String> refused = one.post("/v1/users/alice/events", "text/plain", "lost");
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.headers().firstValue("Retry-After")).isPresent();
      assertThat(refused.body()).contains("log-unavailable").contains("127.0.0.1:" + redis.port());
      awaitNotReady();
      assertThat(one.get("/health/ready").body()).contains("127.0.0.1:" + redis.port());
      try (var fresh = one.subscribe("bob");
          var returned = one.resume("alice", cursor)) {
        assertThat(fresh.nextControl("stream.open")).contains("\"degraded\":true");
        assertThat(returned.nextControl("stream.open")).contains("\"degraded\":true");

        redis.restart();
        long back = System.nanoTime();
        awaitReady();
        assertThat(next(fresh)).contains("stream.live");
        assertThat(next(returned)).contains("stream.live");
        assertThat(Duration.ofNanos(System.nanoTime() - back)).isLessThan(Duration.ofSeconds(8));
        one.publish("alice", "after");
        one.publish("bob", "for bob");
        assertThat(next(fresh)).isEqualTo("data: for bob");
        assertThat(next(returned)).isEqualTo("data: after");
      }
      // The epoch has changed, and nothing is lost.
      assertThat(next(reader)).isEqualTo("data: after");
    }
  }

  @Test
  void aRestartThatLosesTheDataIsAGap() throws Exception {
    try (var reader = two.subscribe("alice").awaitLive()) {
      one.publish("alice", "before");
      assertThat(next(reader)).isEqualTo("data: before");

      redis.kill();
      redis.restart();
      awaitReady();

      assertThat(next(reader)).contains("stream.gap").contains("\"epoch\"");
      one.publish("alice", "after");
      assertThat(reader.nextEvent()).isEqualTo("data: after");
    }
  }

  @Test
  void theLossOfAllDataIsAGapThoughNothingIsPublished() throws Exception {
    try (var reader = two.subscribe("alice").awaitLive()) {
      one.publish("alice", "before");
      assertThat(next(reader)).isEqualTo("data: before");
      await().atMost(PATIENCE).until(() -> !redis.call("KEYS", "*probe*").isEmpty());

      redis.call("FLUSHALL");

      assertThat(next(reader)).contains("stream.gap").contains("\"epoch\"");
    }
  }

  @Test
  void whatASubscriptionMissedIsReadFromTheLog() throws Exception {
    try (var reader = two.subscribe("alice").awaitLive()) {
      for (int i = 0; i < 50; i++) {
        redis.call("CLIENT", "KILL", "TYPE", "pubsub");
        one.publish("alice", "e" + i);
      }

      for (int i = 0; i < 50; i++) {
        assertThat(next(reader)).isEqualTo("data: e" + i);
      }
    }
  }

  @Test
  void aPausedRedisLosesNothing() throws Exception {
    try (var reader = two.subscribe("alice").awaitLive()) {
      one.publish("alice", "before");
      redis.pause();
      assertThat(one.post("/v1/users/alice/events", "text/plain", "unknown").statusCode())
          .isEqualTo(503);
      awaitNotReady();

      redis.resume();
      awaitReady();
      one.publish("alice", "after");

      assertThat(next(reader)).isEqualTo("data: before");
      // It was not known whether it is kept: it is, and comes before what followed.
      assertThat(next(reader)).isEqualTo("data: unknown");
      assertThat(next(reader)).isEqualTo("data: after");
    }
  }

  @Test
  void aFullRedisCanBeRead() throws Exception {
    one.publish("alice", "first");
    one.broadcast("to all");
    redis.call("CONFIG", "SET", "maxmemory", "1");

    assertThat(one.post("/v1/users/alice/events", "text/plain", "second").statusCode())
        .isEqualTo(503);
    assertThat(events(two)).contains("\"data\":\"first\"");
    try (var reader = two.open("/sse/alice?from=oldest")) {
      assertThat(reader.nextEvents(2)).containsExactlyInAnyOrder("data: first", "data: to all");
      redis.call("CONFIG", "SET", "maxmemory", "0");
      one.publish("alice", "third");
      assertThat(reader.nextEvent()).isEqualTo("data: third");
    }
  }

  @Test
  void aStreamWithoutALogIsDegradedWhileRedisIsFull() throws Exception {
    redis.call("CONFIG", "SET", "maxmemory", "1");
    try (var reader = two.subscribe("new")) {
      assertThat(reader.nextControl("stream.open")).contains("\"degraded\":true");
      assertThat(events(two, "new").statusCode()).isEqualTo(503);
      redis.call("CONFIG", "SET", "maxmemory", "0");

      assertThat(next(reader)).contains("stream.live");
      one.publish("new", "first");
      assertThat(next(reader)).isEqualTo("data: first");
    }
  }

  @Test
  void aFullRedisCanBeReadAfterARestart() {
    startAgain("--appendonly", "yes", "--appendfsync", "always");
    one.publish("alice", "first");
    one.broadcast("to all");
    redis.kill();
    redis.restart();
    redis.call("CONFIG", "SET", "maxmemory", "1");

    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertThat(events(two)).contains("\"data\":\"first\"", "\"data\":\"to all\""));
  }

  /** As the guide says of a kick that is answered with 503. */
  @Test
  void aKickWhileRedisIsAwayAppliesToTheNodeThatWasAsked() throws Exception {
    try (var reader = one.subscribe("alice").awaitLive()) {
      redis.kill();
      var kick = HttpRequest.newBuilder(one.uri("/v1/users/alice/connections")).DELETE();

      assertThat(one.send(kick).statusCode()).isEqualTo(503);
      assertThat(reader.nextControl("stream.closing")).contains("kicked");
    }
  }

  @Test
  void aFullRedisRefusesAndForgetsNothing() throws Exception {
    startAgain("--maxmemory", "6mb", "--maxmemory-policy", "noeviction");
    try (var reader = two.subscribe("alice").awaitLive()) {
      one.publish("alice", "first");
      assertThat(next(reader)).isEqualTo("data: first");
      String large = "x".repeat(60_000);
      int status = 202;
      for (int i = 0; i < 200 && status == 202; i++) {
        status = one.post("/v1/users/u" + i + "/events", "text/plain", large).statusCode();
      }

      assertThat(status).isEqualTo(503);
      HttpResponse<String> refused = one.post("/v1/users/alice/events", "text/plain", large);
      assertThat(refused.body()).contains("maxmemory");
      assertThat(events(one)).contains("\"data\":\"first\"");
      redis.call("CONFIG", "SET", "maxmemory", "100mb");
      one.publish("alice", "again");
      assertThat(next(reader)).isEqualTo("data: again");
    }
  }
}
