package io.heliograph.cli.simulate;

import io.heliograph.cli.meter.Cohort;
import io.heliograph.cli.meter.Count;
import io.heliograph.cli.meter.Hiccups;
import io.heliograph.cli.meter.Meter;
import io.heliograph.cli.meter.Timing;
import io.heliograph.cli.meter.UserMeter;
import io.heliograph.cli.meter.Verdict;
import io.heliograph.cli.meter.Violation;
import io.heliograph.cli.report.Metric;
import io.heliograph.cli.report.Summary;
import io.heliograph.cli.report.Summary.Second;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Notices;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * One run, from the first connection to the last figure: connect, warm up, measure, drain, audit.
 *
 * <p>{@link #run} is called once, by one thread. Whoever wants it to end early completes {@code
 * stop}.
 */
final class Simulation {
  private static final double SECOND = 1e9;
  private static final Duration FIRST_CONNECTION = Duration.ofSeconds(15);
  private static final Duration ALL_CONNECTIONS = Duration.ofSeconds(45);
  private static final long STEP_MILLIS = 10;
  private static final long SETTLE_NANOS = 200_000_000;

  private final SimulatePlan plan;
  private final Notices notices;
  private final Progress progress;
  private final CompletableFuture<ExitCode> stop;
  private final Instant startedAt = Instant.now();
  private final Meter meter = new Meter(newRun(), System.nanoTime());
  private final List<Member> members = new ArrayList<>();
  private final List<UserMeter> users;
  private final double loadAtStart = ProcFs.loadAverage();

  // What the sampler's thread shows of the phase.
  private volatile Phase phase;

  private record Phase(String name, double from, double length) {}

  /** No user could connect. */
  static final class UnreachableException extends Exception {
    private static final long serialVersionUID = 1L;
    private final String kind;

    UnreachableException(String message, String kind) {
      super(message);
      this.kind = kind;
    }

    /** As in {@link Failures}. */
    String kind() {
      return kind;
    }
  }

  Simulation(
      SimulatePlan plan, Notices notices, Progress progress, CompletableFuture<ExitCode> stop) {
    this.plan = plan;
    this.notices = notices;
    this.progress = progress;
    this.stop = stop;
    this.users = createUsers();
    this.phase = new Phase("connect", 0, plan.span().ramp().toMillis() / 1000.0);
  }

  /** Of [0-9a-z], so that it may stand in a user's name and in an envelope. */
  private static String newRun() {
    return Long.toString(ThreadLocalRandom.current().nextLong(36L * 36 * 36 * 36 * 36 * 36), 36);
  }

  private List<UserMeter> createUsers() {
    var cohorts = new ArrayList<>(Collections.nCopies(plan.users(), Cohort.NORMAL));
    int slow = (int) Math.round(plan.users() * plan.behaviour().slow());
    int stalled = (int) Math.round(plan.users() * plan.behaviour().stalled());
    for (int i = 0; i < Math.min(slow + stalled, plan.users()); i++) {
      cohorts.set(i, i < slow ? Cohort.SLOW : Cohort.STALLED);
    }
    Collections.shuffle(cohorts, new Random(plan.seed()));
    var created = new ArrayList<UserMeter>(plan.users());
    for (int i = 0; i < plan.users(); i++) {
      String name =
          "sim-" + meter.run() + "-" + (plan.generator().shard() + i * plan.generator().shards());
      created.add(new UserMeter(meter, i, name, cohorts.get(i), plan.target().heliograph()));
    }
    return List.copyOf(created);
  }

  /** What went wrong with single events, once {@link #run} is over. */
  List<Violation> violations() {
    return meter.violations();
  }

  /**
   * Runs it.
   *
   * @throws UnreachableException if nobody could connect
   * @throws IOException if the report's directory cannot be written
   */
  Summary run() throws InterruptedException, IOException, UnreachableException {
    var serverBefore = new Figures();
    URI uri = plan.target().subscribe("any");
    System.gc(); // So that what is counted to a user is not left over from the start.
    double ownKib = ProcFs.rssKib(ProcessHandle.current().pid());
    try (Engine engine = engine();
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
                users,
                () -> findServer(uri),
                plan.report() == null ? null : plan.report().resolve("run.hlog"),
                this::tell)) {
      serverBefore.rssKib = serverKib(uri);
      connect(engine);
      System.gc();
      double kibPerUser =
          (ProcFs.rssKib(ProcessHandle.current().pid()) - ownKib) / Math.max(1, plan.users());
      serverBefore.kibPerConnection =
          (serverKib(uri) - serverBefore.rssKib) / Math.max(1, plan.users());
      double rampEnd = elapsed();

      long from = System.nanoTime() + SETTLE_NANOS;
      long measureFrom = from + plan.span().warmup().toNanos();
      long measureTo = measureFrom + plan.span().measure().toNanos();
      meter.measure(measureFrom, measureTo);
      var pauses = new Pauses();
      var hiccups = new Hiccups(meter);
      sampler.measuring();
      Figures begin;
      Figures end;
      double measuredEnd;
      double load;
      var storms =
          new Storms(plan.behaviour().storms(), members, meter, measureFrom, plan.seed(), notices);
      try (storms;
          var pace =
              new Pace(
                  lanes,
                  users,
                  plan.load().rate(),
                  plan.load().broadcastRate(),
                  plan.load().zipf(),
                  from,
                  measureTo,
                  plan.seed());
          var churn =
              new Churn(
                  members,
                  engine,
                  plan.behaviour().churnPerSecond(),
                  plan.behaviour().offline(),
                  plan.seed())) {
        phase = new Phase("warm up", elapsed(), plan.span().warmup().toMillis() / 1000.0);
        sleepUntil(measureFrom);
        phase = new Phase("measure", elapsed(), plan.span().measure().toMillis() / 1000.0);
        begin = figures(uri);
        load = ProcFs.loadAverage();
        sleepUntil(measureTo);
        if (stop.isDone()) {
          meter.measure(measureFrom, System.nanoTime());
        }
        end = figures(uri);
        measuredEnd = elapsed();
        pace.close();
        churn.close();
        phase = new Phase("drain", elapsed(), plan.span().drain().toMillis() / 1000.0);
        drain(lanes, storms);
      }
      double drainEnd = elapsed();
      hiccups.close();
      pauses.close();
      lanes.close();
      engine.close();
      sampler.close();
      return summary(
          sampler,
          storms,
          pauses,
          begin,
          end,
          kibPerUser,
          serverBefore.kibPerConnection,
          new Summary.Phases(
              rampEnd, (measureFrom - meter.startNanos()) / SECOND, measuredEnd, drainEnd),
          load);
    }
  }

  private Engine engine() throws IOException {
    return switch (plan.engine()) {
      case sdk ->
          new SdkEngine(
              plan.target(),
              meter,
              plan.generator().sources(),
              plan.behaviour().slowBytesPerSecond());
      case raw ->
          new RawEngine(
              plan.target(),
              meter,
              plan.generator().sources(),
              plan.behaviour().slowBytesPerSecond());
    };
  }

  private List<Long> findServer(URI uri) {
    return plan.server().pid() > 0 ? List.of(plan.server().pid()) : ProcFs.listeners(uri);
  }

  private double serverKib(URI uri) {
    return findServer(uri).stream().mapToDouble(ProcFs::rssKib).sum();
  }

  /** What is counted, and the time, at one moment. */
  private static final class Figures {
    private long nanos;
    private long accepted;
    private long delivered;
    private double ownCpu;
    private double serverCpu = Double.NaN;
    private double rssKib;
    private double kibPerConnection;
  }

  private Figures figures(URI uri) {
    var figures = new Figures();
    figures.nanos = System.nanoTime();
    figures.accepted = meter.get(Count.PUBLISH_ACCEPTED);
    figures.delivered = meter.get(Count.DELIVERED);
    figures.ownCpu = ProcFs.cpuSeconds(ProcessHandle.current().pid());
    List<Long> server = findServer(uri);
    if (!server.isEmpty()) {
      figures.serverCpu = server.stream().mapToDouble(ProcFs::cpuSeconds).sum();
    }
    return figures;
  }

  private void connect(Engine engine) throws InterruptedException, UnreachableException {
    long begin = System.nanoTime();
    double step = (double) plan.span().ramp().toNanos() / plan.users();
    for (int i = 0; i < users.size() && !stop.isDone(); i++) {
      long due = begin + (long) (i * step);
      sleepUntil(due);
      UserMeter user = users.get(i);
      user.due(due);
      members.add(new Member(user, engine.connect(user)));
    }
    long deadline = System.nanoTime() + ALL_CONNECTIONS.toNanos();
    long firstDeadline = System.nanoTime() + FIRST_CONNECTION.toNanos();
    while (!stop.isDone()) {
      long ready = users.stream().filter(UserMeter::ready).count();
      long now = System.nanoTime();
      if (ready == users.size() || now > deadline) {
        return;
      }
      if (ready == 0 && !engine.lastFailure().isEmpty() && isHopeless(now > firstDeadline)) {
        throw new UnreachableException(engine.lastFailure(), commonestError());
      }
      Thread.sleep(STEP_MILLIS);
    }
  }

  /** A refusal does not get better by waiting; a server that is not there may come up. */
  private boolean isHopeless(boolean late) {
    return late
        || commonestError().startsWith("http-4")
        || commonestError().equals("bad-content-type");
  }

  private String commonestError() {
    return meter.errors().entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElse("");
  }

  /**
   * Waits until all that is owed can have come, and everybody is back, at most as long as planned.
   */
  private void drain(Lanes lanes, Storms storms) throws InterruptedException {
    long deadline = System.nanoTime() + plan.span().drain().toNanos();
    while (System.nanoTime() < deadline) {
      boolean published = lanes.waiting() == 0;
      boolean back =
          members.stream().allMatch(m -> m.ready() || m.meter().cohort() != Cohort.NORMAL);
      if (published && back && storms.over() && meter.get(Count.DELIVERED) >= owedAtMost()) {
        return;
      }
      Thread.sleep(STEP_MILLIS);
    }
  }

  private long owedAtMost() {
    long readers = 0;
    long owed = 0;
    for (UserMeter user : users) {
      if (user.cohort() != Cohort.STALLED) {
        owed += user.sent().issued();
        readers++;
      }
    }
    return owed + readers * meter.broadcasts().issued();
  }

  private void sleepUntil(long nanos) throws InterruptedException {
    while (!stop.isDone()) {
      long left = nanos - System.nanoTime();
      if (left <= 0) {
        return;
      }
      // In short steps, to hear of a stop.
      Thread.sleep(Duration.ofNanos(Math.min(left, 50_000_000)));
    }
  }

  private double elapsed() {
    return (System.nanoTime() - meter.startNanos()) / SECOND;
  }

  private void tell(Second second) {
    var counts = new EnumMap<Count, Long>(Count.class);
    for (Count count : Count.values()) {
      counts.put(count, meter.get(count));
    }
    Phase now = phase;
    progress.tick(
        new Progress.Status(
            now.name, elapsed() - now.from, now.length, second, counts, owedAtMost(), ""));
  }

  private Summary summary(
      Sampler sampler,
      Storms storms,
      Pauses pauses,
      Figures begin,
      Figures end,
      double kibPerUser,
      double serverKibPerConnection,
      Summary.Phases phases,
      double load) {
    var totals = new UserMeter.Totals();
    long now = System.nanoTime();
    users.forEach(user -> user.audit(totals, now));
    double seconds = (end.nanos - begin.nanos) / SECOND;
    var metrics = new LinkedHashMap<String, Double>();
    put(metrics, Metric.USERS_COUNT, plan.users());
    put(metrics, Metric.USERS_ABSENT, totals.absent);
    put(metrics, Metric.PUBLISH_PLANNED, meter.get(Count.PUBLISH_PLANNED));
    put(metrics, Metric.PUBLISH_ACCEPTED, meter.get(Count.PUBLISH_ACCEPTED));
    put(metrics, Metric.PUBLISH_REJECTED, meter.get(Count.PUBLISH_REJECTED));
    put(metrics, Metric.PUBLISH_INDETERMINATE, meter.get(Count.PUBLISH_UNSURE));
    put(metrics, Metric.PUBLISH_DROPPED, meter.get(Count.PUBLISH_DROPPED));
    put(metrics, Metric.PUBLISH_RATE, (end.accepted - begin.accepted) / seconds);
    put(metrics, Metric.DELIVERY_OWED, totals.owed);
    put(
        metrics,
        Metric.DELIVERY_SEEN,
        totals.owed - totals.silent - totals.announced - totals.pending);
    put(metrics, Metric.DELIVERY_RATE, (end.delivered - begin.delivered) / seconds);
    put(metrics, Metric.DELIVERY_MISSED_AWAY, totals.missedAway);
    put(metrics, Metric.LOSS_SILENT, totals.silent);
    put(metrics, Metric.LOSS_ANNOUNCED, totals.announced);
    put(metrics, Metric.LOSS_PENDING, totals.pending);
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
    if (totals.returns > 0) {
      put(
          metrics,
          Metric.RECONNECT_WITHOUT_LOSS,
          (double) (totals.returns - totals.returnsWithLoss) / totals.returns);
    }
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
    put(metrics, Metric.GENERATOR_CPU, (end.ownCpu - begin.ownCpu) / seconds);
    put(metrics, Metric.GENERATOR_THREAD, sampler.busiestThread());
    put(metrics, Metric.GENERATOR_PAUSE, pauses.longestMillis());
    put(metrics, Metric.GENERATOR_KIB, kibPerUser);
    put(metrics, Metric.MACHINE_LOAD, load);
    serverMetrics(metrics, sampler, begin, end, serverKibPerConnection);
    Verdict verdict = verdict(sampler, pauses, phases);
    boolean aborted = stop.isDone();
    var latencies = new LinkedHashMap<String, Histogram>();
    for (Timing timing : Timing.values()) {
      Histogram recorded = meter.recorded(timing);
      if (recorded.getTotalCount() > 0) {
        latencies.put(timing.label(), recorded);
      }
    }
    var summary =
        new Summary(
            meter.run(),
            startedAt,
            plan.name(),
            plan.settings(),
            plan.seed(),
            (plan.generator().shard() + 1) + "/" + plan.generator().shards(),
            false,
            verdict,
            metrics,
            latencies,
            storms.results(),
            meter.errors(),
            phases,
            sampler.timeline(),
            environment(),
            notes(totals, storms, verdict),
            List.of(),
            0);
    Summary judged = summary.judgedBy(plan.expected().thresholds());
    return aborted ? judged.abortedBy(stop.join()) : judged;
  }

  private static void put(Map<String, Double> metrics, Metric metric, long value) {
    put(metrics, metric, (double) value);
  }

  private static void put(Map<String, Double> metrics, Metric metric, double value) {
    metrics.put(metric.label(), value);
  }

  private void serverMetrics(
      Map<String, Double> metrics, Sampler sampler, Figures begin, Figures end, double kib) {
    double cpu = end.serverCpu - begin.serverCpu;
    if (Double.isNaN(cpu)) {
      return; // It is on another machine.
    }
    double seconds = (end.nanos - begin.nanos) / SECOND;
    put(metrics, Metric.SERVER_KIB, kib);
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
      if (end.delivered > begin.delivered) {
        put(metrics, Metric.SERVER_CPU_DELIVERY, cpu * 1e6 / (end.delivered - begin.delivered));
      }
    }
  }

  private Verdict verdict(Sampler sampler, Pauses pauses, Summary.Phases phases) {
    Histogram lag = meter.recorded(Timing.GENERATOR_LAG);
    Histogram hiccup = meter.recorded(Timing.GENERATOR_HICCUP);
    long planned = meter.get(Count.PUBLISH_PLANNED);
    long dropped = meter.get(Count.PUBLISH_DROPPED);
    long local =
        meter.errors().entrySet().stream()
            .filter(error -> error.getKey().contains(Failures.LOCAL))
            .mapToLong(Map.Entry::getValue)
            .sum();
    return Verdict.of(
        new Verdict.Evidence(
            lag.getValueAtPercentile(99) / 1e3,
            lag.getTotalCount() == 0 ? 0 : lag.getMaxValue() / 1e3,
            planned,
            planned - dropped,
            dropped,
            hiccup.getValueAtPercentile(99.9) / 1e3,
            hiccup.getTotalCount() == 0 ? 0 : hiccup.getMaxValue() / 1e3,
            pauses.longestMillis(),
            pauses.sumMillis() / 1e3 / Math.max(1, phases.drained() - phases.ramp()),
            sampler.secondsBusy(),
            sampler.busiestThread(),
            sampler.stolen(),
            local));
  }

  private Map<String, String> environment() {
    var environment = new TreeMap<String, String>();
    environment.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
    environment.put("maxHeapMiB", Long.toString(Runtime.getRuntime().maxMemory() >> 20));
    environment.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    environment.put("arch", System.getProperty("os.arch"));
    environment.put("java", System.getProperty("java.vm.version"));
    environment.put("loadAtStart", Double.toString(loadAtStart));
    @Nullable String version = Simulation.class.getPackage().getImplementationVersion();
    environment.put("version", version == null ? "not packed" : version);
    return environment;
  }

  private List<String> notes(UserMeter.Totals totals, Storms storms, Verdict verdict) {
    var notes = new ArrayList<String>();
    String host = String.valueOf(plan.target().subscribe("any").getHost());
    if (ProcFs.isLoopback(host)) {
      notes.add("the server runs on the same machine and shares its processors");
    }
    if (totals.missedAway > 0) {
      notes.add(
          "the server sends no ids to resume from: what was published while users were away is not"
              + " owed");
    }
    if (meter.get(Count.PUBLISH_DROPPED) > 0
        && meter.recorded(Timing.GENERATOR_LAG).getValueAtPercentile(99) < 5000) {
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
          "fewer users or a lower rate on this machine, another machine for a share of them"
              + " (--shard), or --engine raw");
    }
    return notes;
  }
}
