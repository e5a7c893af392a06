package io.heliograph.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.auth.Caller;
import io.heliograph.server.auth.KeysUnavailableException;
import io.heliograph.server.auth.Scope;
import io.heliograph.server.auth.Tickets;
import io.heliograph.server.auth.TicketsContract;
import io.heliograph.server.auth.TokenRefusedException;
import io.heliograph.server.event.UserId;
import io.heliograph.server.redis.Redis;
import io.heliograph.server.redis.RedisProcess;
import io.heliograph.server.redis.Script;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tickets of several nodes at a real Redis. */
@Tag("slow")
class RedisTicketsTest extends TicketsContract {

  private static final String KEY = "test:{control}";

  private final RedisProcess server = RedisProcess.start();
  private final Redis redis = new Redis(server.options());

  @Override
  protected Tickets open(Duration openWithin) {
    await().atMost(Duration.ofSeconds(20)).until(() -> redis.fault().isEmpty());
    hello("one");
    return node("one");
  }

  private RedisTickets node(String name) {
    return new RedisTickets(redis, KEY, name, Duration.ofSeconds(30), clock);
  }

  /** The node has said that it is there. */
  private void hello(String name) {
    hello(name, 60_000);
  }

  private void hello(String name, long inMillis) {
    long when = System.currentTimeMillis() + inMillis;
    server.call("ZADD", KEY + ":nodes", Long.toString(when), name);
  }

  @AfterEach
  void disconnect() {
    redis.close();
    server.close();
  }

  @Test
  void aTicketIsForOneConnectionOverAllNodes() {
    hello("one");
    Caller caller =
        new Caller(
            new UserId("al ice\u00e9"),
            EnumSet.allOf(Scope.class),
            Optional.of("a\nb"),
            Optional.of(now.get()),
            end);
    String ticket = node("one").issue(caller).orElseThrow();
    var opened = (Tickets.Use.Opened) node("one").open(ticket, false);
    assertThat(opened.caller()).isEqualTo(caller);
    opened.hold().begun();

    assertThat(node("two").open(ticket, true)).isInstanceOf(Tickets.Use.Busy.class);
    opened.hold().close();
    assertThatThrownBy(() -> node("two").open(ticket, false))
        .isInstanceOf(TokenRefusedException.class)
        .hasMessageContaining("can only resume");
    assertThat(node("two").open(ticket, true)).isInstanceOf(Tickets.Use.Opened.class);
  }

  @Test
  void aTicketOfADeadNodeResumesAtAnother() {
    hello("one");
    String ticket = node("one").issue(caller("alice")).orElseThrow();
    var opened = (Tickets.Use.Opened) node("one").open(ticket, false);
    assertThat(node("two").open(ticket, true)).isInstanceOf(Tickets.Use.Busy.class);
    hello("one", -8_001);
    hello("two", 0);

    assertThatThrownBy(() -> node("two").open(ticket, false))
        .isInstanceOf(TokenRefusedException.class);
    assertThat(node("two").open(ticket, true)).isInstanceOf(Tickets.Use.Opened.class);
    hello("two", 60_000);
    opened.hold().close(); // The dead one was only slow.
    assertThat(node("three").open(ticket, true)).isInstanceOf(Tickets.Use.Busy.class);
  }

  /** Redis was away for a minute, in which no node could renew its lease. */
  @Test
  void theTicketsOfANodeStayItsOwnWhenRedisIsBack() {
    hello("one");
    String ticket = node("one").issue(caller("alice")).orElseThrow();
    assertThat(node("one").open(ticket, false)).isInstanceOf(Tickets.Use.Opened.class);
    hello("dead", -68_002);
    hello("one", -60_000);
    hello("two", -60_500);

    assertThat(node("two").open(ticket, true)).isInstanceOf(Tickets.Use.Busy.class);
    Script script = Script.read(Cluster.class, "nodes.lua");
    List<Object> nodes =
        redis
            .run(
                script,
                List.of(KEY),
                Calls.bytes("two"),
                Calls.bytes(Bucket.LEASE.toMillis()),
                Calls.bytes("figures"))
            .join();
    assertThat(nodes)
        .extracting(each -> Calls.text(Calls.list(each).getFirst()))
        .containsExactlyInAnyOrder("one", "two");
    assertThat(node("two").open(ticket, true)).isInstanceOf(Tickets.Use.Busy.class);
  }

  @Test
  void aReleaseIsRepeatedUntilRedisConfirmsIt() {
    try (var keeping = RedisProcess.start("--appendonly", "yes", "--appendfsync", "always");
        var other = new Redis(keeping.options())) {
      await().atMost(Duration.ofSeconds(20)).until(() -> other.fault().isEmpty());
      var one = new RedisTickets(other, KEY, "one", Duration.ofSeconds(30), clock);
      String later = Long.toString(System.currentTimeMillis() + 60_000);
      keeping.call("ZADD", KEY + ":nodes", later, "one");
      String ticket = one.issue(caller("alice")).orElseThrow();
      var opened = (Tickets.Use.Opened) one.open(ticket, false);
      opened.hold().begun();
      keeping.kill();
      opened.hold().close();
      assertThatThrownBy(() -> one.open(ticket, true))
          .isInstanceOf(KeysUnavailableException.class)
          .hasMessageContaining("Tickets cannot be verified");
      keeping.restart();
      await().atMost(Duration.ofSeconds(20)).until(() -> other.fault().isEmpty());
      assertThat(one.open(ticket, true)).isInstanceOf(Tickets.Use.Busy.class);

      one.retry();
      await().until(() -> one.open(ticket, true) instanceof Tickets.Use.Opened);
    }
  }

  @Test
  void redisHoldsNoTicketThatCouldBeUsed() {
    String ticket = node("one").issue(caller("alice")).orElseThrow();

    assertThat(server.call("KEYS", "*")).contains(KEY + ":ticket:").doesNotContain(ticket);
    assertThat(server.call("HGETALL", server.call("KEYS", KEY + ":ticket:*")))
        .contains("alice")
        .doesNotContain(ticket);
  }

  @Test
  void aFullRedisTakesTickets() {
    hello("one");
    server.call("CONFIG", "SET", "maxmemory", "1");
    String ticket = node("one").issue(caller("alice")).orElseThrow();
    var opened = (Tickets.Use.Opened) node("one").open(ticket, false);
    opened.hold().begun();
    opened.hold().close();

    assertThat(node("two").open(ticket, true)).isInstanceOf(Tickets.Use.Opened.class);
  }

  @Test
  void triesToOpenWhileRedisIsAwayDoNotPileUp() {
    RedisTickets one = (RedisTickets) open(Duration.ofSeconds(30));
    String ticket = one.issue(caller("alice")).orElseThrow();
    server.kill();
    await().atMost(Duration.ofSeconds(20)).until(() -> redis.fault().isPresent());
    for (int i = 0; i < 10_100; i++) {
      assertThatThrownBy(() -> one.open(ticket, true)).isInstanceOf(KeysUnavailableException.class);
    }
    server.restart();
    await().atMost(Duration.ofSeconds(20)).until(() -> redis.fault().isEmpty());
    // Loads the script; afterwards all commands arrive in order.
    assertThatThrownBy(() -> one.open(ticket, true)).isInstanceOf(TokenRefusedException.class);

    one.retry();

    assertThatThrownBy(() -> one.open(ticket, true)).isInstanceOf(TokenRefusedException.class);
    // Each release and each attempt looks the ticket up once.
    assertThat(server.call("INFO", "commandstats")).contains("cmdstat_hmget:calls=10002,");
  }
}
