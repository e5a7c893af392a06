package io.heliograph.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.auth.Caller;
import io.heliograph.server.event.NanoClock;
import io.heliograph.server.event.UserId;
import io.heliograph.server.hub.Hub;
import io.heliograph.server.hub.StreamLimits;
import io.heliograph.server.log.EventLog;
import io.heliograph.server.log.LogUnavailableException;
import io.heliograph.server.log.Retention;
import io.heliograph.server.log.redis.RedisEventLog;
import io.heliograph.server.observe.Metrics;
import io.heliograph.server.presence.Streams;
import io.heliograph.server.redis.Redis;
import io.heliograph.server.redis.RedisProcess;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What operators order at one node applies at all, over what happens to Redis. */
@Tag("slow")
class OrdersTest {

  private static final UserId ALICE = new UserId("alice");
  private static final UserId BOB = new UserId("bob");
  private final Instant end = Instant.now().plusSeconds(3600);
  private final Caller alices =
      new Caller(ALICE, Set.of(), Optional.of("t1"), Optional.of(Instant.EPOCH), end);

  private final RedisProcess server = RedisProcess.start();
  private final List<Node> nodes = new ArrayList<>();

  /** A node without HTTP. */
  private record Node(Redis redis, EventLog log, Cluster cluster, Hub hub, Streams streams) {
    int connections(UserId user) {
      return hub.connections().of(user).size();
    }

    boolean hasRevoked(Caller caller) {
      return cluster.revocations().revokedAt(caller).isPresent();
    }
  }

  private Node node() {
    var redis = new Redis(server.options());
    var kept = new Retention(10, 1 << 20, Duration.ofHours(1));
    var log = new RedisEventLog(redis, kept, kept, 1 << 20, NanoClock.SYSTEM, Clock.systemUTC());
    var cluster = new Cluster(redis, log, Clock.systemUTC());
    var limits =
        new StreamLimits(
            Duration.ofSeconds(15),
            Duration.ofSeconds(3),
            Duration.ofSeconds(30),
            Optional.empty());
    var hub = new Hub(log, limits, NanoClock.SYSTEM, new Metrics(), cluster.orders());
    cluster.join(hub, Duration.ofSeconds(20));
    assertThat(cluster.fault()).isEmpty();
    var node = new Node(redis, log, cluster, hub, new Streams(hub));
    nodes.add(node);
    return node;
  }

  @AfterEach
  void close() {
    server.resume();
    nodes.forEach(node -> node.hub.close());
    nodes.forEach(node -> node.cluster.close());
    nodes.forEach(node -> node.log.close());
    server.close();
  }

  private static ConditionFactory soon() {
    return await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(5));
  }

  @Test
  void aKickEndsTheStreamsOfAllNodesAndRefusesReturns() {
    Node one = node();
    Node two = node();
    two.streams.open("alice");
    two.streams.open("bob");
    one.streams.open("alice");
    assertThat(one.hub.kicks().kick(ALICE)).isEqualTo(1);

    soon().until(() -> two.connections(ALICE) == 0);
    assertThat(two.hub.kicks().refusesReturn(ALICE)).isTrue();
    assertThat(two.hub.kicks().refusesReturn(ALICE)).isTrue();
    assertThat(two.connections(BOB)).isEqualTo(1);
    assertThat(two.hub.kicks().refusesReturn(BOB)).isFalse();
  }

  @Test
  void aKickOfOneConnectionOfAnotherNodeRefusesOneReturnOverAllNodes() {
    Node one = node();
    Node two = node();
    two.streams.open("alice");
    two.streams.open("alice");
    String kicked = two.hub.connections().of(ALICE).getFirst().id();
    assertThat(one.hub.kicks().kick(ALICE, kicked)).isFalse();
    one.hub.kicks().kickElsewhere(ALICE, kicked);
    soon().until(() -> two.connections(ALICE) == 1);
    assertThat(two.hub.connections().of(ALICE).getFirst().id()).isNotEqualTo(kicked);
    assertThat(one.hub.kicks().refusesReturn(ALICE)).isTrue();

    one.hub.kicks().kick(BOB); // What was ordered before it was followed before it.
    soon().until(() -> two.hub.kicks().refusesReturn(BOB));
    assertThat(two.hub.kicks().refusesReturn(ALICE)).isFalse();
    assertThat(one.hub.kicks().refusesReturn(ALICE)).isFalse();
  }

  @Test
  void aNodeThatStartsBeginsWithWhatIsInForce() {
    Node one = node();
    one.hub.kicks().kick(ALICE);
    one.cluster.revocations().revoke(ALICE, end);
    one.cluster.revocations().revokeToken("a b", end);
    one.cluster.revocations().revokeToken("over", Instant.now().minusSeconds(1));
    Node two = node();

    assertThat(two.hub.kicks().refusesReturn(ALICE)).isTrue();
    assertThat(two.hasRevoked(alices)).isTrue();
    assertThat(two.cluster.revocations().inForce()).hasSize(2);
    assertThat(two.hasRevoked(new Caller(BOB, Set.of(), Optional.of("a b"), Optional.empty(), end)))
        .isTrue();
    two.streams.open("alice"); // A kick keeps nobody out who comes anew.
    one.hub.kicks().kick(BOB);
    soon().until(() -> two.hub.kicks().refusesReturn(BOB));
    assertThat(two.connections(ALICE)).isEqualTo(1);
  }

  @Test
  void whatIsOrderedWhileANodeIsCutOffAppliesWhenItIsBack() {
    Node one = node();
    Node two = node();
    two.streams.open("alice");
    server.pause();
    assertThatThrownBy(() -> one.hub.kicks().kick(ALICE))
        .isInstanceOf(LogUnavailableException.class)
        .hasMessageContaining("Retry later");
    assertThatThrownBy(() -> one.cluster.revocations().revokeToken("t1", end))
        .isInstanceOf(LogUnavailableException.class);
    assertThat(one.hasRevoked(alices)).isTrue();
    server.resume();
    soon().until(() -> one.redis.fault().isEmpty());
    one.hub.kicks().kick(ALICE);
    one.cluster.revocations().revokeToken("t1", end);

    soon().until(() -> two.connections(ALICE) == 0);
    soon().until(() -> two.hasRevoked(alices));
  }

  @Test
  void subscriptionsThatAreCutLoseNoOrder() {
    Node one = node();
    Node two = node();
    for (int i = 0; i < 50; i++) {
      if (i % 10 == 5) {
        server.call("CLIENT", "KILL", "TYPE", "pubsub");
      }
      one.cluster.revocations().revokeToken("t" + i, end);
    }

    soon().until(() -> two.cluster.revocations().inForce().size() == 50);
  }

  @Test
  void revocationsThatRedisHasLostAreWrittenAgain() {
    Node one = node();
    node();
    one.cluster.revocations().revoke(ALICE, end);
    one.hub.kicks().kick(BOB);
    server.call("FLUSHALL");
    soon().until(() -> server.call("HKEYS", "test:{control}:revoked").equals("user alice"));

    Node three = node();
    assertThat(three.hasRevoked(alices)).isTrue();
    one.cluster.revocations().revokeToken("t2", end);
    soon().until(() -> three.cluster.revocations().inForce().size() == 2);
  }

  /** Redis answers nobody while a script runs, so no answer may hold all that is in force. */
  @Test
  void manyRevocationsAreReadInParts() {
    String now = Long.toString(System.currentTimeMillis());
    String add =
        """
        for i = 1, 20000 do
          local name = 'token t' .. i
          redis.call('HSET', KEYS[1] .. ':revoked', name, ARGV[1])
          redis.call('ZADD', KEYS[1] .. ':ends', ARGV[1] + 30000000 + math.min(i, 5000), name)
        end
        """;
    server.call("EVAL", add, "1", "test:{control}", now);
    server.call("CONFIG", "SET", "client-output-buffer-limit", "normal 262144 262144 0");
    Node one = node();

    assertThat(one.cluster.revocations().inForce()).hasSize(20_000);
  }

  @Test
  void theNodesCountEachOther() {
    Node one = node();
    Node two = node();
    two.streams.open("alice");

    soon().until(() -> one.cluster.others().size() == 1);
    soon().until(() -> one.cluster.others().getFirst().connections() == 1);
    two.cluster.close();
    soon().until(() -> one.cluster.others().isEmpty());
  }

  /** When Redis heard of the node last. */
  private long seen(Node node) {
    return Long.parseLong(server.call("ZSCORE", "test:{control}:nodes", node.hub.node()));
  }

  @Test
  void aFullRedisTakesOrdersAndKnowsWhichNodesThereAre() {
    Node one = node();
    Node two = node();
    two.streams.open("alice");
    server.call("CONFIG", "SET", "maxmemory", "1");
    long seen = seen(two);
    one.hub.kicks().kick(ALICE);

    soon().until(() -> two.connections(ALICE) == 0);
    soon().until(() -> seen(two) > seen);
  }
}
