package io.heliograph.server.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.heliograph.server.event.Event;
import io.heliograph.server.event.Position;
import io.heliograph.server.event.Publication;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.event.UserId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What one publisher does takes nothing from another that stays within its share. */
class FairSharesTest {

  private static final int USERS = 40;
  private static final int MODEST = 3;
  private static final long TOTAL = 400_000;

  /** What an event of the modest costs at most, with a log and a share of its own. */
  private static final int MOST_PER_EVENT = 1_000;

  private static final Retention KEPT = new Retention(12, 1 << 20, Duration.ofHours(24));

  /**
   * Three publishers keep within half of an equal share; two others publish without measure, to the
   * same users and to ever new ones. The model knows what the modest published last, and all of it
   * must be there, in order, after every step.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void whoStaysWithinItsShareLosesNothing(long seed) {
    var random = new Random(seed);
    long[] nanos = {0};
    var model = new HashMap<String, ArrayDeque<Sent>>();
    try (var log = new MemoryEventLog(KEPT, KEPT, TOTAL, () -> nanos[0])) {
      int most = (int) (TOTAL / (2 * (MODEST + 2)) / MOST_PER_EVENT);
      for (int step = 0; step < 4_000; step++) {
        nanos[0] += Duration.ofSeconds(11).toNanos(); // No burst: counts bound at once.
        int publisher = random.nextInt(MODEST + 2);
        if (publisher < MODEST) {
          publishModestly(log, model, random, "modest-" + publisher, most, step);
        } else {
          publishWithoutMeasure(log, random, "greedy-" + publisher, step);
        }
        // One log more than the bound at most: the latest that was written to.
        assertThat(log.usage().bytes()).isLessThan(TOTAL + 100_000);
        if (step % 50 == 0) {
          model.values().forEach(sent -> assertAllAreThere(log, sent, seed));
        }
      }
      assertThat(model).hasSize(MODEST);
      assertThat(log.usage().evictions()).isPositive();
      model.values().forEach(sent -> assertAllAreThere(log, sent, seed));
    }
  }

  /** An event of a user that has few: within a share of this log, too. */
  private static void publishModestly(
      MemoryEventLog log,
      Map<String, ArrayDeque<Sent>> model,
      Random random,
      String publisher,
      int most,
      int step) {
    ArrayDeque<Sent> sent = model.computeIfAbsent(publisher, _ -> new ArrayDeque<>());
    if (sent.size() >= most) {
      return;
    }
    var user = new UserId("user-" + random.nextInt(USERS));
    int share = KEPT.events() / (MODEST + 2);
    if (sent.stream().filter(each -> each.user.equals(user)).count() >= share) {
      return;
    }
    String data = publisher + " " + step + " " + "x".repeat(random.nextInt(300));
    var appended =
        (Appended.Stored)
            log.append(
                LogName.of(user), Publication.of(Event.of("message", data), publisher, null));
    sent.add(new Sent(user, appended.event()));
  }

  private static void publishWithoutMeasure(
      MemoryEventLog log, Random random, String publisher, int step) {
    var event = Event.of("message", "x".repeat(random.nextInt(4_000)));
    var shared = Publication.forMany(event, publisher, null);
    for (int i = 0; i < 10; i++) {
      int user = random.nextBoolean() ? random.nextInt(USERS) : USERS + step * 10 + i;
      log.append(LogName.of(new UserId("user-" + user)), shared);
    }
  }

  private static void assertAllAreThere(MemoryEventLog log, ArrayDeque<Sent> sent, long seed) {
    for (Sent each : sent) {
      try (Follow follow = log.follow(LogName.of(each.user))) {
        assertThat(kept(follow))
            .as("seed %d, %s", seed, each.user)
            .extracting(StoredEvent::position, StoredEvent::data)
            .contains(tuple(each.event.position(), each.event.data()));
      }
    }
  }

  /** All that is kept, gaps passed. */
  private static List<StoredEvent> kept(Follow follow) {
    var kept = new ArrayList<StoredEvent>();
    Position at = follow.oldest();
    while (true) {
      switch (follow.after(at, 1_000)) {
        case Replay.Nothing _ -> {
          return kept;
        }
        case Replay.Events(List<StoredEvent> events) -> {
          kept.addAll(events);
          at = events.getLast().position();
        }
        case Replay.Cold _ -> follow.load();
        case Replay.Skipped(Position resumeAt) -> at = resumeAt;
        case Replay.Gap gap -> {
          assertThat(gap.resumeAt().sequence()).isGreaterThan(at.sequence());
          at = gap.resumeAt();
        }
      }
    }
  }

  @Test
  void aPublisherAloneMayUseEverything() {
    try (var log = new MemoryEventLog(KEPT, KEPT, TOTAL, () -> 0)) {
      for (int i = 0; i < 90; i++) {
        log.append(
            LogName.of(new UserId("user-" + i)),
            Publication.of(Event.of("message", "x".repeat(3_500)), "alone", null));
      }

      assertThat(log.usage().evictions()).isZero();
    }
  }

  private record Sent(UserId user, StoredEvent event) {}
}
