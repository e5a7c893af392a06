package io.heliograph.server.redis;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What counts as confirmed by a real replica. */
class ReplicasTest {

  private static final String NAME = "replicas-test";
  private static final String ANY = ""; // Each history begins with it.

  private final RedisProcess primary = RedisProcess.start();
  private final RedisClient client = RedisClient.create();
  private final Replicas replicas =
      new Replicas(
          client,
          RedisURI.builder()
              .withHost("127.0.0.1")
              .withPort(primary.port())
              .withClientName(NAME)
              .build(),
          "mark",
          1);

  @AfterEach
  void close() {
    replicas.close();
    client.shutdown();
    primary.close();
  }

  private static ConditionFactory soon() {
    return await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(5));
  }

  private boolean isConnected() {
    return primary.call("CLIENT", "LIST").contains("name=" + NAME + " ");
  }

  /** WAIT is about what its connection has written last, which would be nothing. */
  @Test
  void nothingIsConfirmedIfTheMarkIsRefused() {
    try (RedisProcess _ = RedisProcess.start("--replicaof", "127.0.0.1 " + primary.port())) {
      soon().until(() -> primary.call("WAIT", "1", "1000").equals("1"));
      replicas.confirmed(ANY).join();
      primary.call("CONFIG", "SET", "maxmemory", "1");

      assertThatThrownBy(() -> replicas.confirmed(ANY).join())
          .isInstanceOf(CompletionException.class)
          .hasMessageContaining("maxmemory");
    }
  }

  @Test
  void whatStillWaitsAtTheEndConnectsNotAgain() {
    CompletableFuture<Void> first = replicas.confirmed(ANY);
    CompletableFuture<Void> second = replicas.confirmed(ANY);
    soon().until(this::isConnected);

    replicas.close();
    assertThatThrownBy(first::join).isInstanceOf(CompletionException.class);
    assertThatThrownBy(second::join).isInstanceOf(CompletionException.class);
    soon().until(() -> !isConnected());
  }
}
