package io.heliograph.server.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.event.Event;
import io.heliograph.server.event.UserId;
import io.heliograph.server.log.MemoryEventLog;
import io.heliograph.server.log.Retention;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a connection says and when, in time that moves only here. */
class ConnectionTest {

  private static final UserId ALICE = new UserId("alice");
  private static final StreamLimits LIMITS =
      new StreamLimits(Duration.ofSeconds(15), Duration.ofSeconds(3), Duration.ofSeconds(30));
  private static final Retention KEPT = new Retention(256, 1 << 20, Duration.ofHours(24));

  private final AtomicLong nanos = new AtomicLong();
  private final MemoryEventLog log = new MemoryEventLog(KEPT, KEPT, 1 << 20, nanos::get);
  private final Hub hub = new Hub(log, LIMITS, nanos::get);

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
    assertThat(stuck.awaitNext()).isEqualTo("Gap EXPIRED OptionalLong[44]");
    assertThat(stuck.awaitNext()).isEqualTo("id");
    assertThat(stuck.awaitNext()).isEqualTo("e44");
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
    hub.publish(ALICE, Event.of("message", "2"));

    assertThat(reading.awaitNext()).isEqualTo("Closing REVOKED");
    assertThat(reading.ended().join()).isEqualTo(CloseReason.REVOKED);
    assertThat(stuck.ended().get(5, TimeUnit.SECONDS)).isEqualTo(CloseReason.REVOKED);
    assertThat(other.awaitNext()).isEqualTo("2");
    assertThat(reading.next()).isEmpty();
  }

  @Test
  void whoWasRevokedWhileItCameIsSentAway() {
    var sink = new RecordingSink();
    var spec =
        new StreamSpec(
            ALICE,
            Optional.empty(),
            false,
            "test",
            "",
            new Lease(Duration.ofHours(1), Duration.ZERO, () -> true));

    assertThat(hub.serve(spec, sink, () -> {}).reason()).isEqualTo(CloseReason.REVOKED);
  }

  @Test
  void aBanishedUsersBrowsersAreKeptAwayForAMinute() {
    assertThat(hub.banished().contains(ALICE)).isFalse();
    hub.banished().banish(ALICE);

    nanos.addAndGet(Duration.ofSeconds(59).toNanos());
    assertThat(hub.banished().contains(ALICE)).isTrue();
    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    assertThat(hub.banished().contains(ALICE)).isFalse();
  }

  /** Moves the time and looks, as the timer would: a second at a time. */
  private void pass(Duration span) {
    for (long second = 0; second < span.toSeconds(); second++) {
      nanos.addAndGet(Duration.ofSeconds(1).toNanos());
      hub.look();
    }
  }

  private RecordingSink open() {
    return open(Lease.ENDLESS);
  }

  private RecordingSink open(Lease lease) {
    var sink = new RecordingSink();
    var spec = new StreamSpec(ALICE, Optional.empty(), false, "test", "", lease);
    int before = hub.connections().count();
    var ended = new CompletableFuture<CloseReason>();
    sink.ended(ended);
    Thread.startVirtualThread(() -> ended.complete(hub.serve(spec, sink, () -> {}).reason()));
    assertThat(sink.awaitNext()).isEqualTo("Start");
    assertThat(sink.awaitNext()).isEqualTo("Open FRESH");
    assertThat(sink.awaitNext()).isEqualTo("id");
    assertThat(sink.awaitNext()).isEqualTo("Live 0");
    await().until(() -> hub.connections().count() == before + 1);
    return sink;
  }
}
