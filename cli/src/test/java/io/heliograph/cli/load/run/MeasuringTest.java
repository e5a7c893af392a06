package io.heliograph.cli.load.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.cli.load.meter.Timing;
import io.heliograph.cli.load.plan.Plan.EngineKind;
import io.heliograph.cli.load.plan.Storm;
import io.heliograph.cli.load.plan.Target;
import io.heliograph.cli.load.plan.Way;
import io.heliograph.cli.load.result.Metric;
import io.heliograph.cli.load.result.Outcome;
import io.heliograph.cli.load.result.Summary;
import io.heliograph.cli.load.result.Threshold;
import io.heliograph.cli.load.run.FaultyServer.Fault;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a server does wrong is what the report says: no more, no less, and under its right name. The
 * runs mostly wait for their own time to pass: several at once.
 */
@Execution(ExecutionMode.CONCURRENT)
@Order(1)
final class MeasuringTest {
  private static final int EVERY = 25;
  private static final int EVENTS = 200;
  // What is lost is waited for to the end.
  private static final Duration DRAIN = Duration.ofSeconds(4);
  private static final int FAULTS = EVENTS / EVERY;

  @ParameterizedTest
  @EnumSource
  void aFaultlessServerIsReportedWithoutFaults(EngineKind engine) throws Exception {
    try (var server = new FaultyServer(Fault.NONE, EVERY)) {
      Summary summary = Plans.against(server.uri()).engine(engine).run();

      assertThat(summary.metric(Metric.DELIVERY_OWED)).isEqualTo(EVENTS);
      assertThat(summary.metric(Metric.DELIVERY_SEEN)).isEqualTo(EVENTS);
      assertThat(summary.latency(Timing.DELIVERY_LIVE).getTotalCount()).isEqualTo(EVENTS);
      assertOnly(summary, 0, 0, 0, 0, 0, 0);
      assertThat(summary.thresholds()).allMatch(result -> result.kept());
    }
  }

  /** However a server behaves, no publish that was due vanishes from the count. */
  @Test
  void whatAServerThatHangsKeepsFromBeingSentIsCountedAsItsOwnFault() throws Exception {
    try (var server = new FaultyServer(Fault.HANG, 100)) {
      Summary summary =
          Plans.against(server.uri()).duration(Duration.ofSeconds(1), Duration.ofMillis(500)).run();

      double unsent = summary.metric(Metric.PUBLISH_UNSENT);
      assertThat(unsent).isPositive();
      assertThat(summary.metric(Metric.PUBLISH_DROPPED)).isZero();
      assertThat(
              summary.metric(Metric.PUBLISH_ACCEPTED)
                  + summary.metric(Metric.PUBLISH_REJECTED)
                  + summary.metric(Metric.PUBLISH_INDETERMINATE)
                  + unsent)
          .isEqualTo(summary.metric(Metric.PUBLISH_PLANNED));
      assertThat(summary.thresholds())
          .filteredOn(result -> !result.kept())
          .extracting(Threshold.Result::expression)
          .containsExactly("publish.unsent == 0");
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatIsDroppedIsLostSilently(EngineKind engine) throws Exception {
    try (var server = new FaultyServer(Fault.DROP, EVERY)) {
      Summary summary =
          Plans.against(server.uri()).engine(engine).duration(Duration.ofSeconds(1), DRAIN).run();

      assertThat(server.committed()).isEqualTo(FAULTS);
      assertOnly(summary, FAULTS, 0, 0, 0, 0, 0);
      assertThat(summary.thresholds())
          .filteredOn(result -> !result.kept())
          .extracting(Threshold.Result::expression)
          .containsExactly("loss.silent == 0");
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatIsToldAsAGapIsNotSilent(EngineKind engine) throws Exception {
    try (var server = new FaultyServer(Fault.TELL_GAP, EVERY)) {
      Summary summary =
          Plans.against(server.uri()).engine(engine).duration(Duration.ofSeconds(1), DRAIN).run();

      assertOnly(summary, 0, FAULTS, 0, 0, 0, 0);
      assertThat(summary.metric(Metric.GAPS)).isEqualTo(FAULTS);
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatComesTwiceIsDoubled(EngineKind engine) throws Exception {
    try (var server = new FaultyServer(Fault.DOUBLE, EVERY)) {
      Summary summary = Plans.against(server.uri()).engine(engine).run();

      assertThat(server.committed()).isEqualTo(FAULTS);
      assertOnly(summary, 0, 0, FAULTS, 0, 0, 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aCopyOfTheLastEventIsSeenThoughItComesLate(EngineKind engine) throws Exception {
    try (var server = new FaultyServer(Fault.ECHO, EVENTS)) {
      Summary summary = Plans.against(server.uri()).engine(engine).run();

      assertThat(server.committed()).isEqualTo(1); // With the very last.
      assertOnly(summary, 0, 0, 1, 0, 0, 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void nobodyWaitsAfterAStormForWhoReadsNothing(EngineKind engine) throws Exception {
    try (var server = new FaultyServer(Fault.NONE, EVERY)) {
      Summary summary =
          Plans.against(server.uri())
              .engine(engine)
              .cohorts(0, 0.2)
              .duration(Duration.ofSeconds(1), Duration.ofSeconds(10))
              .storms(new Storm.Cut(Duration.ofMillis(500), 1, true))
              .run();

      assertThat(summary.storms())
          .singleElement()
          .satisfies(storm -> assertThat(storm.cut()).isEqualTo(20))
          .satisfies(storm -> assertThat(storm.backSeconds()).isNotNaN());
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatIsSwappedIsOutOfOrder(EngineKind engine) throws Exception {
    // Of one user and not at the end, so that each that is held back is followed by another.
    try (var server = new FaultyServer(Fault.SWAP, 24)) {
      Summary summary = Plans.against(server.uri()).engine(engine).users(1).run();

      assertThat(server.committed()).isEqualTo(EVENTS / 24);
      assertOnly(summary, 0, 0, 0, EVENTS / 24, 0, 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatGoesToAnotherIsMisroutedAndMissing(EngineKind engine) throws Exception {
    try (var server = new FaultyServer(Fault.MISROUTE, EVERY)) {
      Summary summary =
          Plans.against(server.uri()).engine(engine).duration(Duration.ofSeconds(1), DRAIN).run();

      assertThat(server.committed()).isEqualTo(FAULTS);
      assertOnly(summary, FAULTS, 0, 0, 0, FAULTS, 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatWasChangedIsCorruptAndMissing(EngineKind engine) throws Exception {
    try (var server = new FaultyServer(Fault.CORRUPT, EVERY)) {
      Summary summary =
          Plans.against(server.uri()).engine(engine).duration(Duration.ofSeconds(1), DRAIN).run();

      assertThat(server.committed()).isEqualTo(FAULTS);
      assertOnly(summary, FAULTS, 0, 0, 0, 0, FAULTS);
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatWasDefacedIsCorruptAndNoEventOfOthers(EngineKind engine) throws Exception {
    try (var server = new FaultyServer(Fault.DEFACE, EVERY)) {
      Summary summary =
          Plans.against(server.uri()).engine(engine).duration(Duration.ofSeconds(1), DRAIN).run();

      assertThat(server.committed()).isEqualTo(FAULTS);
      assertOnly(summary, FAULTS, 0, 0, 0, 0, FAULTS);
      assertThat(summary.metric(Metric.OTHER_EVENTS)).isZero();
    }
  }

  /** HTTP allows it at any time; who writes into such a connection loses a publish. */
  @Test
  void aConnectionThatTheServerClosedBetweenTwoPublishesLosesNone() throws Exception {
    try (var server = new FaultyServer(Fault.CLOSE, 10)) {
      Summary summary =
          Plans.against(server.uri()).rate(100, 0).duration(Duration.ofSeconds(2), DRAIN).run();

      assertThat(server.committed()).isEqualTo(20);
      assertThat(summary.metric(Metric.PUBLISH_ACCEPTED)).isEqualTo(200);
      assertThat(summary.metric(Metric.PUBLISH_INDETERMINATE)).isZero();
      assertOnly(summary, 0, 0, 0, 0, 0, 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRefusedPublishIsOwedToNobody(EngineKind engine) throws Exception {
    try (var server = new FaultyServer(Fault.REFUSE, EVERY)) {
      Summary summary = Plans.against(server.uri()).engine(engine).run();

      assertThat(summary.metric(Metric.PUBLISH_REJECTED)).isEqualTo(FAULTS);
      assertThat(summary.metric(Metric.DELIVERY_OWED)).isEqualTo(EVENTS - FAULTS);
      assertOnly(summary, 0, 0, 0, 0, 0, 0);
    }
  }

  /** Nothing was lost, for nothing was sent: that is no success. */
  @ParameterizedTest
  @EnumSource(names = {"REFUSE", "SILENT_ACCEPT"})
  void aRunOfWhichNoPublishWasAcceptedFails(Fault fault) throws Exception {
    try (var server = new FaultyServer(fault, 1)) {
      Summary summary = Plans.against(server.uri()).run();

      assertThat(summary.metric(Metric.PUBLISH_ACCEPTED)).isZero();
      assertThat(summary.thresholds())
          .filteredOn(result -> !result.kept())
          .extracting(Threshold.Result::expression)
          .contains("publish.accepted > 0", "delivery.seen > 0");
      assertThat(summary.outcome()).isEqualTo(new Outcome.Failed());
      assertThat(String.join("\n", summary.notes())).contains("the server accepted no publish");
    }
  }

  @Test
  void onePublishThatIsRefusedFailsARun() throws Exception {
    try (var server = new FaultyServer(Fault.REFUSE, EVERY)) {
      Summary summary = Plans.against(server.uri()).run();

      assertThat(summary.thresholds())
          .filteredOn(result -> !result.kept())
          .extracting(Threshold.Result::expression)
          .containsExactly("publish.refused == 0");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPublishWithoutAnAnswerIsOwedToNobodyAndMayArrive(EngineKind engine) throws Exception {
    try (var server = new FaultyServer(Fault.SILENT_ACCEPT, EVERY)) {
      Summary summary = Plans.against(server.uri()).engine(engine).run();

      assertThat(summary.metric(Metric.PUBLISH_INDETERMINATE)).isEqualTo(FAULTS);
      assertThat(summary.metric(Metric.DELIVERY_OWED)).isEqualTo(EVENTS - FAULTS);
      assertOnly(summary, 0, 0, 0, 0, 0, 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void oneLateEventIsTheMaximum(EngineKind engine) throws Exception {
    try (var server = new FaultyServer(Fault.DELAY, EVERY)) {
      Summary summary = Plans.against(server.uri()).engine(engine).run();

      assertThat(summary.latency(Timing.DELIVERY_LIVE).getMaxValue()).isGreaterThan(1_400_000L);
      assertOnly(summary, 0, 0, 0, 0, 0, 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aStallIsSeenWholeThoughItHoldsThePublisherUp(EngineKind engine) throws Exception {
    try (var server = new FaultyServer(Fault.STALL, EVERY)) {
      // One lane: while the server is silent, nothing else can be sent, which is how stalls hide.
      Summary summary =
          Plans.against(server.uri())
              .engine(engine)
              .lanes(1)
              .rate(400, 0)
              .duration(Duration.ofSeconds(2), Duration.ofSeconds(10))
              .run();

      var corrected = summary.latency(Timing.DELIVERY_LIVE);
      var uncorrected = summary.latency(Timing.DELIVERY_UNCORRECTED);
      // A fifth of all events falls into a stall and waits 100 ms on average.
      assertThat(corrected.getValueAtPercentile(90)).isGreaterThan(60_000L);
      assertThat(corrected.getValueAtPercentile(99)).isGreaterThan(170_000L);
      // The other way of counting sees one late event in each stall.
      assertThat(uncorrected.getValueAtPercentile(90))
          .isLessThan(corrected.getValueAtPercentile(90));
      assertOnly(summary, 0, 0, 0, 0, 0, 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void afterACutWhatWasMissedComesAsReplay(EngineKind engine) throws Exception {
    try (var server = new FaultyServer(Fault.NONE, EVERY)) {
      Summary summary =
          Plans.against(server.uri())
              .engine(engine)
              .duration(Duration.ofSeconds(2), Duration.ofSeconds(10))
              .storms(new Storm.Cut(Duration.ofSeconds(1), 1, true))
              .run();

      assertThat(summary.metric(Metric.RECONNECT_COUNT)).isEqualTo(20);
      assertThat(summary.metric(Metric.RECONNECT_WITHOUT_LOSS)).isEqualTo(1);
      assertThat(summary.latency(Timing.DELIVERY_REPLAY).getTotalCount()).isPositive();
      assertThat(
              summary.latency(Timing.DELIVERY_REPLAY).getTotalCount()
                  + summary.latency(Timing.DELIVERY_LIVE).getTotalCount())
          .isEqualTo(2 * EVENTS);
      assertThat(summary.storms())
          .singleElement()
          .satisfies(storm -> assertThat(storm.cut()).isEqualTo(20))
          .satisfies(storm -> assertThat(storm.backSeconds()).isNotNaN());
      assertOnly(summary, 0, 0, 0, 0, 0, 0);
    }
  }

  /** As most servers have it: events for all users go to one URL, and the body says to whom. */
  @Test
  void oneUrlForAllPublishesHasTheUserInTheBody() throws Exception {
    try (var server = new FaultyServer(Fault.NONE, EVERY)) {
      Target one =
          new Target(
              server.uri() + "/v1/users/{user}/events",
              server.uri() + FaultyServer.ONE_URL,
              null,
              "{\"to\":\"{user}\",\"data\":\"{envelope}\"}",
              List.of(),
              List.of(),
              true,
              null,
              Way.DIRECT);

      Summary summary = Plans.against(server.uri()).target(one).run();

      assertThat(summary.metric(Metric.DELIVERY_SEEN)).isEqualTo(EVENTS);
      assertOnly(summary, 0, 0, 0, 0, 0, 0);
    }
  }

  private static void assertOnly(
      Summary summary,
      long lost,
      long announced,
      long doubled,
      long outOfOrder,
      long misrouted,
      long corrupt) {
    assertThat(summary.metric(Metric.LOSS_SILENT)).as("silent loss").isEqualTo((double) lost);
    assertThat(summary.metric(Metric.LOSS_ANNOUNCED))
        .as("announced loss")
        .isEqualTo((double) announced);
    assertThat(summary.metric(Metric.DUP_LIVE)).as("doubled").isEqualTo((double) doubled);
    assertThat(summary.metric(Metric.DUP_REPLAY)).as("replayed again").isZero();
    assertThat(summary.metric(Metric.ORDER_VIOLATIONS))
        .as("out of order")
        .isEqualTo((double) outOfOrder);
    assertThat(summary.metric(Metric.MISROUTED)).as("misrouted").isEqualTo((double) misrouted);
    assertThat(summary.metric(Metric.CORRUPT)).as("corrupt").isEqualTo((double) corrupt);
    assertThat(summary.metric(Metric.LOSS_PENDING)).as("pending").isZero();
  }
}
