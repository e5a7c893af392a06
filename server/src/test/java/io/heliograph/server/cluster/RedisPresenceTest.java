package io.heliograph.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.server.event.NanoClock;
import io.heliograph.server.event.UserId;
import io.heliograph.server.hub.Connections.Online;
import io.heliograph.server.hub.Hub;
import io.heliograph.server.log.EventLog;
import io.heliograph.server.log.LogUnavailableException;
import io.heliograph.server.log.redis.RedisEventLog;
import io.heliograph.server.presence.Directory;
import io.heliograph.server.presence.Presence;
import io.heliograph.server.presence.PresenceContract;
import io.heliograph.server.presence.Streams;
import io.heliograph.server.redis.Redis;
import io.heliograph.server.redis.RedisProcess;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** One node, then several, at a real Redis. */
@Tag("slow")
@Order(1)
class RedisPresenceTest extends PresenceContract {

  private static final UserId ALICE = new UserId("alice");

  private final RedisProcess server = RedisProcess.start();
  private final List<Redis> connections = new ArrayList<>();

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
    var redis = new Redis(server.options());
    connections.add(redis);
    soon().until(() -> redis.fault().isEmpty());
    return redis;
  }

  @Override
  protected void afterNodes() {
    connections.forEach(Redis::close);
    server.close();
  }

  @Test
  void theConnectionsOfAllNodesCount() {
    Node one = node(GRACE);
    Node other = node(GRACE);
    Streams.Open first = one.streams().open("alice");
    Streams.Open second = other.streams().open("alice");
    Directory directory = one.presence().directory();
    soon().until(() -> directory.of(ALICE).size() == 2);
    assertThat(directory.of(ALICE)).extracting(Directory.Seen::lag).contains(OptionalLong.empty());
    assertThat(directory.page("", 10)).containsExactly(new Online(ALICE, 2));
    first.close();
    try (Streams.Open _ = other.streams().open("bob")) {
      second.close();
      try (Streams.Open _ = one.streams().open("alice")) {
        soon().until(() -> directory.of(ALICE).size() == 1);
      }
    }

    awaitEdgesInAnyOrder("online alice", "online bob", "offline bob", "offline alice");
  }

  @Test
  void everyUserOfManyHasOneEdgeEachWayOverAllNodes() {
    List<Node> nodes = List.of(node(GRACE), node(GRACE), node(GRACE));
    var open = new ArrayList<Streams.Open>();
    var expected = new ArrayList<String>();
    for (int i = 0; i < 300; i++) {
      open.add(nodes.get(i % 3).streams().open("u" + i));
      open.add(nodes.get((i + 1) % 3).streams().open("u" + i));
      expected.add("online u" + i);
    }
    soon().untilAsserted(() -> assertThat(edges()).hasSize(300));
    awaitEdgesInAnyOrder(expected.toArray(String[]::new));
    for (int i = 0; i < 300; i++) {
      expected.add("offline u" + i);
    }
    open.forEach(Streams.Open::close);
    soon().untilAsserted(() -> assertThat(edges()).hasSize(600));

    awaitEdgesInAnyOrder(expected.toArray(String[]::new));
    assertThat(nodes.getFirst().presence().directory().figures().stats().users()).isZero();
  }

  @Test
  void aNodeThatStopsLeavesNothing() {
    Node one = node(GRACE);
    Node other = node(GRACE);
    Streams.Open stream = other.streams().open("alice");
    awaitEdges("online alice");
    stream.close();
    other.presence().close();
    awaitEdges("online alice", "offline alice");
    one.presence().close();

    for (String key : server.call("KEYS", "test:presence:*").split("\n", -1)) {
      assertThat(key).doesNotContain(":at:", ":nodes", ":left", ":here", ":publisher", ":changes");
    }
  }

  @Test
  void allIsWrittenAgainAfterRedisHasLostItsData() {
    Node node = node(GRACE);
    try (Streams.Open _ = node.streams().open("alice")) {
      awaitEdges("online alice");
      long epoch = epochOfEdges();
      server.call("FLUSHALL");

      // The cluster begins anew, and so does the log.
      soon().until(() -> epochOfEdges() != epoch);
      awaitEdges("online alice");
      assertThat(node.presence().directory().page("", 10)).containsExactly(new Online(ALICE, 1));
    }
    awaitEdges("online alice", "offline alice");
  }

  @Test
  void whatHappensWhileRedisIsPausedIsToldAfterwards() {
    Node node = node(GRACE);
    Streams.Open gone = node.streams().open("gone");
    Streams.Open stays = node.streams().open("stays");
    awaitEdgesInAnyOrder("online gone", "online stays");
    server.pause();
    gone.close();
    node.streams().open("visitor").close();
    Streams.Open fresh = node.streams().open("fresh");
    assertThatThrownBy(() -> node.presence().directory().page("", 1))
        .isInstanceOf(LogUnavailableException.class)
        .hasMessageContaining("Retry later");
    server.resume();

    awaitEdgesInAnyOrder(
        "online gone",
        "online stays",
        "offline gone",
        "online visitor",
        "offline visitor",
        "online fresh");
    stays.close();
    fresh.close();
    soon().until(() -> edges().contains("offline stays") && edges().contains("offline fresh"));
    assertThat(edges()).doesNotHaveDuplicates();
  }

  /** A connection to Redis that was cut: as a node that was killed. */
  @Test
  void theUsersOfADeadNodeAreGoneAfterItsLease() {
    Node survivor = node(GRACE);
    Node dead = node(GRACE);
    Streams.Open onBoth = survivor.streams().open("both");
    var lost = List.of(dead.streams().open("both"), dead.streams().open("lost"));
    Streams.Open moved = dead.streams().open("moved");
    awaitEdgesInAnyOrder("online both", "online lost", "online moved");
    long killed = System.nanoTime();
    connections.getLast().close();
    Streams.Open returned = survivor.streams().open("moved");

    soon().until(() -> edges().contains("offline lost"));
    assertThat(Duration.ofNanos(System.nanoTime() - killed)).isLessThan(Duration.ofSeconds(10));
    assertThat(survivor.presence().directory().page("", 10))
        .containsExactly(new Online(new UserId("both"), 1), new Online(new UserId("moved"), 1));
    onBoth.close();
    returned.close();
    awaitEdgesInAnyOrder(
        "online both",
        "online lost",
        "online moved",
        "offline lost",
        "offline both",
        "offline moved");
    lost.forEach(Streams.Open::close);
    moved.close();
  }
}
