package io.heliograph.server.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.event.Event;
import io.heliograph.server.event.NanoClock;
import io.heliograph.server.event.Position;
import io.heliograph.server.event.Publication;
import io.heliograph.server.event.UserId;
import io.heliograph.server.log.redis.RedisEventLog;
import io.heliograph.server.redis.Redis;
import io.heliograph.server.redis.RedisProcess;
import io.heliograph.server.redis.Relay;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What nodes have in memory of the logs in a real Redis, and what they read again. */
@Tag("slow")
class RedisMirrorsTest {

  private static final LogName ALICE = LogName.of(new UserId("alice"));
  private static final String KEY = "test:log:{alice}";
  private static final int MEMORY = 1 << 20;

  private final RedisProcess server = RedisProcess.start();

  @AfterEach
  void stop() {
    server.close();
  }

  private RedisEventLog open() {
    return open(server.port());
  }

  private static RedisEventLog open(int port) {
    var redis = new Redis(RedisProcess.options(port));
    soon().until(() -> redis.fault().isEmpty());
    var kept = new Retention(256, 1 << 20, Duration.ofHours(24));
    return new RedisEventLog(redis, kept, kept, MEMORY, NanoClock.SYSTEM, InstantSource.system());
  }

  private static ConditionFactory soon() {
    return await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(5));
  }

  private static LogName user(int number) {
    return LogName.of(new UserId("u" + number));
  }

  private static Publication event(String data, String publisher) {
    return Publication.of(Event.of(Event.DEFAULT_TYPE, data), publisher, null);
  }

  /** The log is in another history, as after a failover, and one event further. */
  @Test
  void aLogThatWasReadBeforeItsNewConnectionAnsweredWakesItsReadersAfterwards() {
    try (RedisEventLog log = open();
        RedisEventLog other = open();
        Follow reader = log.follow(ALICE)) {
      Position start = reader.head();
      var woken = new AtomicInteger();
      log.whenChanged(_ -> woken.incrementAndGet());
      server.call("ACL", "SETUSER", "default", "-publish"); // Neither events nor probes arrive.
      String[] state = server.call("LINDEX", KEY, "0").split(" ", 4);
      server.call("LSET", KEY, "0", "%s %s before %s".formatted(state[0], state[1], state[3]));
      other.append(ALICE, event("a", Publication.NO_PUBLISHER));
      server.call("CLIENT", "KILL", "TYPE", "pubsub");
      soon().until(() -> reader.head().epoch() != start.epoch() && woken.get() > 0);
      assertThat(reader.degraded()).isTrue();
      woken.set(0);
      Position same = Position.kept(reader.head().epoch(), start.sequence());
      assertThat(reader.after(start, 1000)).isEqualTo(new Replay.Skipped(same));
      assertThat(reader.after(same, 1000)).isEqualTo(Replay.NOTHING);

      server.call("ACL", "SETUSER", "default", "+publish");
      soon().until(() -> woken.get() > 0);
      soon().until(() -> reader.after(same, 1000).equals(Replay.COLD));
      reader.load();
      assertThat(reader.after(same, 1000)).isInstanceOf(Replay.Events.class);
    }
  }

  private int calls(String command) {
    Matcher calls =
        Pattern.compile("cmdstat_" + command + ":calls=(\\d+)")
            .matcher(server.call("INFO", "commandstats"));
    return calls.find() ? Integer.parseInt(calls.group(1)) : 0;
  }

  /** The log is read once, and no event before the reader's cursor. */
  @Test
  void aReaderThatComesBackHasRedisReadTheLogOnce() {
    try (RedisEventLog other = open();
        RedisEventLog log = open()) {
      for (int i = 0; i < 20; i++) {
        other.append(ALICE, event("a", Publication.NO_PUBLISHER));
      }
      Position cursor;
      try (Follow reader = other.follow(ALICE)) {
        cursor = reader.head();
      }
      other.append(ALICE, event("b", Publication.NO_PUBLISHER));
      server.call("CONFIG", "RESETSTAT");
      try (Follow reader = log.follow(ALICE, cursor)) {
        reader.seek(cursor);
        assertThat(reader.after(cursor, 10_000))
            .isInstanceOfSatisfying(
                Replay.Events.class, found -> assertThat(found.events()).hasSize(1));
        assertThat(calls("lrange")).isEqualTo(1);
        assertThat(log.usage().bytes()).isLessThan(1_000);

        Position older = Position.kept(cursor.epoch(), cursor.sequence() - 10);
        reader.seek(older);
        assertThat(reader.after(older, 10_000))
            .isInstanceOfSatisfying(
                Replay.Events.class, found -> assertThat(found.events()).hasSize(11));
        assertThat(calls("lrange")).isEqualTo(2);
      }
    }
  }

  /** Its answer is on its way when the reader receives another event at another node. */
  @Test
  void aReadThatBeganBeforeAReaderCameBackIsNoReasonForAGap() throws Exception {
    try (var relay = new Relay(server.port());
        RedisEventLog other = open();
        RedisEventLog log = open(relay.port())) {
      other.append(ALICE, event("a", Publication.NO_PUBLISHER));
      try (Follow first = log.follow(ALICE);
          Follow second = log.follow(ALICE)) {
        server.call("ACL", "SETUSER", "default", "-publish"); // The node is told of nothing.
        relay.holdAnswers();
        server.call("CONFIG", "RESETSTAT");
        var loading = new Thread(first::load);
        loading.start();
        soon().until(() -> calls("lrange") == 1);
        var appended = (Appended.Stored) other.append(ALICE, event("b", Publication.NO_PUBLISHER));
        Position received = appended.event().position();
        var seeking = new Thread(() -> second.seek(received));
        seeking.start();
        soon().until(() -> seeking.getState() == Thread.State.TIMED_WAITING);
        relay.deliver();
        loading.join();
        seeking.join();

        assertThat(second.after(received, 1_000)).isEqualTo(Replay.NOTHING);
      }
    }
  }

  @Test
  void theEventsOfReadersThatStayDoNotOutgrowTheMemoryOfTheNode() {
    try (RedisEventLog log = open()) {
      List<Follow> readers = IntStream.range(0, 30).mapToObj(i -> log.follow(user(i))).toList();
      Position start = readers.getFirst().head();
      for (int i = 0; i < 30; i++) {
        log.append(user(i), event("x".repeat(100_000), Publication.NO_PUBLISHER));
      }

      soon().until(() -> log.usage().bytes() <= MEMORY);
      assertThat(readers.getFirst().after(start, 1000)).isEqualTo(Replay.COLD);
      readers.getFirst().load();
      assertThat(readers.getFirst().after(start, 1000)).isInstanceOf(Replay.Events.class);
      readers.forEach(Follow::close);
    }
  }

  /** No event may be dropped for their number in the first ten seconds. */
  @Test
  void aBurstOfTwoPublishersDoesNotHaveAllEventsReadForEachOne() {
    try (RedisEventLog log = open()) {
      for (int i = 0; i < 300; i++) {
        log.append(ALICE, event("a", "publisher " + i % 2));
      }
      server.call("CONFIG", "RESETSTAT");
      for (int i = 0; i < 320; i++) {
        log.append(ALICE, event("a", "publisher " + i % 2));
      }

      assertThat(calls("lrange")).isLessThanOrEqualTo(20);
    }
  }
}
