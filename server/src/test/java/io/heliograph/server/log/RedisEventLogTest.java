package io.heliograph.server.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.event.Event;
import io.heliograph.server.log.redis.RedisEventLog;
import io.heliograph.server.redis.Redis;
import io.heliograph.server.redis.RedisOptions;
import io.heliograph.server.redis.RedisProcess;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A log in a real Redis does what every log must do. */
class RedisEventLogTest extends EventLogContract {

  private static final AtomicInteger LOGS = new AtomicInteger();

  private static RedisProcess server;

  @BeforeAll
  static void start() {
    server = RedisProcess.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void anEdgeIsAddedOnceHoweverManyWereAddedSince() throws Exception {
    try (RedisEventLog edges = open(Retention.EDGES);
        Follow follow = edges.follow(LogName.PRESENCE)) {
      edges.addEdges("one", numbered(1, 4)).get();
      for (int first = 1; first < 12_000; first += 2_000) {
        advance(Retention.GRACE.plusSeconds(1));
        edges.addEdges("other", numbered(first, first + 2_000)).get();
      }
      await().untilAsserted(() -> assertThat(follow.head().sequence()).isEqualTo(12_003));

      edges.addEdges("one", numbered(2, 5)).get();
      edges.addEdges("other", numbered(11_000, 12_002)).get();
      await().untilAsserted(() -> assertThat(follow.head().sequence()).isEqualTo(12_005));
      assertThat(last(follow, 2))
          .containsExactly("event: edge\ndata: 4", "event: edge\ndata: 12001");
    }
  }

  private static List<RedisEventLog.NumberedEdge> numbered(long from, long to) {
    return LongStream.range(from, to)
        .mapToObj(n -> new RedisEventLog.NumberedEdge(n, Event.of("edge", Long.toString(n))))
        .toList();
  }

  private static List<String> last(Follow follow, int count) {
    return follow.latest(count, _ -> true).stream()
        .map(event -> new String(event.block(), UTF_8).strip())
        .toList();
  }

  @Override
  RedisEventLog open(Retention retention) {
    var options =
        new RedisOptions(
            List.of(new RedisOptions.Host("127.0.0.1", server.port())),
            false,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            0,
            "test" + LOGS.incrementAndGet(),
            0);
    var redis = new Redis(options);
    await().atMost(Duration.ofSeconds(20)).until(() -> redis.fault().isEmpty());
    return new RedisEventLog(
        redis,
        retention,
        retention,
        64 << 20,
        nanos::get,
        () -> Instant.EPOCH.plusNanos(nanos.get()));
  }
}
