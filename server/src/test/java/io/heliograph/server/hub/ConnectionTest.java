package io.heliograph.server.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.event.Event;
import io.heliograph.server.event.Globs;
import io.heliograph.server.event.Position;
import io.heliograph.server.event.UserId;
import io.heliograph.server.log.Follow;
import io.heliograph.server.log.ForwardingFollow;
import io.heliograph.server.log.ForwardingLog;
import io.heliograph.server.log.From;
import io.heliograph.server.log.LogName;
import io.heliograph.server.log.MemoryEventLog;
import io.heliograph.server.log.Replay;
import io.heliograph.server.log.Retention;
import io.heliograph.server.observe.Metrics;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a connection says and when, in time that moves only here; the same whether its sink blocks
 * or leaves the rest of a write to the reactor.
 */
@ParameterizedClass(name = "a sink that blocks: {0}")
@ValueSource(booleans = {true, false})
class ConnectionTest {

  private final boolean blocks;

  ConnectionTest(boolean blocks) {
    this.blocks = blocks;
  }

  private static final UserId ALICE = new UserId("alice");
  private static final StreamLimits LIMITS =
      new StreamLimits(
          Duration.ofSeconds(15), Duration.ofSeconds(3), Duration.ofSeconds(30), Optional.empty());
  private static final Retention KEPT = new Retention(256, 1 << 20, Duration.ofHours(24));

  private final AtomicLong nanos = new AtomicLong();
  private final MemoryEventLog log = new MemoryEventLog(KEPT, KEPT, 1 << 20, nanos::get);
  private volatile Runnable emptyRead = () -> {};
  private final Hub hub = new Hub(new WatchedLog(), LIMITS, nanos::get);

  @AfterEach
  void close() {
    hub.close();
    log.close();
  }

  @Test
  void aStreamThatSaysNothingGetsAHeartbeatBeforeTheIntervalEnds() {
    RecordingSink sink = open();

    pass(Duration.ofSeconds(13));
    assertThat(sink.next()).isEmpty();
    pass(Duration.ofSeconds(2));

    assertThat(sink.awaitNext()).isEqualTo(":");
  }

  @Test
  void anEventPutsTheHeartbeatOff() {
    RecordingSink sink = open();

    pass(Duration.ofSeconds(10));
    hub.publish(ALICE, Event.of("message", "hi"));
    assertThat(sink.awaitNext()).isEqualTo("hi");
    pass(Duration.ofSeconds(13));
    assertThat(sink.next()).isEmpty();
    pass(Duration.ofSeconds(2));

    assertThat(sink.awaitNext()).isEqualTo(":");
  }

  @Test
  void aWriteThatIsStuckEndsTheStreamAndTheNextPublishDoesNotWait() {
    RecordingSink sink = open();
    sink.blockWrites();
    hub.publish(ALICE, Event.of("message", "1"));
    sink.awaitBlockedWrite();

    pass(Duration.ofSeconds(30));
    assertThat(sink.ended()).isNotDone();
    assertThat(hub.publish(ALICE, Event.of("message", "2")).connections()).isEqualTo(1);
    pass(Duration.ofSeconds(1));

    assertThat(sink.ended().join()).isEqualTo(CloseReason.WRITE_TIMEOUT);
    assertThat(hub.connections().count()).isZero();
  }

  @Test
  void aWriteThatIsSlowButGoesOnDoesNotEndTheStream() {
    RecordingSink sink = open();
    sink.blockWrites();
    hub.publish(ALICE, Event.of("message", "large"));
    sink.awaitBlockedWrite();

    for (int i = 0; i < 5; i++) {
      pass(Duration.ofSeconds(29));
      sink.acceptSome();
      pass(Duration.ofSeconds(1));
    }
    assertThat(sink.ended()).isNotDone();
    pass(Duration.ofSeconds(31));

    assertThat(sink.ended().join()).isEqualTo(CloseReason.WRITE_TIMEOUT);
  }

  @Test
  void aStuckReaderHoldsNothingButItsPlace() {
    RecordingSink stuck = open();
    RecordingSink quick = open();
    stuck.blockWrites();
    for (int i = 0; i < 100; i++) {
      hub.publish(ALICE, Event.of("message", "e" + i));
      assertThat(quick.awaitNext()).isEqualTo("e" + i);
    }
    stuck.awaitBlockedWrite();
    assertThat(hub.connections().of(ALICE).getFirst().lag()).isPositive();

    stuck.unblockWrites();

    for (int i = 0; i < 100; i++) {
      assertThat(stuck.awaitNext()).isEqualTo("e" + i);
    }
  }

  @Test
  void aWakeThatComesWhileTheDrainEndsIsNotLost() {
    RecordingSink sink = open();
    var published = new AtomicBoolean();
    // Right after the drain has looked and found nothing more.
    emptyRead =
        () -> {
          if (published.compareAndSet(false, true)) {
            hub.publish(ALICE, Event.of("message", "second"));
          }
        };

    hub.publish(ALICE, Event.of("message", "first"));

    assertThat(sink.awaitNext()).isEqualTo("first");
    assertThat(sink.awaitNext()).isEqualTo("second");
  }

  @Test
  void aReaderIsLiveThoughTheHeadIsAnEphemeralEventThatHasGone() {
    RecordingSink first = open();
    hub.publish(ALICE, Event.of("message", "kept"));
    assertThat(first.awaitNext()).isEqualTo("kept");
    hub.broadcast(Event.ephemeral("message", "gone soon"));
    assertThat(first.awaitNext()).isEqualTo("gone soon");
    nanos.addAndGet(Duration.ofSeconds(11).toNanos());

    var sink = new RecordingSink(blocks);
    var oldest =
        new StreamSpec(
            ALICE,
            Optional.empty(),
            From.OLDEST,
            "test",
            "",
            Lease.ENDLESS,
            Globs.ALL,
            Heartbeat.DEFAULT,
            false);
    Thread.startVirtualThread(() -> hub.open(oldest, sink, () -> {}, (_, _) -> {}));

    assertThat(sink.awaitNext()).isEqualTo("Open FRESH");
    assertThat(sink.awaitNext()).isEqualTo("kept");
    assertThat(sink.awaitNext()).isEqualTo("Live 1");
  }

  @Test
  void aPublisherThatNeverPausesDoesNotPutTheGoodbyeOff() {
    RecordingSink sink = open();
    // Each time that there is nothing more, there is more.
    emptyRead = () -> hub.publish(ALICE, Event.of("message", "more"));

    hub.publish(ALICE, Event.of("message", "first"));
    assertThat(sink.awaitNext()).isEqualTo("first");
    hub.connections().of(ALICE).getFirst().close(CloseReason.DRAIN);

    assertThat(sink.ended().join()).isEqualTo(CloseReason.DRAIN);
    emptyRead = () -> {};
  }

  @Test
  void aGapInTheMiddleOfASlowStreamIsTold() {
    RecordingSink stuck = open();
    stuck.blockWrites();
    hub.publish(ALICE, Event.of("message", "first"));
    stuck.awaitBlockedWrite();
    for (int i = 0; i < 300; i++) {
      nanos.addAndGet(Duration.ofMillis(50).toNanos()); // Past the grace of the oldest.
      hub.publish(ALICE, Event.of("message", "e" + i));
    }
    stuck.unblockWrites();

    assertThat(stuck.awaitNext()).isEqualTo("first");
    assertThat(stuck.awaitNext()).isEqualTo("Gap user EXPIRED OptionalLong[44] at 45");
    assertThat(stuck.awaitNext()).isEqualTo("e44");
  }

  @Test
  void whoIsSparedEverythingHearsItsCursorInPlaceOfTheHeartbeat() {
    RecordingSink sink = open(Globs.parse("order.*"));

    hub.publish(ALICE, Event.of("note", "spared"));
    pass(Duration.ofSeconds(13));
    assertThat(sink.next()).isEmpty();
    pass(Duration.ofSeconds(2));
    assertThat(sink.awaitNext()).isEqualTo("Moved");
    pass(Duration.ofSeconds(15));

    assertThat(sink.awaitNext()).isEqualTo(":");
  }

  @Test
  void whoIsSparedMuchHearsItsCursorBeforeItsPlaceIsGone() {
    RecordingSink sink = open(Globs.parse("order.*"));

    for (int i = 0; i < 64; i++) {
      hub.publish(ALICE, Event.of("note", "spared"));
    }

    assertThat(sink.awaitNext()).isEqualTo("Moved");
  }

  @Test
  void anEventPastItsTtlIsSkippedInTheMiddleToo() {
    RecordingSink sink = open();
    sink.blockWrites();
    hub.publish(ALICE, Event.of("message", "1"));
    sink.awaitBlockedWrite();
    hub.publish(ALICE, Event.of("message", "2"));
    hub.publish(ALICE, new Event("message", "brief", false, Optional.of(Duration.ofSeconds(5))));
    hub.publish(ALICE, Event.of("message", "3"));
    nanos.addAndGet(Duration.ofSeconds(6).toNanos());
    sink.unblockWrites();

    assertThat(sink.awaitNext()).isEqualTo("1");
    assertThat(sink.awaitNext()).isEqualTo("2");
    assertThat(sink.awaitNext()).isEqualTo("3");
  }

  @Test
  void whatIsOwedComesBeforeTheGoodbye() throws Exception {
    RecordingSink sink = open();
    sink.blockWrites();
    hub.publish(ALICE, Event.of("message", "1"));
    sink.awaitBlockedWrite();
    hub.publish(ALICE, Event.of("message", "2"));
    hub.connections().of(ALICE).getFirst().close(CloseReason.DRAIN);
    sink.unblockWrites();

    assertThat(sink.awaitNext()).isEqualTo("1");
    assertThat(sink.awaitNext()).isEqualTo("2");
    assertThat(sink.awaitNext()).isEqualTo("Closing DRAIN");
    assertThat(sink.ended().join()).isEqualTo(CloseReason.DRAIN);
  }

  @Test
  void aBroadcastIsNotHeldUpBehindTheReadersOwnBacklog() {
    RecordingSink sink = open();
    sink.blockWrites();
    hub.publish(ALICE, Event.of("message", "first"));
    sink.awaitBlockedWrite();
    String large = "x".repeat(20_000);
    for (int i = 0; i < 40; i++) {
      hub.publish(ALICE, Event.of("message", large));
    }
    hub.broadcast(Event.of("message", "to all"));
    sink.unblockWrites();

    assertThat(sink.awaitNext()).isEqualTo("first");
    // In the next write, however much of the reader's own there is.
    assertThat(sink.awaitNext()).isEqualTo("to all");
    assertThat(sink.awaitNext()).isEqualTo(large);
  }

  @Test
  void aBacklogOfBroadcastsDoesNotHoldUpWhatIsTheReadersOwn() {
    RecordingSink sink = open();
    sink.blockWrites();
    hub.publish(ALICE, Event.of("message", "first"));
    sink.awaitBlockedWrite();
    String large = "x".repeat(20_000);
    for (int i = 0; i < 40; i++) {
      hub.broadcast(Event.of("message", large));
    }
    hub.publish(ALICE, Event.of("message", "own"));
    sink.unblockWrites();

    assertThat(sink.awaitNext()).isEqualTo("first");
    assertThat(sink.awaitNext()).isEqualTo(large);
    assertThat(sink.awaitNext()).isEqualTo("own");
  }

  @Test
  void theDrainEndsWithItsLastReader() throws Exception {
    for (int i = 0; i < 100; i++) {
      open();
    }
    List<Connection> readers = List.copyOf(hub.connections().of(ALICE));
    // In time that stands still the window never ends.
    var drain =
        CompletableFuture.runAsync(
            () -> {
              try {
                hub.drain(Duration.ofHours(1), Duration.ofHours(1));
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            });
    await().until(hub::closing);
    assertThat(drain).isNotDone();

    readers.forEach(reader -> reader.abort(CloseReason.CLIENT_LEFT));

    drain.get(10, TimeUnit.SECONDS);
  }

  @Test
  void aReaderThatLeavesAtTheGoodbyeWasClosedForItsReason() {
    RecordingSink sink = open();
    sink.leaveAtGoodbye();

    hub.connections().of(ALICE).getFirst().close(CloseReason.DRAIN);

    assertThat(sink.ended().join()).isEqualTo(CloseReason.DRAIN);
  }

  @Test
  void aStreamThatHasLivedForItsMaximumAgeGiveOrTakeAFifthIsAskedToComeAgain() {
    var limits =
        new StreamLimits(
            Duration.ofSeconds(15),
            Duration.ofSeconds(3),
            Duration.ofSeconds(30),
            Optional.of(Duration.ofSeconds(10)));
    try (var agingHub = new Hub(log, limits, nanos::get)) {
      var sink = open(agingHub);
      for (int second = 0; second < 8; second++) {
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        agingHub.look();
      }
      assertThat(sink.ended()).isNotDone();
      for (int second = 0; second < 5; second++) {
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        agingHub.look();
      }

      assertThat(sink.awaitNext()).isEqualTo("Closing MAX_AGE");
      assertThat(sink.ended().join()).isEqualTo(CloseReason.MAX_AGE);
    }
  }

  @Test
  void agesAndReturnsAreSpread() {
    var limits =
        new StreamLimits(
            Duration.ofSeconds(15),
            Duration.ofSeconds(3),
            Duration.ofSeconds(30),
            Optional.of(Duration.ofSeconds(100)));

    assertThat(limits.age(0)).contains(Duration.ofSeconds(80));
    assertThat(limits.age(0.5)).contains(Duration.ofSeconds(100));
    assertThat(limits.age(0.999))
        .hasValueSatisfying(age -> assertThat(age).isGreaterThan(Duration.ofSeconds(119)));
    assertThat(limits.comeBack(0)).isEqualTo(Duration.ofSeconds(3));
    assertThat(limits.comeBack(0.5)).isEqualTo(Duration.ofMillis(4500));
    assertThat(limits.comeBackRefused(0)).isEqualTo(Duration.ofSeconds(6));
    assertThat(limits.comeBackRefused(0.5)).isEqualTo(Duration.ofSeconds(9));
  }

  @Test
  void aReaderIsToldBeforeItsLeaseEndsAndThenSentAway() {
    RecordingSink sink =
        open(new Lease(Duration.ofSeconds(100), Duration.ofSeconds(10), () -> false));
    for (int i = 0; i < 8; i++) { // Keeps the heartbeat away.
      pass(Duration.ofSeconds(11));
      hub.publish(ALICE, Event.of("message", "e" + i));
      assertThat(sink.awaitNext()).isEqualTo("e" + i);
    }

    pass(Duration.ofSeconds(2));
    assertThat(sink.awaitNext()).isEqualTo("Expiring 10");
    pass(Duration.ofSeconds(9));
    assertThat(sink.next()).isEmpty();
    pass(Duration.ofSeconds(1));

    assertThat(sink.awaitNext()).isEqualTo("Closing TOKEN_EXPIRED");
    assertThat(sink.ended().join()).isEqualTo(CloseReason.TOKEN_EXPIRED);
  }

  @Test
  void aReaderOfAShortLeaseIsToldBetweenTwoLooksToo() {
    RecordingSink sink =
        open(new Lease(Duration.ofSeconds(4), Duration.ofMillis(400), () -> false));

    pass(Duration.ofSeconds(3));
    assertThat(sink.awaitNext()).isEqualTo("Expiring 1");
    pass(Duration.ofSeconds(1));

    assertThat(sink.awaitNext()).isEqualTo("Closing TOKEN_EXPIRED");
  }

  @Test
  void aReaderThatDoesNotReadLosesItsPlaceWithItsLease() {
    RecordingSink sink =
        open(new Lease(Duration.ofSeconds(20), Duration.ofSeconds(1), () -> false));
    pass(Duration.ofSeconds(14));
    sink.blockWrites();
    hub.publish(ALICE, Event.of("message", "1"));
    sink.awaitBlockedWrite();

    pass(Duration.ofSeconds(7));

    assertThat(sink.ended().join()).isEqualTo(CloseReason.TOKEN_EXPIRED);
  }

  @Test
  void whoIsRevokedGetsNothingMoreAndWhoDoesNotReadIsCut() throws Exception {
    var revoked = new AtomicBoolean();
    var lease = new Lease(Duration.ofHours(1), Duration.ZERO, revoked::get);
    RecordingSink reading = open(lease);
    RecordingSink stuck = open(lease);
    RecordingSink other = open();
    stuck.blockWrites();
    hub.publish(ALICE, Event.of("message", "1"));
    stuck.awaitBlockedWrite();
    assertThat(reading.awaitNext()).isEqualTo("1");
    assertThat(other.awaitNext()).isEqualTo("1");

    revoked.set(true);
    assertThat(hub.endRevoked()).isEqualTo(2);
    assertThat(hub.endRevoked()).as("streams that end already").isZero();
    hub.publish(ALICE, Event.of("message", "2"));

    assertThat(reading.awaitNext()).isEqualTo("Closing REVOKED");
    assertThat(reading.ended().join()).isEqualTo(CloseReason.REVOKED);
    assertThat(stuck.ended().get(5, TimeUnit.SECONDS)).isEqualTo(CloseReason.REVOKED);
    assertThat(other.awaitNext()).isEqualTo("2");
    assertThat(reading.next()).isEmpty();
  }

  @Test
  void whoWasRevokedWhileItCameIsSentAway() {
    var sink = new RecordingSink(blocks);
    var spec =
        new StreamSpec(
            ALICE,
            Optional.empty(),
            From.NOW,
            "test",
            "",
            new Lease(Duration.ofHours(1), Duration.ZERO, () -> true),
            Globs.ALL,
            Heartbeat.DEFAULT,
            false);

    var ended = new CompletableFuture<CloseReason>();
    hub.open(spec, sink, () -> {}, (_, reason) -> ended.complete(reason));

    assertThat(ended.join()).isEqualTo(CloseReason.REVOKED);
  }

  @Test
  void aFaultOfOneSinkEndsItsStreamAndIsNoPublishersFault() {
    RecordingSink faulty = open();
    RecordingSink sound = open();
    faulty.breakWrites();

    assertThat(hub.publish(ALICE, Event.of("message", "1")).connections()).isEqualTo(2);

    assertThat(sound.awaitNext()).isEqualTo("1");
    assertThat(faulty.ended().join()).isEqualTo(CloseReason.INTERNAL_ERROR);
    assertThat(hub.connections().count()).isEqualTo(1);
  }

  @Test
  void aStreamWhoseOpeningFailsIsForgotten() {
    var ended = new CompletableFuture<CloseReason>();
    var spec = new StreamSpec(ALICE, Optional.empty(), false, "test", "");

    assertThatThrownBy(
            () ->
                hub.open(
                    spec,
                    new RecordingSink(blocks),
                    () -> {
                      throw new IllegalStateException("a log that cannot be written");
                    },
                    (_, reason) -> ended.complete(reason)))
        .hasMessage("a log that cannot be written");

    assertThat(ended.join()).isEqualTo(CloseReason.INTERNAL_ERROR);
    assertThat(hub.connections().count()).isZero();
    await()
        .until(
            () ->
                hub.stats().log().logs()
                    == 0); // It lets go of its logs after it has said that it ended.
  }

  @Test
  void ofManyStreamsOfOneUserEachGetsEveryEvent() {
    List<RecordingSink> sinks = Stream.generate(this::open).limit(300).toList();

    assertThat(hub.publish(ALICE, Event.of("message", "own")).connections()).isEqualTo(300);
    assertThat(sinks).allSatisfy(sink -> assertThat(sink.awaitNext()).isEqualTo("own"));
    assertThat(hub.broadcast(Event.of("message", "all")).connections()).isEqualTo(300);
    assertThat(sinks).allSatisfy(sink -> assertThat(sink.awaitNext()).isEqualTo("all"));
  }

  @Test
  void aPublisherThatKnowsOfAReaderReachesIt() {
    var sink = new RecordingSink(blocks);
    var spec = new StreamSpec(ALICE, Optional.empty(), false, "test", "");
    // As one that is told of presence: the stream is counted, and its first bytes are to come.
    Runnable welcome =
        () -> {
          assertThat(hub.publish(ALICE, Event.of("message", "kept")).connections()).isEqualTo(1);
          assertThat(hub.publish(ALICE, Event.ephemeral("message", "ephemeral")).connections())
              .isEqualTo(1);
        };

    Thread.startVirtualThread(() -> hub.open(spec, sink, welcome, (_, _) -> {}));

    assertThat(sink.awaitNext()).isEqualTo("Open FRESH");
    assertThat(sink.awaitNext()).isEqualTo("kept");
    assertThat(sink.awaitNext()).isEqualTo("ephemeral");
  }

  @Test
  void aBurstOfBroadcastsWakesAReaderOnce() {
    var metrics = new Metrics();
    try (var counted = new Hub(log, LIMITS, nanos::get, metrics)) {
      RecordingSink sink = open(counted);
      var held = new CompletableFuture<Void>();
      sink.reactor().execute(held::join);
      long before = metrics.wakes.sum();

      for (int i = 0; i < 100; i++) {
        counted.broadcast(Event.of("message", "e" + i));
      }
      held.complete(null);

      for (int i = 0; i < 100; i++) {
        assertThat(sink.awaitNext()).isEqualTo("e" + i);
      }
      var idle = new CompletableFuture<Void>();
      sink.reactor().execute(() -> idle.complete(null));
      idle.join();
      assertThat(metrics.wakes.sum() - before).isEqualTo(1);
    }
  }

  /** Moves the time and looks, as the timer would: a second at a time. */
  private void pass(Duration span) {
    for (long second = 0; second < span.toSeconds(); second++) {
      nanos.addAndGet(Duration.ofSeconds(1).toNanos());
      hub.look();
    }
  }

  private RecordingSink open() {
    return open(hub, Globs.ALL, Lease.ENDLESS);
  }

  private RecordingSink open(Lease lease) {
    return open(hub, Globs.ALL, lease);
  }

  private RecordingSink open(Globs types) {
    return open(hub, types, Lease.ENDLESS);
  }

  private RecordingSink open(Hub hub) {
    return open(hub, Globs.ALL, Lease.ENDLESS);
  }

  private RecordingSink open(Hub hub, Globs types, Lease lease) {
    var sink = new RecordingSink(blocks);
    var spec =
        new StreamSpec(
            ALICE, Optional.empty(), From.NOW, "test", "", lease, types, Heartbeat.DEFAULT, false);
    int before = hub.connections().count();
    var ended = new CompletableFuture<CloseReason>();
    sink.ended(ended);
    Thread.startVirtualThread(
        () -> hub.open(spec, sink, () -> {}, (_, reason) -> ended.complete(reason)));
    assertThat(sink.awaitNext()).isEqualTo("Open FRESH");
    assertThat(sink.awaitNext()).isEqualTo("Live 0");
    await()
        .pollInterval(Duration.ofMillis(1)) // Some tests open hundreds.
        .until(() -> hub.connections().count() == before + 1);
    return sink;
  }

  /** The memory log; says when a reader has found nothing in the user's log. */
  private final class WatchedLog extends ForwardingLog {
    WatchedLog() {
      super(log);
    }

    @Override
    public Follow follow(LogName name) {
      Follow follow = super.follow(name);
      return name.equals(LogName.BROADCASTS) ? follow : new WatchedFollow(follow);
    }
  }

  private final class WatchedFollow extends ForwardingFollow {
    WatchedFollow(Follow follow) {
      super(follow);
    }

    @Override
    public Replay after(Position position, int maxBytes) {
      Replay replay = super.after(position, maxBytes);
      if (replay instanceof Replay.Nothing) {
        emptyRead.run();
      }
      return replay;
    }
  }
}
