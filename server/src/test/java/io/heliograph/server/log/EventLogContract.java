package io.heliograph.server.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.event.Event;
import io.heliograph.server.event.Position;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.event.UserId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What every log must do. A new log gets one subclass with {@link #open}, and must pass all. */
abstract class EventLogContract {

  static final LogName ALICE = LogName.of(new UserId("alice"));
  static final LogName BOB = LogName.of(new UserId("bob"));

  /** The log's time, which moves only here. */
  final AtomicLong nanos = new AtomicLong(Duration.ofDays(1).toNanos());

  abstract EventLog open(Retention retention);

  EventLog open() {
    return open(new Retention(256, 1 << 20, Duration.ofHours(24)));
  }

  void advance(Duration span) {
    nanos.addAndGet(span.toNanos());
  }

  @Test
  void eventsComeBackInOrderWithDensePositions() {
    try (EventLog log = open();
        Follow alice = log.follow(ALICE)) {
      Position start = alice.head();
      append(log, ALICE, "a", "b", "c");

      assertThat(dataAfter(alice, start)).containsExactly("a", "b", "c");
      assertThat(alice.head().sequence()).isEqualTo(start.sequence() + 3);
      assertThat(alice.after(alice.head(), 1000)).isEqualTo(Replay.NOTHING);
    }
  }

  @Test
  void everyLogIsItsOwn() {
    try (EventLog log = open();
        Follow alice = log.follow(ALICE);
        Follow bob = log.follow(BOB);
        Follow broadcasts = log.follow(LogName.BROADCASTS)) {
      Position bobs = bob.head();
      Position everybodys = broadcasts.head();
      append(log, ALICE, "for alice");

      assertThat(bob.after(bobs, 1000)).isEqualTo(Replay.NOTHING);
      assertThat(broadcasts.after(everybodys, 1000)).isEqualTo(Replay.NOTHING);
    }
  }

  @Test
  void aReadIsBoundedButNeverEmpty() {
    try (EventLog log = open();
        Follow alice = log.follow(ALICE)) {
      Position start = alice.head();
      append(log, ALICE, "x".repeat(100), "y".repeat(100), "z".repeat(100));

      assertThat(eventsAfter(alice, start, 1)).hasSize(1);
      assertThat(eventsAfter(alice, start, 250)).hasSize(2);
    }
  }

  @Test
  void aReaderWhoFellBehindIsToldOfTheGapAndHowMuchIsLost() {
    try (EventLog log = open(new Retention(2, 1 << 20, Duration.ofHours(1)));
        Follow alice = log.follow(ALICE)) {
      Position start = alice.head();
      append(log, ALICE, "a", "b", "c");
      advance(Retention.GRACE.plusSeconds(1));
      append(log, ALICE, "d", "e");

      var gap = (Replay.Gap) alice.after(start, 1000);

      assertThat(gap.reason()).isEqualTo(Replay.Reason.EXPIRED);
      assertThat(gap.lost()).isEqualTo(OptionalLong.of(3));
      assertThat(dataAfter(alice, gap.resumeAt())).containsExactly("d", "e");
    }
  }

  @Test
  void aBurstDoesNotGapAHealthyReader() {
    try (EventLog log = open(new Retention(2, 1 << 20, Duration.ofHours(1)));
        Follow alice = log.follow(ALICE)) {
      Position start = alice.head();
      append(log, ALICE, "a", "b", "c", "d", "e");

      assertThat(dataAfter(alice, start)).containsExactly("a", "b", "c", "d", "e");
    }
  }

  @Test
  void bytesBoundEvenABurst() {
    try (EventLog log = open(new Retention(256, 250, Duration.ofHours(1)));
        Follow alice = log.follow(ALICE)) {
      Position start = alice.head();
      append(log, ALICE, "x".repeat(100), "y".repeat(100), "z".repeat(100));

      assertThat(alice.after(start, 1000)).isInstanceOf(Replay.Gap.class);
      assertThat(dataAfter(alice, alice.oldest()))
          .containsExactly("y".repeat(100), "z".repeat(100));
    }
  }

  @Test
  void oldEventsExpireThoughNobodyAppends() {
    try (EventLog log = open(new Retention(256, 1 << 20, Duration.ofMinutes(1)));
        Follow alice = log.follow(ALICE)) {
      Position start = alice.head();
      append(log, ALICE, "a");
      advance(Duration.ofSeconds(61));

      assertThat(alice.after(start, 1000))
          .isEqualTo(new Replay.Gap(Replay.Reason.EXPIRED, OptionalLong.of(1), alice.head()));
    }
  }

  @Test
  void anotherEpochsPositionIsAGap() {
    try (EventLog log = open();
        Follow alice = log.follow(ALICE)) {
      append(log, ALICE, "a");

      var gap = (Replay.Gap) alice.after(Position.kept(alice.head().epoch() + 1, 0), 1000);

      assertThat(gap.reason()).isEqualTo(Replay.Reason.EPOCH);
      assertThat(gap.lost()).isEmpty();
      assertThat(dataAfter(alice, gap.resumeAt())).containsExactly("a");
    }
  }

  @Test
  void aPositionBeyondTheHeadIsAGap() {
    try (EventLog log = open();
        Follow alice = log.follow(ALICE)) {
      append(log, ALICE, "a");

      var gap = (Replay.Gap) alice.after(Position.kept(alice.head().epoch(), 2), 1000);

      assertThat(gap.reason()).isEqualTo(Replay.Reason.UNKNOWN);
      assertThat(dataAfter(alice, gap.resumeAt())).containsExactly("a");
    }
  }

  @Test
  void ephemeralEventsComeInOrderWithTheOthersAndTakeNoPlace() {
    try (EventLog log = open();
        Follow alice = log.follow(ALICE)) {
      Position start = alice.head();
      append(log, ALICE, "a");
      log.append(ALICE, Event.ephemeral("message", "now 1"));
      log.append(ALICE, Event.ephemeral("message", "now 2"));
      append(log, ALICE, "b");
      log.append(ALICE, Event.ephemeral("message", "now 3"));

      assertThat(dataAfter(alice, start)).containsExactly("a", "now 1", "now 2", "b", "now 3");
      assertThat(alice.head().sequence()).isEqualTo(start.sequence() + 2);
    }
  }

  @Test
  void aBurstOfEphemeralEventsReachesAReaderWhoseTurnHasNotCome() {
    try (EventLog log = open();
        Follow alice = log.follow(ALICE)) {
      Position start = alice.head();
      for (int i = 0; i < 1_000; i++) {
        log.append(ALICE, Event.ephemeral("message", "now " + i));
      }

      assertThat(dataAfter(alice, start)).hasSize(1_000);
    }
  }

  @Test
  void ephemeralEventsDisplaceNothingThatIsKept() {
    try (EventLog log = open(new Retention(2, 1 << 20, Duration.ofHours(1)));
        Follow alice = log.follow(ALICE)) {
      Position start = alice.head();
      append(log, ALICE, "a", "b");
      for (int i = 0; i < 10_000; i++) {
        log.append(ALICE, Event.ephemeral("message", "x".repeat(1000)));
      }
      advance(Retention.GRACE.plusSeconds(1));

      assertThat(dataAfter(alice, start)).containsExactly("a", "b");
    }
  }

  @Test
  void whatIsPastItsTtlIsGoneAndNotLost() {
    try (EventLog log = open();
        Follow alice = log.follow(ALICE)) {
      Position start = alice.head();
      append(log, ALICE, "a");
      log.append(ALICE, brief("brief 1"));
      log.append(ALICE, brief("brief 2"));
      Position afterA = Position.kept(start.epoch(), start.sequence() + 1);
      advance(Duration.ofSeconds(61));

      List<StoredEvent> found = eventsAfter(alice, start, 10_000);
      assertThat(found.getFirst().mayExpire()).isFalse();
      assertThat(found.subList(1, found.size())).allMatch(event -> event.expired(nanos.get()));

      advance(Duration.ofHours(24));
      assertThat(alice.after(start, 1000)).isInstanceOf(Replay.Gap.class);
      assertThat(alice.after(afterA, 1000)).isEqualTo(new Replay.Skipped(alice.head()));
      append(log, ALICE, "b");
      assertThat(dataAfter(alice, afterA)).containsExactly("b");
    }
  }

  private static Event brief(String data) {
    return new Event("message", data, false, Optional.of(Duration.ofMinutes(1)));
  }

  static void append(EventLog log, LogName name, String... data) {
    for (String each : data) {
      log.append(name, Event.of("message", each));
    }
  }

  static List<StoredEvent> eventsAfter(Follow follow, Position position, int maxBytes) {
    return ((Replay.Events) follow.after(position, maxBytes)).events();
  }

  static List<String> dataAfter(Follow follow, Position position) {
    var data = new ArrayList<String>();
    for (StoredEvent event : eventsAfter(follow, position, Integer.MAX_VALUE)) {
      data.add(new String(event.block(), UTF_8).strip().substring("data: ".length()));
    }
    return data;
  }
}
