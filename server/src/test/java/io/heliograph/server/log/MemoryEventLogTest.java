package io.heliograph.server.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.event.Event;
import io.heliograph.server.event.Position;
import io.heliograph.server.event.Publication;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.event.UserId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class MemoryEventLogTest extends EventLogContract {

  private static final Retention KEEP_ALL = new Retention(256, 1 << 20, Duration.ofHours(24));

  @Override
  EventLog open(Retention retention) {
    return new MemoryEventLog(retention, retention, 64 << 20, nanos::get);
  }

  private EventLog withTotal(long bytes) {
    return new MemoryEventLog(KEEP_ALL, KEEP_ALL, bytes, nanos::get);
  }

  @Test
  void theLongestUnusedUsersGiveWayFirst() {
    try (EventLog log = withTotal(100_000)) {
      append(log, user(1), "x".repeat(30_000));
      append(log, user(2), "x".repeat(30_000));
      append(log, user(3), "x".repeat(30_000));
      append(log, user(1), "used again");
      append(log, user(4), "x".repeat(30_000));

      assertThat(kept(log, user(1))).hasSize(2);
      assertThat(kept(log, user(2))).isEmpty();
      assertThat(kept(log, user(3))).hasSize(1);
      assertThat(kept(log, user(4))).hasSize(1);
      assertThat(log.usage().bytes()).isLessThan(101_000);
      assertThat(log.usage().evictions()).isEqualTo(1);
    }
  }

  @Test
  void aLogThatWasEvictedAndComesAgainHasAnotherEpoch() {
    try (EventLog log = withTotal(100_000)) {
      append(log, user(1), "x".repeat(60_000));
      Position before = head(log, user(1));
      append(log, user(2), "x".repeat(60_000));

      try (Follow follow = log.follow(user(1))) {
        assertThat(((Replay.Gap) follow.after(before, 1000)).reason())
            .isEqualTo(Replay.Reason.EPOCH);
      }
    }
  }

  @Test
  void aFollowedLogLosesItsEventsButNotItsEpoch() {
    try (EventLog log = withTotal(100_000);
        Follow follow = log.follow(user(1))) {
      append(log, user(1), "x".repeat(60_000));
      Position head = follow.head();
      append(log, user(2), "x".repeat(60_000));
      assertThat(kept(log, user(1))).isEmpty();

      append(log, user(1), "next");

      assertThat(dataAfter(follow, head)).containsExactly("next");
    }
  }

  @Test
  void aReaderThatLeavesBeforeTheFirstEventHasLostNothing() {
    try (EventLog log = withTotal(100_000)) {
      Position start = head(log, user(1)); // Followed, and let go.
      append(log, user(1), "first");

      try (Follow follow = log.follow(user(1))) {
        assertThat(dataAfter(follow, start)).containsExactly("first");
      }
    }
  }

  @Test
  void whatAStrangerFollowsLeavesNothingBehind() {
    try (EventLog log = withTotal(1 << 20)) {
      for (int i = 0; i < 10_000; i++) {
        log.follow(user(i)).close();
      }

      assertThat(log.usage().logs()).isZero();
      assertThat(log.usage().bytes()).isLessThan(1_000);
    }
  }

  @Test
  void anEphemeralEventForNobodyIsNotKept() {
    try (EventLog log = withTotal(1 << 20)) {
      for (int i = 0; i < 1_000; i++) {
        log.append(user(i), Publication.of(Event.ephemeral("message", "x".repeat(1_000))));
      }

      assertThat(log.usage().logs()).isZero();
      assertThat(log.usage().bytes()).isLessThan(1_000);
    }
  }

  @Test
  void logsThatNobodyUsesForTheAgeAreForgotten() {
    try (EventLog log = withTotal(1 << 20)) {
      append(log, user(1), "old");
      advance(Duration.ofHours(25));
      append(log, user(2), "new");

      assertThat(log.usage().logs()).isEqualTo(1);
    }
  }

  /** Appends and evictions race: every event is read, or its reader is told of a gap. */
  @Test
  void nothingThatWasAcceptedVanishesIntoARemovedLog() throws InterruptedException {
    try (EventLog log = withTotal(20_000)) {
      var done = new AtomicBoolean();
      Thread evictor =
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int i = 100; !done.get(); i = i == 200 ? 100 : i + 1) {
                      append(log, user(i), "x".repeat(5_000));
                    }
                  });
      for (int round = 0; round < 20_000; round++) {
        StoredEvent stored =
            stored(log.append(user(1), Publication.of(Event.of("message", "r" + round))));
        Position before =
            Position.kept(stored.position().epoch(), stored.position().sequence() - 1);
        try (Follow follow = log.follow(user(1))) {
          switch (follow.after(before, 1000)) {
            case Replay.Events(List<StoredEvent> events) ->
                assertThat(events.getFirst().position()).isEqualTo(stored.position());
            case Replay.Gap _ -> {}
            case Replay.Nothing _, Replay.Skipped _, Replay.Cold _ ->
                throw new AssertionError("event " + stored.position() + " vanished silently");
          }
        }
      }
      done.set(true);
      evictor.join();
    }
  }

  @Test
  void concurrentAppendsGetDensePositionsInTheOrderThatReadersSee() throws InterruptedException {
    try (EventLog log = open(new Retention(100_000, 1 << 30, Duration.ofHours(1)));
        Follow alice = log.follow(ALICE)) {
      Position start = alice.head();
      Set<Long> sequences = ConcurrentHashMap.newKeySet();
      var threads = new ArrayList<Thread>();
      for (int t = 0; t < 8; t++) {
        threads.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      for (int i = 0; i < 1_000; i++) {
                        sequences.add(
                            stored(log.append(ALICE, Publication.of(Event.of("message", "x"))))
                                .position()
                                .sequence());
                      }
                    }));
      }
      for (Thread thread : threads) {
        thread.join();
      }

      assertThat(sequences).hasSize(8_000);
      long expected = start.sequence();
      for (StoredEvent event : eventsAfter(alice, start, Integer.MAX_VALUE)) {
        assertThat(event.position().sequence()).isEqualTo(++expected);
      }
      assertThat(expected).isEqualTo(start.sequence() + 8_000);
    }
  }

  /** Appends, evictions, followers and forgetting race: what is gone is not counted. */
  @Test
  void whatIsForgottenReturnsToTheBudget() throws InterruptedException {
    try (EventLog log = withTotal(200_000)) {
      long empty = log.usage().bytes();
      var threads = new ArrayList<Thread>();
      for (int t = 0; t < 4; t++) {
        int seed = t;
        threads.add(Thread.ofPlatform().start(() -> appendAndForget(log, new Random(seed))));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      for (int i = 0; i < 20; i++) {
        log.forget(new UserId("user-" + i));
      }

      assertThat(log.usage().logs()).isZero();
      assertThat(log.usage().bytes()).isEqualTo(empty);
    }
  }

  private void appendAndForget(EventLog log, Random random) {
    for (int i = 0; i < 50_000; i++) {
      int number = random.nextInt(20);
      switch (random.nextInt(8)) {
        case 0, 1 -> log.forget(new UserId("user-" + number));
        case 2 -> log.follow(user(number)).close();
        case 3 -> {
          var event = Event.of("message", "x".repeat(random.nextInt(2_000)));
          var shared = Publication.forMany(event, "p" + random.nextInt(3), null);
          log.append(user(number), shared);
          log.append(user(random.nextInt(20)), shared);
        }
        default -> append(log, user(number), "x".repeat(random.nextInt(2_000)));
      }
    }
  }

  @Test
  void anEventForManyUsersIsHeldOnce() {
    try (EventLog log = withTotal(10 << 20)) {
      var event = Publication.forMany(Event.of("message", "x".repeat(100_000)), "p", null);
      for (int i = 0; i < 1_000; i++) {
        log.append(user(i), event);
      }

      assertThat(log.usage().evictions()).isZero();
      assertThat(log.usage().bytes()).isBetween(700_000L, 900_000L);
      assertThat(kept(log, user(0)).getFirst().bytes())
          .isSameAs(kept(log, user(999)).getFirst().bytes());
      for (int i = 0; i < 999; i++) {
        log.forget(new UserId("user-" + i));
      }
      assertThat(log.usage().bytes()).isBetween(100_000L, 102_000L);
    }
  }

  private static LogName user(int number) {
    return LogName.of(new UserId("user-" + number));
  }

  private static Position head(EventLog log, LogName name) {
    try (Follow follow = log.follow(name)) {
      return follow.head();
    }
  }

  private static List<StoredEvent> kept(EventLog log, LogName name) {
    try (Follow follow = log.follow(name)) {
      return follow.after(follow.oldest(), Integer.MAX_VALUE) instanceof Replay.Events found
          ? found.events()
          : List.of();
    }
  }
}
