package io.heliograph.server.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.event.Event;
import io.heliograph.server.event.IdempotencyKey;
import io.heliograph.server.event.Position;
import io.heliograph.server.event.Publication;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.event.TraceParent;
import io.heliograph.server.event.UserId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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
  void aPlaceIsFoundByTimeAndByNumber() {
    try (EventLog log = open();
        Follow alice = log.follow(ALICE)) {
      Position start = alice.head();
      append(log, ALICE, "a");
      advance(Duration.ofSeconds(2));
      long moment = nanos.get();
      append(log, ALICE, "b", "c");
      advance(Duration.ofSeconds(2));
      log.append(
          ALICE,
          Publication.of(
              new Event(Event.DEFAULT_TYPE, "short", false, Optional.of(Duration.ofSeconds(1)))));
      append(log, ALICE, "d");

      assertThat(alice.before(moment - 1)).isEqualTo(alice.before(moment));
      assertThat(dataAfter(alice, alice.before(moment))).containsExactly("b", "c", "short", "d");
      assertThat(alice.before(moment + 1).sequence()).isEqualTo(start.sequence() + 3);
      assertThat(alice.before(nanos.get() + 1)).isEqualTo(alice.head());
      assertThat(alice.before(moment - Duration.ofDays(1).toNanos())).isEqualTo(start);
      advance(Duration.ofSeconds(2));
      assertThat(alice.latest(3, _ -> true).stream().map(event -> event.data()))
          .containsExactly("b", "c", "d");
      assertThat(alice.latest(9, event -> !event.data().equals("b"))).hasSize(3);
      assertThat(alice.latest(9, _ -> false)).isEmpty();
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
      log.append(ALICE, Publication.of(Event.ephemeral("message", "now 1")));
      log.append(ALICE, Publication.of(Event.ephemeral("message", "now 2")));
      append(log, ALICE, "b");
      log.append(ALICE, Publication.of(Event.ephemeral("message", "now 3")));

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
        log.append(ALICE, Publication.of(Event.ephemeral("message", "now " + i)));
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
        log.append(ALICE, Publication.of(Event.ephemeral("message", "x".repeat(1000))));
      }
      advance(Retention.GRACE.plusSeconds(1));

      assertThat(alice.after(start, 1000))
          .isEqualTo(new Replay.Gap(Replay.Reason.EPHEMERAL, OptionalLong.of(10_000), start));
      assertThat(dataAfter(alice, start)).containsExactly("a", "b");
    }
  }

  @Test
  void whatIsPastItsTtlIsGoneAndNotLost() {
    try (EventLog log = open();
        Follow alice = log.follow(ALICE)) {
      Position start = alice.head();
      append(log, ALICE, "a");
      log.append(ALICE, Publication.of(brief("brief 1")));
      log.append(ALICE, Publication.of(brief("brief 2")));
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

  @Test
  void aRepetitionUnderTheSameKeyFindsTheFirstAndAppendsNothing() {
    try (EventLog log = open();
        Follow alice = log.follow(ALICE)) {
      Position start = alice.head();
      StoredEvent first = stored(log.append(ALICE, keyed("a", 1)));
      append(log, ALICE, "b");

      assertThat(log.append(ALICE, keyed("a", 1)))
          .isEqualTo(new Appended.Duplicate(first.position()));
      assertThat(dataAfter(alice, start)).containsExactly("a", "b");
    }
  }

  @Test
  void aKeyIsOneOfItsLog() {
    try (EventLog log = open()) {
      log.append(ALICE, keyed("a", 1));

      assertThat(log.append(BOB, keyed("a", 1))).isInstanceOf(Appended.Stored.class);
      assertThat(log.append(LogName.BROADCASTS, keyed("a", 1))).isInstanceOf(Appended.Stored.class);
      assertThat(log.append(LogName.BROADCASTS, keyed("a", 1)))
          .isInstanceOf(Appended.Duplicate.class);
    }
  }

  @Test
  void anotherEventUnderTheSameKeyIsRefused() {
    try (EventLog log = open();
        Follow alice = log.follow(ALICE)) {
      Position start = alice.head();
      Position first = stored(log.append(ALICE, keyed("a", 1))).position();
      Event[] others = {
        Event.of("message", "b"), Event.of("note", "a"), Event.ephemeral("message", "a"), brief("a")
      };

      for (Event other : others) {
        assertThat(log.append(ALICE, Publication.of(other, "p", new IdempotencyKey(1, 1))))
            .isEqualTo(new Appended.KeyReused(first));
      }
      assertThat(dataAfter(alice, start)).containsExactly("a");
    }
  }

  @Test
  void aKeyIsHeldForAsLongAsItsEventAndNoLonger() {
    try (EventLog log = open(new Retention(2, 1 << 20, Duration.ofHours(1)))) {
      log.append(ALICE, keyed("a", 1));
      log.append(ALICE, keyed("b", 2));
      log.append(ALICE, keyed("c", 3));
      assertThat(log.append(ALICE, keyed("a", 1))).isInstanceOf(Appended.Duplicate.class);
      advance(Retention.GRACE.plusSeconds(1));

      assertThat(log.append(ALICE, keyed("a", 1))).isInstanceOf(Appended.Stored.class);
      assertThat(log.append(ALICE, keyed("a", 1))).isInstanceOf(Appended.Duplicate.class);
    }
  }

  @Test
  void whatIsForgottenTakesItsKeysWithIt() {
    try (EventLog log = open();
        Follow _ = log.follow(ALICE)) {
      log.append(ALICE, keyed("a", 1));
      log.forget(new UserId("alice"));

      assertThat(log.append(ALICE, keyed("a", 1))).isInstanceOf(Appended.Stored.class);
    }
  }

  @Test
  void anEphemeralEventHasAKeyWhileReadersMayStillHaveToReadIt() {
    try (EventLog log = open();
        Follow _ = log.follow(ALICE)) {
      var now = Publication.of(Event.ephemeral("message", "now"), "p", new IdempotencyKey(1, 1));
      log.append(ALICE, now);

      assertThat(log.append(ALICE, now)).isInstanceOf(Appended.Duplicate.class);
      advance(Retention.GRACE.plusSeconds(1));
      assertThat(log.append(ALICE, now)).isInstanceOf(Appended.Stored.class);
    }
  }

  @Test
  void ofManyThatComeAtOnceUnderOneKeyOneIsAppended() throws InterruptedException {
    try (EventLog log = open();
        Follow alice = log.follow(ALICE)) {
      Position start = alice.head();
      Set<Position> places = ConcurrentHashMap.newKeySet();
      var threads = new ArrayList<Thread>();
      for (int t = 0; t < 8; t++) {
        threads.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      for (int i = 0; i < 100; i++) {
                        places.add(place(log.append(ALICE, keyed("e" + i, i))));
                      }
                    }));
      }
      for (Thread thread : threads) {
        thread.join();
      }

      assertThat(eventsAfter(alice, start, Integer.MAX_VALUE)).hasSize(100);
      assertThat(places).hasSize(100);
    }
  }

  private static Position place(Appended appended) {
    return switch (appended) {
      case Appended.Stored(StoredEvent event) -> event.position();
      case Appended.Duplicate(Position first) -> first;
      case Appended.KeyReused(Position first) -> throw new AssertionError("reused at " + first);
    };
  }

  @Test
  void ephemeralEventsThatASlowReaderMissedAreCountedAndToldOnce() {
    try (EventLog log = open();
        Follow alice = log.follow(ALICE)) {
      Position start = alice.head();
      append(log, ALICE, "a");
      for (int i = 0; i < 5; i++) {
        log.append(ALICE, Publication.of(Event.ephemeral("message", "gone " + i)));
      }
      advance(Retention.GRACE.plusSeconds(1));
      append(log, ALICE, "b");
      log.append(ALICE, Publication.of(Event.ephemeral("message", "now")));

      assertThat(alice.after(start, 1000))
          .isEqualTo(new Replay.Gap(Replay.Reason.EPHEMERAL, OptionalLong.of(5), start));
      assertThat(dataAfter(alice, start)).containsExactly("a", "b", "now");
      assertThat(alice.after(alice.head(), 1000)).isEqualTo(Replay.NOTHING);
    }
  }

  @Test
  void whatWasEphemeralBeforeAReaderCameIsNotMissed() {
    try (EventLog log = open();
        Follow _ = log.follow(ALICE)) {
      Position start =
          stored(log.append(ALICE, Publication.of(Event.of("message", "a")))).position();
      log.append(ALICE, Publication.of(Event.ephemeral("message", "before")));
      append(log, ALICE, "b");
      try (Follow late = log.follow(ALICE)) {
        advance(Retention.GRACE.plusSeconds(1));
        append(log, ALICE, "c");

        assertThat(dataAfter(late, start)).containsExactly("b", "c");
      }
    }
  }

  @Test
  void whatWasDroppedBeforeItsTtlIsNotLostAfterIt() {
    try (EventLog log = open(new Retention(2, 1 << 20, Duration.ofHours(1)));
        Follow alice = log.follow(ALICE)) {
      Position start = alice.head();
      append(log, ALICE, "a");
      log.append(ALICE, Publication.of(brief("brief 1")));
      append(log, ALICE, "b");
      log.append(ALICE, Publication.of(brief("brief 2")));
      append(log, ALICE, "c", "d");
      advance(Retention.GRACE.plusSeconds(1));

      assertThat(((Replay.Gap) alice.after(start, 1000)).lost()).isEqualTo(OptionalLong.of(4));
      advance(Duration.ofMinutes(1));
      assertThat(((Replay.Gap) alice.after(start, 1000)).lost()).isEqualTo(OptionalLong.of(2));
      Position afterB = Position.kept(start.epoch(), start.sequence() + 3);
      assertThat(dataAfter(alice, afterB)).containsExactly("c", "d");
    }
  }

  @Test
  void onePublisherDoesNotDisplaceAnothersEventsForTheSameUser() {
    try (EventLog log = open(new Retention(4, 1 << 20, Duration.ofHours(1)));
        Follow alice = log.follow(ALICE)) {
      Position start = alice.head();
      log.append(ALICE, Publication.of(Event.of("message", "of q"), "q", null));
      advance(Retention.GRACE.plusSeconds(1));
      for (int i = 0; i < 100; i++) {
        log.append(ALICE, Publication.of(Event.of("message", "p" + i), "p", null));
        advance(Retention.GRACE.plusSeconds(1));
      }

      assertThat(dataAfter(alice, start)).containsExactly("of q");
      Position afterQ = Position.kept(start.epoch(), start.sequence() + 1);
      var gap = (Replay.Gap) alice.after(afterQ, 1000);
      assertThat(gap.reason()).isEqualTo(Replay.Reason.EXPIRED);
      assertThat(gap.lost()).isEqualTo(OptionalLong.of(97));
      assertThat(dataAfter(alice, gap.resumeAt())).containsExactly("p97", "p98", "p99");
    }
  }

  @Test
  void anEventKeepsItsTraceWhichIsNoPartOfIt() {
    var key = new IdempotencyKey(1, 1);
    try (EventLog log = open();
        Follow alice = log.follow(ALICE)) {
      Position start = alice.head();
      append(log, ALICE, "before");
      Position first = stored(log.append(ALICE, traced(key, "a"))).position();
      append(log, ALICE, "after");

      // A retry is a request of its own, perhaps without a trace.
      assertThat(log.append(ALICE, traced(key, "b"))).isEqualTo(new Appended.Duplicate(first));
      assertThat(log.append(ALICE, Publication.of(new Event("t", "x", false), "p", key)))
          .isEqualTo(new Appended.Duplicate(first));
      List<StoredEvent> events = eventsAfter(alice, start, 10_000);
      assertThat(events.stream().map(StoredEvent::data)).containsExactly("before", "x", "after");
      assertThat(events.stream().map(StoredEvent::type)).containsExactly("message", "t", "message");
      assertThat(events.stream().map(StoredEvent::trace))
          .containsExactly(Optional.empty(), Optional.of(trace("a").value()), Optional.empty());
    }
  }

  private static Publication traced(IdempotencyKey key, String digit) {
    return Publication.of(
        new Event("t", "x", false, Optional.empty(), Optional.of(trace(digit))), "p", key);
  }

  private static TraceParent trace(String digit) {
    return TraceParent.parse("00-" + digit.repeat(32) + "-" + digit.repeat(16) + "-01")
        .orElseThrow();
  }

  static Publication keyed(String data, int key) {
    return Publication.of(Event.of("message", data), "p", new IdempotencyKey(key, key));
  }

  static StoredEvent stored(Appended appended) {
    return ((Appended.Stored) appended).event();
  }

  static void append(EventLog log, LogName name, String... data) {
    for (String each : data) {
      log.append(name, Publication.of(Event.of("message", each)));
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
