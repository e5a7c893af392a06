package io.heliograph.server.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Connections to a Cluster of one server, which tells clients another address than its own. */
@Tag("slow")
class ClusteredTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Script COUNT = Script.of("return {redis.call('INCR', KEYS[1])}");

  private final RedisProcess server = RedisProcess.start("--cluster-enabled", "yes");
  private final Relay relay = new Relay(server.port());
  private Redis redis;

  @BeforeEach
  void connect() {
    server.call("CONFIG", "SET", "cluster-announce-port", Integer.toString(relay.port()));
    server.call("CONFIG", "SET", "cluster-announce-ip", "127.0.0.1");
    server.call("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
    await().atMost(PATIENCE).until(() -> server.call("CLUSTER", "INFO").contains("state:ok"));
    redis = new Redis(RedisProcess.options(List.of(relay.port()), "test"));
    awaitUp();
  }

  @AfterEach
  void disconnect() throws Exception {
    redis.close();
    relay.close();
    server.close();
  }

  private void awaitUp() {
    await().atMost(PATIENCE).until(() -> redis.fault().isEmpty());
  }

  @Test
  void aConnectionThatBringsNoAnswersIsReplaced() {
    assertThat(redis.run(COUNT, List.of("test:{a}")).join()).containsExactly(1L);
    relay.cut();
    relay.heal();
    assertThatThrownBy(() -> redis.run(COUNT, List.of("test:{a}")).join())
        .hasCauseInstanceOf(RedisUnavailableException.class);

    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .untilAsserted(
            () -> assertThat(redis.run(COUNT, List.of("test:{a}")).join()).containsExactly(2L));
  }
}
