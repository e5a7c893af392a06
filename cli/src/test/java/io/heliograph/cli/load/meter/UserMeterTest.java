package io.heliograph.cli.load.meter;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What one user makes of what it is told; the times are made up. */
final class UserMeterTest {
  private static final long MS = 1_000_000;

  private final Meter meter = new Meter("r", 0);

  @Test
  void withoutStreamLiveAReturnEndsWithTheLastThatWasMissed() {
    UserMeter user = user(Cohort.NORMAL, false);
    open(user, 0);
    cut(user, 1000);
    send(user, 3);

    user.opened(1100 * MS, true);
    send(user, 1); // After the return: nothing waits for it.
    arrives(user, 0, 1200);
    arrives(user, 1, 1300);

    assertThat(user.ready()).isTrue();
    assertThat(user.caughtUp()).isFalse();
    assertThat(recorded(Timing.RECONNECT_TOTAL)).isZero();

    arrives(user, 2, 1400);

    assertThat(user.caughtUp()).isTrue();
    assertThat(millis(Timing.RECONNECT_TOTAL)).isEqualTo(400);
    assertThat(millis(Timing.RECONNECT_CATCHUP)).isEqualTo(300);
    assertThat(meter.get(Count.RECONNECT_COUNT)).isEqualTo(1);
  }

  @Test
  void oneFaultInTenThousandIsFoundEach() {
    UserMeter user = user(Cohort.NORMAL, true);
    UserMeter other = new UserMeter(meter, 8, "other", Cohort.NORMAL, true);
    open(user, 0);
    other.opened(0, false);
    other.live(0);
    for (int n = 0; n < 60_000; n++) {
      user.sent().next();
      String text = envelope(user, n);
      switch (n) {
        case 5_000 -> {} // Lost.
        case 15_000 -> {
          user.event(text, "", MS);
          user.event(text, "", MS);
        }
        case 25_000 -> {
          String before = text;
          user.sent().next();
          user.event(envelope(user, ++n), "", MS);
          user.event(before, "", MS);
        }
        case 35_000 -> other.event(text, "", MS);
        case 45_000 -> user.event(text.replace("xx", "xy"), "", MS);
        case 55_000 -> user.gap("user", "evicted", 1);
        default -> user.event(text, "", MS);
      }
    }

    Totals totals = audited(user);
    assertThat(totals.silent).isEqualTo(3); // Lost, misrouted and corrupt.
    assertThat(totals.announced).isEqualTo(1);
    assertThat(meter.get(Count.DUP_LIVE)).isEqualTo(1);
    assertThat(meter.get(Count.ORDER_VIOLATIONS)).isEqualTo(1);
    assertThat(meter.get(Count.MISROUTED)).isEqualTo(1);
    assertThat(meter.get(Count.CORRUPT)).isEqualTo(1);
  }

  private static String envelope(UserMeter user, int sequence) {
    return new Envelope("r", user.index(), sequence, 0, 0).text(150);
  }

  /** The server told of events that were never kept; what it kept and did not send is lost. */
  @Test
  void aGapOfEphemeralEventsExcusesNoLoss() {
    UserMeter user = user(Cohort.NORMAL, true);
    open(user, 0);
    send(user, 2);
    user.gap("user", "ephemeral", 5);
    arrives(user, 1, 1000);

    assertThat(meter.get(Count.GAPS)).isZero();
    assertThat(audited(user).silent).isEqualTo(1);
    assertThat(audited(user).announced).isZero();
  }

  @Test
  void withoutStreamLiveWhoMissedNothingIsBackAtTheHead() {
    UserMeter user = user(Cohort.NORMAL, false);
    open(user, 0);
    send(user, 1);
    arrives(user, 0, 500);
    cut(user, 1000);
    user.sent().refused(user.sent().next()); // It cannot come.

    user.opened(1100 * MS, true);

    assertThat(user.caughtUp()).isTrue();
    assertThat(millis(Timing.RECONNECT_TOTAL)).isEqualTo(100);
  }

  @Test
  void withoutStreamLiveWhoCannotResumeIsBackAtTheHead() {
    UserMeter user = user(Cohort.NORMAL, false);
    open(user, 0);
    cut(user, 1000);
    send(user, 3);

    user.opened(1100 * MS, false);

    assertThat(user.caughtUp()).isTrue();
    assertThat(millis(Timing.RECONNECT_TOTAL)).isEqualTo(100);
  }

  @Test
  void withStreamLiveNothingElseEndsAReturn() {
    UserMeter user = user(Cohort.NORMAL, true);
    open(user, 0);
    user.live(MS);
    cut(user, 1000);
    send(user, 1);
    user.opened(1100 * MS, true);
    arrives(user, 0, 1200);

    assertThat(user.caughtUp()).isFalse();
    user.live(1300 * MS);
    assertThat(user.caughtUp()).isTrue();
    assertThat(millis(Timing.RECONNECT_TOTAL)).isEqualTo(300);
  }

  @Test
  void aHoleBelowALaterEventIsALossEvenOfWhoIsNotBack() {
    UserMeter user = user(Cohort.NORMAL, false);
    open(user, 0);
    send(user, 4);
    arrives(user, 0, 10);
    arrives(user, 2, 20);
    user.disconnected(30 * MS);

    Totals totals = audited(user);

    assertThat(totals.silent).isEqualTo(1);
    assertThat(totals.pending).isEqualTo(1);
    assertThat(totals.absent).isEqualTo(1);
    assertThat(meter.violations())
        .singleElement()
        .matches(violation -> violation.kind().equals("lost") && violation.sequence() == 1);
  }

  @Test
  void ofWhoReadsNothingAllIsPending() {
    UserMeter user = user(Cohort.STALLED, false);
    open(user, 0);
    send(user, 3);
    arrives(user, 1, 10);

    Totals totals = audited(user);

    assertThat(totals.silent).isZero();
    assertThat(totals.pending).isEqualTo(2);
  }

  @Test
  void ofWhoStillReadsSlowlyTheRestIsPendingButNoHole() {
    UserMeter user = user(Cohort.SLOW, true);
    open(user, 0);
    user.live(MS);
    send(user, 5);
    arrives(user, 0, 10);
    arrives(user, 2, 1000);

    Totals totals = audited(user, 3000);

    assertThat(totals.pending).isEqualTo(2);
    assertThat(totals.silent).isEqualTo(1);
  }

  @Test
  void ofWhoHasReadAllThatCameSlowlyTheRestIsLost() {
    UserMeter user = user(Cohort.SLOW, true);
    open(user, 0);
    user.live(MS);
    send(user, 3);
    arrives(user, 0, 10);
    user.comment(9000 * MS); // It would have come behind the events.

    Totals totals = audited(user, 10_000);

    assertThat(totals.pending).isZero();
    assertThat(totals.silent).isEqualTo(2);
  }

  @Test
  void aNumberThatWasNeverSentIsCorruptWhateverItsChecksum() {
    UserMeter user = user(Cohort.NORMAL, false);
    open(user, 0);
    send(user, 2);
    arrives(user, 0, 10);
    for (long strange : new long[] {2, 9_000_000_000_000_000_000L, -1}) {
      arrives(user, strange, 20);
    }
    arrives(user, 1, 30);

    assertThat(meter.get(Count.CORRUPT)).isEqualTo(3);
    assertThat(meter.get(Count.DELIVERED)).isEqualTo(2);
    assertThat(audited(user).silent).isZero();
  }

  private UserMeter user(Cohort cohort, boolean announcesLive) {
    return new UserMeter(meter, 7, "sim-7", cohort, announcesLive);
  }

  private static void open(UserMeter user, long millis) {
    user.due(millis * MS);
    user.attempt(millis * MS);
    user.opened(millis * MS, false);
  }

  private static void cut(UserMeter user, long millis) {
    user.cut(millis * MS);
    user.disconnected(millis * MS);
    user.attempt(millis * MS);
  }

  private static void send(UserMeter user, int count) {
    for (int i = 0; i < count; i++) {
      user.sent().next();
    }
  }

  private static void arrives(UserMeter user, long sequence, long millis) {
    user.event(new Envelope("r", 7, sequence, 0, 0).text(100), "", millis * MS);
  }

  private static Totals audited(UserMeter user) {
    return audited(user, 0);
  }

  private static Totals audited(UserMeter user, long millis) {
    var totals = new Totals();
    user.audit(totals, millis * MS);
    return totals;
  }

  private long recorded(Timing timing) {
    meter.flip((each, histogram) -> {});
    return meter.recorded(timing).getTotalCount();
  }

  private long millis(Timing timing) {
    assertThat(recorded(timing)).isEqualTo(1);
    return Math.round(meter.recorded(timing).getMaxValue() / 1000.0);
  }
}
