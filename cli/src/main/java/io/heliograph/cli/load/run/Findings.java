package io.heliograph.cli.load.run;

import io.heliograph.cli.load.meter.Count;
import io.heliograph.cli.load.meter.ErrorKind;
import io.heliograph.cli.load.meter.Meter;
import io.heliograph.cli.load.meter.Timing;
import io.heliograph.cli.load.meter.Totals;
import io.heliograph.cli.load.meter.UserMeter;
import io.heliograph.cli.load.meter.Verdict;
import io.heliograph.cli.load.observe.Hiccups;
import io.heliograph.cli.load.observe.ProcFs;
import io.heliograph.cli.load.observe.Sampler;
import io.heliograph.cli.load.plan.Plan;
import io.heliograph.cli.load.result.Outcome;
import io.heliograph.cli.load.result.Setting;
import io.heliograph.cli.load.result.Summary;
import io.heliograph.cli.load.result.Summary.Ending;
import io.heliograph.cli.load.result.Summary.Second;
import io.heliograph.cli.load.users.Storms;
import io.heliograph.cli.option.WebAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Makes a summary of what a run has found. Confined to the thread that runs the simulation, which
 * reports the steps of the run.
 */
final class Findings {
  private static final double SECOND = 1e9;

  private final Plan plan;
  private final List<Setting> settings;
  private final Meter meter;
  private final List<UserMeter> users;
  private final UnaryOperator<Verdict.Evidence> noticed;
  private final Instant startedAt = Instant.now();
  private final double loadAtStart = ProcFs.loadAverage();

  private double kibPerUser = Double.NaN;
  private double serverKibPerConnection = Double.NaN;
  private double load = Double.NaN;
  private double rampEnd;
  private double measureFrom = Double.NaN;
  private @Nullable Moment begin;

  /** Of a run that has not begun; the report states the settings of all shards. */
  Findings(
      Plan plan,
      List<Setting> settings,
      Meter meter,
      List<UserMeter> users,
      UnaryOperator<Verdict.Evidence> noticed) {
    this.noticed = noticed;
    this.plan = plan;
    this.settings = settings;
    this.meter = meter;
    this.users = users;
  }

  /** What is counted by then, and processor time; the server's is NaN on another machine. */
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
  record Witnesses(Sampler sampler, Storms storms, Hiccups hiccups) {}

  /** All users are connected, or given up: the memory of both sides for each of them. */
  void ramped(double atSeconds, double ownKib, double serverKib) {
    rampEnd = atSeconds;
    kibPerUser = ownKib;
    serverKibPerConnection = serverKib;
  }

  /** The measured span will begin then, on the clock of {@link System#nanoTime}. */
  void measuringFrom(long nanos) {
    measureFrom = seconds(nanos);
  }

  /** The measured span begins. */
  void began(Moment now, double machineLoad) {
    begin = now;
    load = machineLoad;
  }

  private double seconds(long nanos) {
    return (nanos - meter.startNanos()) / SECOND;
  }

  /** Compares what arrived with what was sent; the drain ended so many seconds after the start. */
  Summary complete(Witnesses witnesses, Moment end, double drainEnd, Ending ending) {
    var totals = new Totals();
    long now = System.nanoTime();
    users.forEach(user -> user.audit(totals, now));
    var phases = new Summary.Phases(rampEnd, measureFrom, seconds(end.nanos), drainEnd);
    var figures = new Figures(plan, meter);
    figures.counted(witnesses.storms.results());
    figures.audited(totals);
    if (begin != null) {
      figures.overTime(begin, end, witnesses.sampler.timeline(), serverKibPerConnection);
    }
    figures.generator(kibPerUser, load);
    Verdict verdict = verdict(witnesses, phases);
    var latencies = new LinkedHashMap<String, Histogram>();
    for (Timing timing : Timing.values()) {
      Histogram recorded = meter.recorded(timing);
      if (recorded.getTotalCount() > 0) {
        latencies.put(timing.label(), recorded);
      }
    }
    return new Summary(
        meter.run(),
        startedAt,
        plan.name(),
        settings,
        plan.seed(),
        (plan.generator().shard() + 1) + "/" + plan.generator().shards(),
        ending,
        verdict,
        figures.metrics(),
        latencies,
        witnesses.storms.results(),
        meter.errors(),
        phases,
        witnesses.sampler.timeline(),
        environment(),
        notes(totals, witnesses.storms, verdict),
        List.of(),
        new Outcome.Kept());
  }

  private Verdict verdict(Witnesses witnesses, Summary.Phases phases) {
    Sampler sampler = witnesses.sampler;
    Histogram lag = meter.recorded(Timing.GENERATOR_LAG);
    Histogram hiccup = meter.recorded(Timing.GENERATOR_HICCUP);
    long local =
        meter.errors().entrySet().stream()
            .filter(error -> ErrorKind.isLocal(error.getKey()))
            .mapToLong(Map.Entry::getValue)
            .sum();
    return Verdict.of(
        noticed.apply(
            new Verdict.Evidence(
                lag.getValueAtPercentile(99) / 1e3,
                lag.getTotalCount() == 0 ? 0 : lag.getMaxValue() / 1e3,
                meter.get(Count.PUBLISH_DROPPED),
                hiccup.getValueAtPercentile(99.9) / 1e3,
                hiccup.getTotalCount() == 0 ? 0 : hiccup.getMaxValue() / 1e3,
                witnesses.hiccups.longestBeforeMillis(),
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

  private List<String> notes(Totals totals, Storms storms, Verdict verdict) {
    var notes = new ArrayList<String>();
    String host = WebAddress.host(plan.target().subscribe("any"));
    if (ProcFs.isLoopback(host)) {
      notes.add("the server runs on the same machine and shares its processors");
    }
    if (meter.get(Count.PUBLISH_PLANNED) > 0 && totals.seen() == 0) {
      notes.add(
          meter.get(Count.PUBLISH_ACCEPTED) == 0
              ? "the server accepted no publish, so the run says nothing about deliveries"
              : "no event was delivered, so the run says nothing about loss, order or latency");
    }
    if (totals.missedAway > 0) {
      notes.add(
          "events published while a user was away are not owed if it had no id to resume from: the"
              + " server sends no ids, or had not sent it an event yet");
    }
    if (meter.get(Count.PUBLISH_UNSENT) > 0) {
      notes.add(
          "the server answered publishes so slowly that all publishing connections were busy: lower"
              + " --rate, or raise --set lanes");
    }
    if (storms.results().stream().anyMatch(storm -> Double.isNaN(storm.backSeconds()))) {
      notes.add(
          "after a storm, not all users were back before the end: use a longer --duration or --set"
              + " drain");
    }
    if (verdict.state() == Verdict.State.INVALID) {
      notes.add(
          "to get a valid result: a machine that does nothing else, fewer users, a lower rate, or"
              + " a share of the users on another machine (--shard)"
              + (plan.couldBeRaw() ? ", or --set engine=raw" : ""));
    }
    return notes;
  }
}
