package io.heliograph.cli.load.run;

import io.heliograph.cli.load.meter.Count;
import io.heliograph.cli.load.meter.Meter;
import io.heliograph.cli.load.meter.Timing;
import io.heliograph.cli.load.meter.UserMeter;
import io.heliograph.cli.load.meter.Verdict;
import io.heliograph.cli.load.observe.Hiccups;
import io.heliograph.cli.load.observe.Pauses;
import io.heliograph.cli.load.observe.ProcFs;
import io.heliograph.cli.load.observe.Sampler;
import io.heliograph.cli.load.observe.Scraper;
import io.heliograph.cli.load.plan.SimulatePlan;
import io.heliograph.cli.load.plan.Storm;
import io.heliograph.cli.load.result.Metric;
import io.heliograph.cli.load.result.Outcome;
import io.heliograph.cli.load.result.Summary;
import io.heliograph.cli.load.result.Summary.Ending;
import io.heliograph.cli.load.result.Summary.Second;
import io.heliograph.cli.load.users.Failures;
import io.heliograph.cli.load.users.Storms;
import io.heliograph.cli.option.WebAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Makes a summary of what a run has found: of all of it at the end, or of what is known so far.
 * Thread-safe as long as one thread at a time writes the fields, which is the one that runs the
 * simulation.
 */
public final class Findings {
  /** What is known only when all that was sent is held against all that came. */
  public static final Set<Metric> AT_THE_END =
      EnumSet.of(
          Metric.USERS_ABSENT,
          Metric.DELIVERY_OWED,
          Metric.DELIVERY_SEEN,
          Metric.DELIVERY_MISSED_AWAY,
          Metric.LOSS_SILENT,
          Metric.LOSS_ANNOUNCED,
          Metric.LOSS_PENDING,
          Metric.RECONNECT_WITHOUT_LOSS,
          Metric.SERVER_CPU,
          Metric.SERVER_CPU_DELIVERY);

  private static final double SECOND = 1e9;

  private final SimulatePlan plan;
  private final Meter meter;
  private final List<UserMeter> users;
  private final UnaryOperator<Verdict.Evidence> noticed;
  private final Instant startedAt = Instant.now();
  private final double loadAtStart = ProcFs.loadAverage();

  volatile double kibPerUser = Double.NaN;
  volatile double serverKibPerConnection = Double.NaN;
  volatile double load = Double.NaN;
  volatile double rampEnd;
  volatile double measureFrom = Double.NaN;
  volatile @Nullable Moment begin;

  Findings(
      SimulatePlan plan,
      Meter meter,
      List<UserMeter> users,
      UnaryOperator<Verdict.Evidence> noticed) {
    this.noticed = noticed;
    this.plan = plan;
    this.meter = meter;
    this.users = users;
  }

  /**
   * What is counted at one moment, and the processor time that was used by then.
   *
   * @param serverCpu NaN where the server is not on this machine
   */
  record Moment(long nanos, long accepted, long delivered, double ownCpu, double serverCpu) {
    static Moment now(Meter meter, List<Long> server) {
      return new Moment(
          System.nanoTime(),
          meter.get(Count.PUBLISH_ACCEPTED),
          meter.get(Count.DELIVERED),
          ProcFs.cpuSeconds(ProcessHandle.current().pid()),
          server.isEmpty() ? Double.NaN : server.stream().mapToDouble(ProcFs::cpuSeconds).sum());
    }
  }

  /** Who else looked at the run. */
  record Witnesses(
      Sampler sampler, Storms storms, Pauses pauses, Hiccups hiccups, @Nullable Scraper scraper) {}

  /**
   * All that is known while it goes on. Nobody is audited: what has not come may be on its way.
   *
   * @param now until when
   */
  Summary interim(Witnesses witnesses, Moment now, double elapsed) {
    var phases = new Summary.Phases(rampEnd, Math.min(measureFrom, elapsed), elapsed, elapsed);
    return summary(witnesses, null, now, phases, Ending.UNFINISHED, List.of());
  }

  /** The whole; holds what came against what was sent. */
  Summary complete(
      Witnesses witnesses,
      Moment end,
      Summary.Phases phases,
      Ending ending,
      List<String> moreNotes) {
    var totals = new UserMeter.Totals();
    long now = System.nanoTime();
    users.forEach(user -> user.audit(totals, now));
    return summary(witnesses, totals, end, phases, ending, moreNotes);
  }

  private Summary summary(
      Witnesses witnesses,
      UserMeter.@Nullable Totals totals,
      Moment end,
      Summary.Phases phases,
      Ending ending,
      List<String> moreNotes) {
    var metrics = new LinkedHashMap<String, Double>();
    counted(metrics, witnesses.storms);
    if (totals != null) {
      audited(metrics, totals);
    }
    Moment from = begin;
    if (from != null) {
      overTime(metrics, witnesses.sampler, from, end);
    }
    put(metrics, Metric.GENERATOR_THREAD, witnesses.sampler.busiestThread());
    put(
        metrics,
        Metric.GENERATOR_PAUSE,
        Math.max(witnesses.pauses.longestBeforeMillis(), witnesses.pauses.longestMillis()));
    put(metrics, Metric.GENERATOR_KIB, kibPerUser);
    put(metrics, Metric.MACHINE_LOAD, load);
    var notes = new ArrayList<>(moreNotes);
    if (witnesses.scraper != null) {
      witnesses.scraper.results().forEach((metric, value) -> put(metrics, metric, value));
      notes.add(witnesses.scraper.trouble());
      notes.removeIf(String::isEmpty);
    }
    Verdict verdict = verdict(witnesses, phases);
    var latencies = new LinkedHashMap<String, Histogram>();
    for (Timing timing : Timing.values()) {
      Histogram recorded = meter.recorded(timing);
      if (recorded.getTotalCount() > 0) {
        latencies.put(timing.label(), recorded);
      }
    }
    notes.addAll(notes(totals, witnesses.storms, verdict));
    return new Summary(
        meter.run(),
        startedAt,
        plan.name(),
        plan.describe(),
        plan.seed(),
        (plan.generator().shard() + 1) + "/" + plan.generator().shards(),
        ending,
        verdict,
        metrics,
        latencies,
        witnesses.storms.results(),
        meter.errors(),
        phases,
        witnesses.sampler.timeline(),
        environment(),
        notes,
        List.of(),
        new Outcome.Kept());
  }

  private void counted(Map<String, Double> metrics, Storms storms) {
    put(metrics, Metric.USERS_COUNT, plan.users());
    put(metrics, Metric.PUBLISH_PLANNED, meter.get(Count.PUBLISH_PLANNED));
    put(metrics, Metric.PUBLISH_ACCEPTED, meter.get(Count.PUBLISH_ACCEPTED));
    put(metrics, Metric.PUBLISH_REJECTED, meter.get(Count.PUBLISH_REJECTED));
    put(metrics, Metric.PUBLISH_REFUSED, meter.get(Count.PUBLISH_REFUSED));
    put(metrics, Metric.PUBLISH_INDETERMINATE, meter.get(Count.PUBLISH_UNSURE));
    put(metrics, Metric.PUBLISH_DROPPED, meter.get(Count.PUBLISH_DROPPED));
    put(metrics, Metric.PUBLISH_UNSENT, meter.get(Count.PUBLISH_UNSENT));
    put(metrics, Metric.DUP_LIVE, meter.get(Count.DUP_LIVE));
    put(metrics, Metric.DUP_REPLAY, meter.get(Count.DUP_REPLAY));
    put(metrics, Metric.ORDER_VIOLATIONS, meter.get(Count.ORDER_VIOLATIONS));
    put(metrics, Metric.MISROUTED, meter.get(Count.MISROUTED));
    put(metrics, Metric.CORRUPT, meter.get(Count.CORRUPT));
    put(metrics, Metric.OTHER_EVENTS, meter.get(Count.OTHER_EVENTS));
    put(metrics, Metric.CONNECT_ATTEMPTS, meter.get(Count.CONNECT_ATTEMPTS));
    put(metrics, Metric.CONNECT_OPENED, meter.get(Count.CONNECT_OPENED));
    put(metrics, Metric.DISCONNECTS, meter.get(Count.DISCONNECTED));
    put(metrics, Metric.RECONNECT_COUNT, meter.get(Count.RECONNECTED));
    put(
        metrics,
        Metric.RECONNECT_PEAK,
        storms.results().stream().mapToDouble(Summary.StormResult::peakPerSecond).max().orElse(0));
    if (meter.get(Count.CONNECT_OPENED) > 0) {
      put(
          metrics,
          Metric.RECONNECT_ATTEMPTS,
          (double) meter.get(Count.CONNECT_ATTEMPTS) / meter.get(Count.CONNECT_OPENED));
    }
    put(metrics, Metric.GAPS, meter.get(Count.GAPS));
    put(metrics, Metric.HEARTBEAT_MISSED, meter.get(Count.HEARTBEAT_MISSED));
    put(metrics, Metric.SLOW_EVICTED, meter.get(Count.SLOW_EVICTED));
    put(metrics, Metric.ERRORS, meter.errors().values().stream().mapToLong(Long::longValue).sum());
  }

  private static void audited(Map<String, Double> metrics, UserMeter.Totals totals) {
    put(metrics, Metric.USERS_ABSENT, totals.absent);
    put(metrics, Metric.DELIVERY_OWED, totals.owed);
    put(metrics, Metric.DELIVERY_SEEN, seen(totals));
    put(metrics, Metric.DELIVERY_MISSED_AWAY, totals.missedAway);
    put(metrics, Metric.LOSS_SILENT, totals.silent);
    put(metrics, Metric.LOSS_ANNOUNCED, totals.announced);
    put(metrics, Metric.LOSS_PENDING, totals.pending);
    if (totals.returns > 0) {
      put(
          metrics,
          Metric.RECONNECT_WITHOUT_LOSS,
          (double) (totals.returns - totals.returnsWithLoss) / totals.returns);
    }
  }

  private static long seen(UserMeter.Totals totals) {
    return totals.owed - totals.silent - totals.announced - totals.pending;
  }

  /** What happened in the measured span. */
  private void overTime(Map<String, Double> metrics, Sampler sampler, Moment from, Moment to) {
    double seconds = (to.nanos - from.nanos) / SECOND;
    if (seconds <= 0) {
      return;
    }
    put(metrics, Metric.PUBLISH_RATE, (to.accepted - from.accepted) / seconds);
    put(metrics, Metric.DELIVERY_RATE, (to.delivered - from.delivered) / seconds);
    put(metrics, Metric.GENERATOR_CPU, (to.ownCpu - from.ownCpu) / seconds);
    double cpu = to.serverCpu - from.serverCpu;
    if (Double.isNaN(cpu)) {
      return; // It is on another machine.
    }
    put(metrics, Metric.SERVER_KIB, serverKibPerConnection);
    put(
        metrics,
        Metric.SERVER_RSS,
        sampler.timeline().stream()
            .mapToDouble(Second::serverRss)
            .filter(v -> v > 0)
            .max()
            .orElse(0));
    // After a restart the counter has begun again.
    boolean restarted = plan.behaviour().storms().stream().anyMatch(Storm.Run.class::isInstance);
    if (!restarted) {
      put(metrics, Metric.SERVER_CPU, cpu / seconds);
      if (to.delivered > from.delivered) {
        put(metrics, Metric.SERVER_CPU_DELIVERY, cpu * 1e6 / (to.delivered - from.delivered));
      }
    }
  }

  private static void put(Map<String, Double> metrics, Metric metric, long value) {
    put(metrics, metric, (double) value);
  }

  private static void put(Map<String, Double> metrics, Metric metric, double value) {
    metrics.put(metric.label(), value);
  }

  private Verdict verdict(Witnesses witnesses, Summary.Phases phases) {
    Sampler sampler = witnesses.sampler;
    Pauses pauses = witnesses.pauses;
    Histogram lag = meter.recorded(Timing.GENERATOR_LAG);
    Histogram hiccup = meter.recorded(Timing.GENERATOR_HICCUP);
    long planned = meter.get(Count.PUBLISH_PLANNED);
    long dropped = meter.get(Count.PUBLISH_DROPPED);
    long local =
        meter.errors().entrySet().stream()
            .filter(error -> Failures.isLocal(error.getKey()))
            .mapToLong(Map.Entry::getValue)
            .sum();
    return Verdict.of(
        noticed.apply(
            new Verdict.Evidence(
                lag.getValueAtPercentile(99) / 1e3,
                lag.getTotalCount() == 0 ? 0 : lag.getMaxValue() / 1e3,
                planned,
                planned - dropped,
                dropped,
                hiccup.getValueAtPercentile(99.9) / 1e3,
                hiccup.getTotalCount() == 0 ? 0 : hiccup.getMaxValue() / 1e3,
                witnesses.hiccups.longestBeforeMillis(),
                pauses.longestMillis(),
                pauses.longestBeforeMillis(),
                pauses.sumMillis() / 1e3 / Math.max(1, phases.drained() - phases.warmup()),
                sampler.secondsBusy(),
                sampler.busiestThread(),
                sampler.stolen(),
                others(sampler.timeline(), phases),
                local)));
  }

  /** The share of the machine that neither this program nor the server used while it measured. */
  private static double others(List<Second> timeline, Summary.Phases phases) {
    int processors = Runtime.getRuntime().availableProcessors();
    return timeline.stream()
        .filter(second -> second.t() > phases.warmup() && second.t() <= phases.measured())
        .mapToDouble(
            second -> {
              double server = Double.isNaN(second.serverCpu()) ? 0 : second.serverCpu();
              return second.machineCpu() - (second.generatorCpu() + server) / processors;
            })
        .filter(share -> share > 0)
        .average()
        .orElse(0);
  }

  private Map<String, String> environment() {
    var environment = new TreeMap<String, String>();
    environment.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
    environment.put("maxHeapMiB", Long.toString(Runtime.getRuntime().maxMemory() >> 20));
    environment.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    environment.put("arch", System.getProperty("os.arch"));
    environment.put("java", System.getProperty("java.vm.version"));
    environment.put("loadAtStart", Double.toString(loadAtStart));
    String version = Findings.class.getPackage().getImplementationVersion();
    environment.put("version", version == null ? "not packed" : version);
    return environment;
  }

  private List<String> notes(UserMeter.@Nullable Totals totals, Storms storms, Verdict verdict) {
    var notes = new ArrayList<String>();
    String host = WebAddress.host(plan.target().subscribe("any"));
    if (ProcFs.isLoopback(host)) {
      notes.add("the server runs on the same machine and shares its processors");
    }
    if (totals != null && meter.get(Count.PUBLISH_PLANNED) > 0 && seen(totals) == 0) {
      notes.add(
          meter.get(Count.PUBLISH_ACCEPTED) == 0
              ? "the server accepted none of the publishes: the run says nothing of its deliveries"
              : "no event was delivered: the run says nothing of loss, order and latency");
    }
    if (totals != null && totals.missedAway > 0) {
      notes.add(
          "of users that had no id to resume from, because the server sends none or had sent them"
              + " no event yet: what was published while they were away is not owed");
    }
    if (meter.get(Count.PUBLISH_UNSENT) > 0) {
      notes.add(
          "the server answered publishes so slowly that all lanes were taken: a lower --rate, or"
              + " more --lanes");
    }
    if (storms.results().stream().anyMatch(storm -> Double.isNaN(storm.backSeconds()))) {
      notes.add(
          "after a storm not everybody was back before the end: a longer --duration or --drain may"
              + " show more");
    }
    if (verdict.state() == Verdict.State.INVALID) {
      notes.add(
          "to get a valid result: a machine that does nothing else, fewer users or a lower rate,"
              + " a share of the users on another machine (--shard), or --engine raw");
    }
    return notes;
  }
}
