package io.heliograph.cli.load.run;

import io.heliograph.cli.load.meter.Count;
import io.heliograph.cli.load.meter.Meter;
import io.heliograph.cli.load.meter.UserMeter;
import io.heliograph.cli.load.meter.Verdict;
import io.heliograph.cli.load.meter.Violation;
import io.heliograph.cli.load.observe.Hiccups;
import io.heliograph.cli.load.observe.ProcFs;
import io.heliograph.cli.load.observe.Sampler;
import io.heliograph.cli.load.plan.Plan;
import io.heliograph.cli.load.plan.TokenSource;
import io.heliograph.cli.load.publish.Lanes;
import io.heliograph.cli.load.publish.Pace;
import io.heliograph.cli.load.result.Outcome;
import io.heliograph.cli.load.result.Summary;
import io.heliograph.cli.load.result.Summary.Ending;
import io.heliograph.cli.load.result.Summary.Second;
import io.heliograph.cli.load.run.Findings.Moment;
import io.heliograph.cli.load.run.UnreachableException.Why;
import io.heliograph.cli.load.users.Churn;
import io.heliograph.cli.load.users.Engine;
import io.heliograph.cli.load.users.RawEngine;
import io.heliograph.cli.load.users.SdkEngine;
import io.heliograph.cli.load.users.Storms;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.UnaryOperator;

/**
 * One run, from the first connection to the last metric: connect, warm up, measure, drain, audit.
 *
 * <p>{@link #run} is called once, by one thread.
 */
public final class Simulation {
  private static final double SECOND = 1e9;
  private static final long SETTLE_NANOS = 200_000_000;

  private final Plan plan;
  private final URI uri;
  private final RunObserver observer;
  private final Stop stop;
  private final Meter meter = new Meter(newRun(), System.nanoTime());
  private final Crowd crowd;
  private final Findings findings;

  // What the sampler's thread shows of the phase.
  private volatile Phase phase;

  private record Phase(String name, double from, double length) {}

  /**
   * A run that has not begun.
   *
   * @param whole the plan of all shards; this machine's part is run
   * @param stop whoever completes it wants the run to end early
   * @param noticed changes what the generator noticed of itself: the identity, except in tests,
   *     which must not fail because their machine is busy
   */
  public Simulation(
      Plan whole,
      RunObserver observer,
      CompletableFuture<Outcome> stop,
      UnaryOperator<Verdict.Evidence> noticed) {
    this.plan = whole.part();
    this.uri = plan.target().subscribe("any");
    this.observer = observer;
    this.stop = new Stop(stop);
    this.crowd = new Crowd(plan, meter);
    this.findings = new Findings(plan, whole.describe(), meter, crowd.users(), noticed);
    this.phase = new Phase("connect", 0, plan.span().ramp().toMillis() / 1000.0);
  }

  /**
   * Six of [0-9a-z], so that it may stand in a user's name and in an envelope, and is found in one
   * of which little is left.
   */
  private static String newRun() {
    long least = 36L * 36 * 36 * 36 * 36;
    return Long.toString(ThreadLocalRandom.current().nextLong(least, 36 * least), 36);
  }

  /** What went wrong with single events, once {@link #run} is over. */
  public List<Violation> violations() {
    return meter.violations();
  }

  /** Runs it; the report's directory must be writable. */
  public Summary run() throws InterruptedException, IOException, UnreachableException {
    fetchTokens();
    System.gc(); // So that what is counted to a user is not left over from the start.
    double ownKib = ProcFs.rssKib(ProcessHandle.current().pid());
    // From the first connection on: what it finds is the server's only if this program ran.
    try (var hiccups = new Hiccups(meter);
        Engine engine = engine();
        var lanes =
            new Lanes(
                plan.target(),
                meter,
                plan.generator().lanes(),
                plan.load().size(),
                plan.generator().maxLag(),
                plan.generator().sources());
        var sampler =
            new Sampler(
                meter,
                crowd.users(),
                this::findServer,
                plan.report() == null ? null : plan.report().resolve("run.hlog"),
                this::show)) {
      double serverKib = serverKib();
      crowd.connect(engine, stop);
      hiccups.excuse(System::gc);
      findings.ramped(
          elapsed(),
          (ProcFs.rssKib(ProcessHandle.current().pid()) - ownKib) / Math.max(1, plan.users()),
          (serverKib() - serverKib) / Math.max(1, plan.users()));
      long from = System.nanoTime() + SETTLE_NANOS;
      long measureFrom = from + plan.span().warmup().toNanos();
      long measureTo = measureFrom + plan.span().measure().toNanos();
      meter.measure(measureFrom, measureTo);
      findings.measuringFrom(measureFrom);
      hiccups.measureFrom(measureFrom);
      sampler.measuring();
      var storms =
          new Storms(
              plan.behaviour().storms(),
              crowd.members(),
              meter,
              measureFrom,
              plan.seed(),
              observer::trouble);
      var witnesses = new Findings.Witnesses(sampler, storms, hiccups);
      Moment end = published(engine, lanes, witnesses, from, measureFrom, measureTo);
      double drainEnd = elapsed();
      hiccups.close();
      lanes.close();
      engine.close();
      sampler.close();
      return judged(witnesses, end, drainEnd);
    }
  }

  /** Warms up, measures and drains. */
  private Moment published(
      Engine engine,
      Lanes lanes,
      Findings.Witnesses witnesses,
      long from,
      long measureFrom,
      long measureTo)
      throws InterruptedException {
    try (var storms = witnesses.storms();
        var pace = new Pace(lanes, crowd.users(), plan.load(), from, measureTo, plan.seed());
        var churn =
            new Churn(
                crowd.members(),
                engine,
                plan.behaviour().churnPerSecond(),
                plan.behaviour().offline(),
                plan.seed())) {
      enter("warm up", plan.span().warmup());
      stop.sleepUntil(measureFrom);
      enter("measure", plan.span().measure());
      findings.began(now(), ProcFs.loadAverage());
      stop.sleepUntil(measureTo);
      if (stop.asked()) {
        meter.measure(measureFrom, System.nanoTime());
      }
      Moment end = now();
      pace.close();
      churn.close();
      enter("drain", plan.span().drain());
      drain(lanes, storms);
      return end;
    }
  }

  private void enter(String name, Duration length) {
    phase = new Phase(name, elapsed(), length.toMillis() / 1000.0);
  }

  private void fetchTokens() throws InterruptedException, UnreachableException {
    TokenSource tokens = plan.target().tokens();
    if (tokens != null) {
      try {
        tokens.fetch(crowd.users().stream().map(UserMeter::name).toList());
      } catch (IOException e) {
        throw new UnreachableException("--token: " + e.getMessage(), Why.CREDENTIALS);
      }
    }
  }

  private Summary judged(Findings.Witnesses witnesses, Moment end, double drainEnd) {
    Outcome early = stop.outcome();
    Ending ending = early == null ? Ending.COMPLETE : Ending.INTERRUPTED;
    Summary summary =
        findings.complete(witnesses, end, drainEnd, ending).judgedBy(plan.thresholds());
    return early == null ? summary : summary.endedBy(early);
  }

  private Engine engine() throws IOException {
    var setup =
        new Engine.Setup(
            plan.target(),
            meter,
            plan.generator().sources(),
            plan.behaviour().slowBytesPerSecond());
    return switch (plan.engine()) {
      case sdk -> new SdkEngine(setup);
      case raw -> new RawEngine(setup);
    };
  }

  private List<Long> findServer() {
    return plan.serverPid() > 0 ? List.of(plan.serverPid()) : ProcFs.listeners(uri);
  }

  private double serverKib() {
    return findServer().stream().mapToDouble(ProcFs::rssKib).sum();
  }

  private Moment now() {
    return Moment.now(meter, findServer());
  }

  /** Who asks the run to stop sees no further storm. */
  private void drain(Lanes lanes, Storms storms) throws InterruptedException {
    var drain = new Drain(System.nanoTime(), plan.span().drain());
    while (!drain.isOver(System.nanoTime())) {
      if (stop.asked() && drain.stop(System.nanoTime())) {
        storms.close();
      }
      if (lanes.waiting() == 0 && storms.over() && crowd.hasEverything()) {
        drain.complete(System.nanoTime());
      }
      Thread.sleep(Stop.STEP);
    }
  }

  private double elapsed() {
    return (System.nanoTime() - meter.startNanos()) / SECOND;
  }

  private void show(Second second) {
    var counts = new EnumMap<Count, Long>(Count.class);
    for (Count count : Count.values()) {
      counts.put(count, meter.get(count));
    }
    Phase now = phase;
    observer.second(
        new RunObserver.Status(
            now.name, elapsed() - now.from, now.length, second, counts, crowd.owedAtMost()));
  }
}
