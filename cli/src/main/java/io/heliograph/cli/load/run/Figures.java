package io.heliograph.cli.load.run;

import io.heliograph.cli.load.meter.Count;
import io.heliograph.cli.load.meter.Meter;
import io.heliograph.cli.load.meter.Totals;
import io.heliograph.cli.load.plan.Plan;
import io.heliograph.cli.load.plan.Storm;
import io.heliograph.cli.load.result.Metric;
import io.heliograph.cli.load.result.Summary;
import io.heliograph.cli.load.result.Summary.Second;
import io.heliograph.cli.load.run.Findings.Moment;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Gathers the metrics of a run. Confined to one thread. */
final class Figures {
  private static final double SECOND = 1e9;
  private final Plan plan;
  private final Meter meter;
  private final Map<String, Double> metrics = new LinkedHashMap<>();

  Figures(Plan plan, Meter meter) {
    this.plan = plan;
    this.meter = meter;
  }

  Map<String, Double> metrics() {
    return metrics;
  }

  private void put(Metric metric, long value) {
    put(metric, (double) value);
  }

  private void put(Metric metric, double value) {
    metrics.put(metric.label(), value);
  }

  void counted(List<Summary.StormResult> storms) {
    put(Metric.USERS_COUNT, plan.users());
    for (Count count : EnumSet.complementOf(EnumSet.of(Count.DELIVERED, Count.CUT))) {
      put(Metric.valueOf(count.name()), meter.get(count));
    }
    put(
        Metric.RECONNECT_PEAK,
        storms.stream().mapToDouble(Summary.StormResult::peakPerSecond).max().orElse(0));
    long opened = meter.get(Count.CONNECT_OPENED);
    if (opened > 0) {
      put(Metric.RECONNECT_ATTEMPTS, (double) meter.get(Count.CONNECT_ATTEMPTS) / opened);
    }
    put(Metric.ERRORS, meter.errors().values().stream().mapToLong(Long::longValue).sum());
  }

  /** What comparing all that was sent with all that arrived has shown. */
  void audited(Totals totals) {
    put(Metric.USERS_ABSENT, totals.absent);
    put(Metric.DELIVERY_OWED, totals.owed);
    put(Metric.DELIVERY_SEEN, totals.seen());
    put(Metric.DELIVERY_MISSED_AWAY, totals.missedAway);
    put(Metric.LOSS_SILENT, totals.silent);
    put(Metric.LOSS_ANNOUNCED, totals.announced);
    put(Metric.LOSS_PENDING, totals.pending);
    if (totals.returns > 0) {
      long kept = totals.returns - totals.returnsWithLoss;
      put(Metric.RECONNECT_WITHOUT_LOSS, (double) kept / totals.returns);
    }
  }

  /** What happened in the measured span; the server has so much memory for each connection. */
  void overTime(Moment from, Moment to, List<Second> timeline, double serverKib) {
    double seconds = (to.nanos() - from.nanos()) / SECOND;
    if (seconds <= 0) {
      return;
    }
    long delivered = to.delivered() - from.delivered();
    put(Metric.PUBLISH_RATE, (to.accepted() - from.accepted()) / seconds);
    put(Metric.DELIVERY_RATE, delivered / seconds);
    put(Metric.GENERATOR_CPU, (to.ownCpu() - from.ownCpu()) / seconds);
    double cpu = to.serverCpu() - from.serverCpu();
    if (Double.isNaN(cpu)) {
      return; // It is on another machine.
    }
    put(Metric.SERVER_KIB, serverKib);
    put(
        Metric.SERVER_RSS,
        timeline.stream().mapToDouble(Second::serverRss).filter(v -> v > 0).max().orElse(0));
    // After a restart the counter has begun again.
    boolean restarted = plan.behaviour().storms().stream().anyMatch(Storm.Run.class::isInstance);
    if (!restarted) {
      put(Metric.SERVER_CPU, cpu / seconds);
      if (delivered > 0) {
        put(Metric.SERVER_CPU_DELIVERY, cpu * 1e6 / delivered);
      }
    }
  }

  /** What the generator itself took. */
  void generator(double kibPerUser, double machineLoad) {
    put(Metric.GENERATOR_KIB, kibPerUser);
    put(Metric.MACHINE_LOAD, machineLoad);
  }
}
