package io.heliograph.server.cluster;

import io.heliograph.server.event.NanoClock;
import io.heliograph.server.event.UserId;
import io.heliograph.server.hub.Hub;
import io.heliograph.server.log.EventLog;
import io.heliograph.server.log.redis.RedisEventLog;
import io.heliograph.server.presence.Presence;
import io.heliograph.server.presence.PresenceContract;
import io.heliograph.server.presence.Streams;
import io.heliograph.server.redis.Redis;
import io.heliograph.server.redis.RedisCluster;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Presence at a Redis Cluster, whose buckets are on several primaries. */
@Tag("slow")
@Order(1)
class RedisClusterPresenceTest extends PresenceContract {

  private static final AtomicInteger TESTS = new AtomicInteger();

  private static RedisCluster cluster;

  private final String prefix = "test" + TESTS.incrementAndGet();
  private final List<Redis> connections = new ArrayList<>();

  @BeforeAll
  static void start() {
    cluster = RedisCluster.start();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @Override
  protected EventLog openLog() {
    return new RedisEventLog(connect(), KEPT, KEPT, 64 << 20, NanoClock.SYSTEM, Clock.systemUTC());
  }

  @Override
  protected Presence open(Hub hub, Duration grace) {
    Redis redis = connect();
    var edges = (RedisEventLog) log();
    return new RedisPresence(
        hub, redis, grace, edges, new Cluster(redis, edges, Clock.systemUTC()));
  }

  private Redis connect() {
    var redis = new Redis(cluster.options(prefix));
    connections.add(redis);
    soon().until(() -> redis.fault().isEmpty());
    return redis;
  }

  @Override
  protected void afterNodes() {
    connections.forEach(Redis::close);
  }

  /**
   * The slot holds several keys, of which each call needs some that are there and some that are
   * not.
   */
  @Test
  void theSlotOfABucketMayMoveWhileUsersComeAndGo() {
    Node one = node(GRACE);
    Node other = node(GRACE);
    List<String> users =
        IntStream.iterate(0, i -> i + 1)
            .mapToObj(i -> "u" + i)
            .filter(user -> RedisDirectory.bucket(new UserId(user), 16) == 0)
            .limit(4)
            .toList();
    List<Streams.Open> stay = users.stream().limit(2).map(one.streams()::open).toList();
    Streams.Open leaves = other.streams().open(users.get(2));
    awaitEdgesInAnyOrder(
        users.stream().limit(3).map(user -> "online " + user).toArray(String[]::new));
    Streams.Open comes;
    try (RedisCluster.Migration migration =
        cluster.beginMigration(prefix + ":presence:{presence-0}")) {
      leaves.close();
      comes = other.streams().open(users.get(3));
      soon().until(() -> migration.to().call("INFO", "errorstats").contains("TRYAGAIN"));
      migration.moveKeys();
    }

    var expected = new ArrayList<String>();
    users.forEach(user -> expected.add("online " + user));
    expected.add("offline " + users.get(2));
    awaitEdgesInAnyOrder(expected.toArray(String[]::new));
    stay.forEach(Streams.Open::close);
    comes.close();
    List.of(0, 1, 3).forEach(i -> expected.add("offline " + users.get(i)));
    awaitEdgesInAnyOrder(expected.toArray(String[]::new));
  }
}
