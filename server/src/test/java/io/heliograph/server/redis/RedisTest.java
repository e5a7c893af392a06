package io.heliograph.server.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Connections to a real Redis survive what happens to it. */
class RedisTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Script ECHO = Script.of("return {ARGV[1], 7}");

  private RedisProcess server;
  private Redis redis;
  private final Queue<String> messages = new ConcurrentLinkedQueue<>();
  private final AtomicInteger refills = new AtomicInteger();

  @BeforeEach
  void connect() {
    server = RedisProcess.start();
    redis = new Redis(server.options());
    awaitUp();
  }

  @AfterEach
  void disconnect() {
    redis.close();
    server.close();
  }

  private void awaitUp() {
    await().atMost(PATIENCE).until(() -> redis.fault().isEmpty());
  }

  private String awaitFault() {
    await().atMost(PATIENCE).until(() -> redis.fault().isPresent());
    return redis.fault().orElseThrow();
  }

  private void subscribe() {
    redis
        .subscribe(
            "test:{a}",
            new Subscriber() {
              @Override
              public void message(byte[] payload) {
                messages.add(new String(payload, UTF_8));
              }

              @Override
              public void refill() {
                refills.incrementAndGet();
              }
            })
        .join();
  }

  private void assertThatMessagesArrive(String text) {
    redis.publish("test:{a}", text.getBytes(UTF_8)).join();
    await().atMost(PATIENCE).until(() -> messages.contains(text));
  }

  @Test
  void aScriptIsRunThoughRedisDoesNotKnowIt() {
    server.call("SCRIPT", "FLUSH");

    List<Object> answer = redis.run(ECHO, List.of("test:{a}"), "x".getBytes(UTF_8)).join();

    assertThat((byte[]) answer.get(0)).isEqualTo("x".getBytes(UTF_8));
    assertThat(answer.get(1)).isEqualTo(7L);
  }

  @Test
  void pipelinedRunsKeepTheirOrderThoughRedisForgetsTheScript() {
    var push = Script.of("return {redis.call('RPUSH', KEYS[1], ARGV[1])}");
    redis.preload(List.of(push));
    for (int round = 0; round < 40; round++) {
      var runs = new ArrayList<CompletableFuture<List<Object>>>();
      for (int i = 0; i < 500; i++) {
        if (i == 250) {
          server.call("SCRIPT", "FLUSH");
        }
        byte[] number = Integer.toString(500 * round + i).getBytes(UTF_8);
        runs.add(redis.runInOrder(push, List.of("test:{a}"), number));
      }
      runs.forEach(CompletableFuture::join);
    }

    assertThat(server.call("LRANGE", "test:{a}", "0", "-1").lines().map(Integer::valueOf))
        .hasSize(20_000)
        .isSorted();
  }

  @Test
  void messagesArriveUntilTheSubscriptionEnds() {
    subscribe();
    assertThatMessagesArrive("one");

    redis.unsubscribe("test:{a}");
    await().atMost(PATIENCE).until(() -> redis.publish("test:{a}", new byte[1]).join() == 0);
  }

  @Test
  void aSubscriptionThatEndsAndBeginsAtOnceIsThere() {
    for (int i = 0; i < 100; i++) {
      subscribe();
      redis.unsubscribe("test:{a}");
    }
    subscribe();

    assertThatMessagesArrive("one");
  }

  @Test
  void aRestartIsSurvivedAndToldOf() {
    subscribe();
    server.kill();

    assertThat(awaitFault()).contains("127.0.0.1:" + server.port());
    assertThatThrownBy(() -> redis.run(ECHO, List.of("test:{a}"), new byte[0]).join())
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(RedisUnavailableException.class);

    server.restart();
    awaitUp();
    await().atMost(PATIENCE).until(() -> refills.get() > 0);
    assertThatMessagesArrive("after");
  }

  @Test
  void aServerThatDoesNotAnswerIsNoticedAndUsedAgain() {
    subscribe();
    server.pause();

    assertThat(awaitFault()).contains("127.0.0.1:" + server.port());

    server.resume();
    awaitUp();
    assertThatMessagesArrive("after");
  }

  @Test
  void subscriptionsThatTheServerKillsComeBack() {
    subscribe();
    assertThat(server.call("CLIENT", "KILL", "TYPE", "pubsub")).isEqualTo("1");

    await().atMost(PATIENCE).until(() -> refills.get() > 0);
    awaitUp();
    assertThatMessagesArrive("after");
  }

  @Test
  void theLossOfAllDataIsToldOf() {
    subscribe();
    await().atMost(PATIENCE).until(() -> !server.call("KEYS", "test:probe:*").isEmpty());
    server.call("FLUSHALL");

    await().atMost(PATIENCE).until(() -> refills.get() > 0);
  }

  @Test
  void aServerThatComesLaterIsFound() {
    redis.close();
    int port = server.port();
    server.kill();
    redis = new Redis(server.options());
    assertThat(awaitFault()).contains("127.0.0.1:" + port);

    server.restart();
    awaitUp();
    subscribe();
    assertThatMessagesArrive("one");
  }

  @Test
  void aFullServerIsReportedAndKeepsItsSubscriptions() {
    subscribe();
    server.call("CONFIG", "SET", "maxmemory", "1");

    assertThat(awaitFault()).contains("127.0.0.1:" + server.port()).contains("maxmemory");
    assertThat(redis.isUp("test:{a}")).isTrue();
    assertThatMessagesArrive("while it is full");

    server.call("CONFIG", "SET", "maxmemory", "0");
    awaitUp();
    assertThat(refills).hasValue(0);
  }

  /** The new primary's replica has what the new primary has, not what the old one was sent. */
  @Test
  void anotherPrimaryConfirmsNothing() {
    try (var first = RedisProcess.start();
        var second = RedisProcess.start("--replicaof", "127.0.0.1 " + first.port());
        var pair =
            new Redis(RedisProcess.options(List.of(first.port(), second.port()), "test", 1))) {
      String before = history(first);
      await().atMost(PATIENCE).until(() -> isReplicated(pair, before));

      second.call("REPLICAOF", "NO", "ONE");
      first.call("REPLICAOF", "127.0.0.1", Integer.toString(second.port()));
      await().atMost(PATIENCE).until(() -> isReplicated(pair, history(second)));
      assertThatThrownBy(() -> pair.replicated("test:{a}", before).join())
          .hasCauseInstanceOf(RedisUnavailableException.class)
          .hasMessageContaining("took over during the write");
    }
  }

  private static String history(RedisProcess server) {
    return server.call("INFO", "replication").split("master_replid:", 2)[1].substring(0, 16);
  }

  private static boolean isReplicated(Redis redis, String history) {
    return redis.replicated("test:{a}", history).handle((_, failure) -> failure == null).join();
  }
}
