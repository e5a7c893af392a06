package io.heliograph.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.event.NanoClock;
import io.heliograph.server.event.UserId;
import io.heliograph.server.hub.Connections;
import io.heliograph.server.hub.Hub;
import io.heliograph.server.hub.StreamLimits;
import io.heliograph.server.log.MemoryEventLog;
import io.heliograph.server.log.Retention;
import io.heliograph.server.log.redis.RedisEventLog;
import io.heliograph.server.presence.Streams;
import io.heliograph.server.redis.Redis;
import io.heliograph.server.redis.RedisProcess;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a node writes and is told, when answers are lost and nodes die in between. */
class BucketTest {

  private static final UserId ALICE = new UserId("alice");
  private static final Retention KEPT = new Retention(10, 1 << 20, Duration.ofHours(1));
  private static final StreamLimits LIMITS =
      new StreamLimits(
          Duration.ofSeconds(15), Duration.ofSeconds(3), Duration.ofSeconds(30), Optional.empty());

  private final RedisProcess server = RedisProcess.start();
  private final Redis redis = new Redis(server.options());
  private final MemoryEventLog log = new MemoryEventLog(KEPT, KEPT, 1 << 20, NanoClock.SYSTEM);
  private final Hub hub = new Hub(log, LIMITS, NanoClock.SYSTEM);
  private final Hub otherHub = new Hub(log, LIMITS, NanoClock.SYSTEM);
  private final Bucket bucket = bucket(hub);
  private final Bucket other = bucket(otherHub);

  private Bucket bucket(Hub of) {
    return new Bucket("test:{bucket}", of, redis, Duration.ZERO, System.nanoTime());
  }

  @BeforeEach
  void connect() {
    await().atMost(Duration.ofSeconds(20)).until(() -> redis.fault().isEmpty());
  }

  @AfterEach
  void close() {
    hub.close();
    otherHub.close();
    log.close();
    redis.close();
    server.close();
  }

  private static List<Object> send(Bucket from) {
    return Calls.await(from.send(false));
  }

  private static List<String> call(Bucket from) {
    return from.confirmed(send(from), System.nanoTime()).edges().stream()
        .map(edge -> edge.type() + " " + edge.user())
        .toList();
  }

  @Test
  void aChangeWhoseAnswerWasLostIsMadeOnce() {
    bucket.touched(ALICE, true); // Gone again already.
    assertThat(send(bucket)).hasSize(4);
    assertThat(send(bucket)).hasSize(4);
    assertThat(call(bucket)).containsExactly("online alice", "offline alice");

    bucket.touched(ALICE, true);
    assertThat(call(bucket))
        .containsExactly("online alice", "offline alice", "online alice", "offline alice");
  }

  @Test
  void edgesAreForOneNodeUntilItHasPublishedThem() {
    try (Streams.Open _ = new Streams(hub).open("alice")) {
      bucket.touched(ALICE, true);
      Bucket.Result first = bucket.confirmed(send(bucket), System.nanoTime());
      other.touched(new UserId("bob"), true);
      assertThat(call(other)).isEmpty();
      assertThat(call(bucket)).containsExactly("online alice", "online bob", "offline bob");
      bucket.published(first.edges().getFirst(), System.nanoTime());
      Bucket.Result rest = bucket.confirmed(send(bucket), System.nanoTime());
      assertThat(rest.edges()).extracting(Bucket.Edge::type).containsExactly("online", "offline");
      bucket.published(rest.edges().getLast(), System.nanoTime());

      assertThat(call(bucket)).isEmpty();
      other.touched(new UserId("carol"), true);
      assertThat(call(other)).containsExactly("online carol", "offline carol");
    }
  }

  @Test
  void theEdgesOfAPublisherThatDiesGoToAnother() {
    bucket.touched(ALICE, true);
    assertThat(call(bucket)).hasSize(2);
    assertThat(call(other)).isEmpty();
    server.call("DEL", "test:{bucket}:publisher"); // It expires with the lease.

    assertThat(call(other)).containsExactly("online alice", "offline alice");
  }

  @Test
  void aNodeIsToldThatItsLeaseWasLost() {
    assertThat(bucket.confirmed(send(bucket), System.nanoTime()).lost()).isTrue(); // It is new.
    assertThat(bucket.confirmed(send(bucket), System.nanoTime()).lost()).isFalse();
    assertThat(call(other)).isEmpty();
    server.call("ZADD", "test:{bucket}:nodes", "1", hub.node());
    assertThat(call(other)).isEmpty();

    assertThat(bucket.confirmed(send(bucket), System.nanoTime()).lost()).isTrue();
  }

  /** While Redis is away, no node can renew its lease. */
  @Test
  void leasesStandStillWhileNoNodeRenewsItsOwn() {
    try (Streams.Open _ = new Streams(hub).open("alice")) {
      bucket.touched(ALICE, true);
      assertThat(call(bucket)).containsExactly("online alice");
      assertThat(call(other)).isEmpty();
      server.call("DEL", "test:{bucket}:edges", "test:{bucket}:publisher");
      server.call("ZADD", "test:{bucket}:nodes", "1000", hub.node(), "2000", otherHub.node());

      assertThat(call(other)).isEmpty();
      assertThat(bucket.confirmed(send(bucket), System.nanoTime()).lost()).isFalse();
      assertThat(call(other)).isEmpty();
    }
  }

  /** Another node has removed some of its users, and would have removed the rest next. */
  @Test
  void aNodeIsToldThatItsLeaseWasLostThoughItIsNotForgottenYet() {
    assertThat(call(bucket)).isEmpty();
    assertThat(call(other)).isEmpty();
    String[] users = IntStream.range(0, 201).mapToObj(i -> "u" + i + " 1").toArray(String[]::new);
    String command = "HSET test:{bucket}:at:" + hub.node() + " " + String.join(" ", users);
    assertThat(server.call(command.split(" ", -1))).isEqualTo("201");
    server.call("ZADD", "test:{bucket}:nodes", "1", hub.node());
    assertThat(call(other)).isEmpty();
    assertThat(server.call("HLEN", "test:{bucket}:at:" + hub.node())).isEqualTo("1");

    assertThat(bucket.confirmed(send(bucket), System.nanoTime()).lost()).isTrue();
  }

  /** It is full at some moments only: another node may have renewed its lease meanwhile. */
  @Test
  void aFullRedisTakesNoChangesButEndsNoLease() {
    String nodes = "test:{bucket}:nodes";
    assertThat(call(bucket)).isEmpty();
    assertThat(call(other)).isEmpty();
    long before = System.currentTimeMillis() - 4_000;
    server.call("ZADD", nodes, Long.toString(before), hub.node());
    bucket.touched(ALICE, true);
    server.call("CONFIG", "SET", "maxmemory", "1");
    assertThatThrownBy(() -> send(bucket)).hasMessageContaining("maxmemory");
    assertThat(Long.parseLong(server.call("ZSCORE", nodes, hub.node()))).isGreaterThan(before);
    server.call("CONFIG", "SET", "maxmemory", "0");
    server.call("ZADD", nodes, "1", hub.node());
    server.call("CONFIG", "SET", "maxmemory", "1");
    assertThatThrownBy(() -> send(bucket)).hasMessageContaining("maxmemory");

    server.call("CONFIG", "SET", "maxmemory", "0");
    Bucket.Result result = bucket.confirmed(send(bucket), System.nanoTime());
    assertThat(result.lost()).isTrue();
    assertThat(result.edges()).extracting(Bucket.Edge::type).containsExactly("online", "offline");
  }

  @Test
  void usersAreOnlineThoughNoNodeCouldRenewItsLease() {
    Clock clock = Clock.systemUTC();
    var edges = new RedisEventLog(redis, KEPT, KEPT, 1 << 20, NanoClock.SYSTEM, clock);
    var cluster = new Cluster(redis, edges, clock);
    var directory = new RedisDirectory(hub, redis, List.of(bucket.key()), cluster);
    try (Streams.Open _ = new Streams(hub).open("alice")) {
      bucket.touched(ALICE, true);
      assertThat(call(bucket)).containsExactly("online alice");
      server.call("HSET", "test:{bucket}:at:dead", "bob", "1");
      server.call("ZADD", "test:{bucket}:here", "0", "bob");
      server.call("ZADD", "test:{bucket}:nodes", "10000", hub.node(), "1", "dead");

      assertThat(directory.page("", 10)).containsExactly(new Connections.Online(ALICE, 1));
    }
  }

  @Test
  void aUserWhoComesWhenTheLeaseOfAnotherNodeHasEndedStaysOnline() {
    try (Streams.Open _ = new Streams(hub).open("alice");
        Streams.Open _ = new Streams(otherHub).open("alice")) {
      assertThat(call(other)).isEmpty();
      bucket.touched(ALICE, true);
      assertThat(call(bucket)).containsExactly("online alice");
      server.call("DEL", "test:{bucket}:edges", "test:{bucket}:publisher");
      server.call("ZADD", "test:{bucket}:nodes", "1", hub.node());
      other.touched(ALICE, true);

      assertThat(call(other)).isEmpty();
      assertThat(server.call("EXISTS", "test:{bucket}:at:" + hub.node())).isEqualTo("0");
    }
  }
}
