package io.heliograph.cli.load.run;

import io.heliograph.cli.load.meter.Cohort;
import io.heliograph.cli.load.meter.Count;
import io.heliograph.cli.load.meter.Meter;
import io.heliograph.cli.load.meter.UserMeter;
import io.heliograph.cli.load.meter.Verdict;
import io.heliograph.cli.load.meter.Violation;
import io.heliograph.cli.load.observe.Hiccups;
import io.heliograph.cli.load.observe.Pauses;
import io.heliograph.cli.load.observe.ProcFs;
import io.heliograph.cli.load.observe.Sampler;
import io.heliograph.cli.load.observe.Scraper;
import io.heliograph.cli.load.plan.SimulatePlan;
import io.heliograph.cli.load.plan.UserTokens;
import io.heliograph.cli.load.publish.Lanes;
import io.heliograph.cli.load.publish.Pace;
import io.heliograph.cli.load.result.Outcome;
import io.heliograph.cli.load.result.ReportFiles;
import io.heliograph.cli.load.result.Spans;
import io.heliograph.cli.load.result.Summary;
import io.heliograph.cli.load.result.Summary.Ending;
import io.heliograph.cli.load.result.Summary.Second;
import io.heliograph.cli.load.run.Findings.Moment;
import io.heliograph.cli.load.users.Churn;
import io.heliograph.cli.load.users.Engine;
import io.heliograph.cli.load.users.Failures;
import io.heliograph.cli.load.users.Member;
import io.heliograph.cli.load.users.RawEngine;
import io.heliograph.cli.load.users.SdkEngine;
import io.heliograph.cli.load.users.Storms;
import io.heliograph.cli.shell.Notices;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One run, from the first connection to the last figure: connect, warm up, measure, drain, audit.
 *
 * <p>{@link #run} is called once, by one thread. Whoever wants it to end early completes {@code
 * stop}.
 */
public final class Simulation {
  private static final double SECOND = 1e9;
  private static final Duration FIRST_CONNECTION = Duration.ofSeconds(15);
  private static final Duration ALL_CONNECTIONS = Duration.ofSeconds(45);
  private static final long STEP_MILLIS = 10;
  private static final long SETTLE_NANOS = 200_000_000;
  // Below the time after which a signal halts the program, so that the report is written.
  private static final Duration DRAIN_OF_THE_STOPPED = Duration.ofSeconds(10);
  // A second copy, or one that goes astray, comes behind the first.
  private static final Duration FOR_STRAYS = Duration.ofSeconds(1);

  private final SimulatePlan plan;
  private final Notices notices;
  private final Progress progress;
  private final CompletableFuture<Outcome> stop;
  private final Meter meter = new Meter(newRun(), System.nanoTime());
  private final List<Member> members = new ArrayList<>();
  private final List<UserMeter> users;
  private final Findings findings;

  // Set by the watch, once.
  private volatile @Nullable String whyAborted;

  // What the sampler's thread shows of the phase.
  private volatile Phase phase;

  private record Phase(String name, double from, double length) {}

  /** No user could connect. */
  public static final class UnreachableException extends Exception {
    private static final long serialVersionUID = 1L;
    private final String kind;

    UnreachableException(String message, String kind) {
      super(message);
      this.kind = kind;
    }

    /** As in {@link Failures}. */
    public String kind() {
      return kind;
    }
  }

  /**
   * A run that has not begun.
   *
   * @param noticed changes what the generator noticed of itself: the identity, but in tests, which
   *     must not fail because their machine is busy
   */
  public Simulation(
      SimulatePlan plan,
      Notices notices,
      Progress progress,
      CompletableFuture<Outcome> stop,
      UnaryOperator<Verdict.Evidence> noticed) {
    this.plan = plan;
    this.notices = notices;
    this.progress = progress;
    this.stop = stop;
    this.users = createUsers();
    this.findings = new Findings(plan, meter, users, noticed);
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
  public List<Violation> violations() {
    return meter.violations();
  }

  /**
   * Runs it.
   *
   * @throws UnreachableException if nobody could connect
   * @throws IOException if the report's directory cannot be written
   */
  public Summary run() throws InterruptedException, IOException, UnreachableException {
    URI uri = plan.target().subscribe("any");
    fetchTokens();
    System.gc(); // So that what is counted to a user is not left over from the start.
    double ownKib = ProcFs.rssKib(ProcessHandle.current().pid());
    // From the first connection on: what it finds is the server's only if this program ran.
    try (var pauses = new Pauses();
        var hiccups = new Hiccups(meter);
        Engine engine = engine();
        var lanes =
            new Lanes(
                plan.target(),
                meter,
                plan.generator().lanes(),
                plan.load().size(),
                plan.generator().maxLag(),
                plan.generator().sources());
        var scraper = scraper();
        var sampler =
            new Sampler(
                meter,
                users,
                () -> findServer(uri),
                plan.report() == null ? null : plan.report().resolve("run.hlog"),
                this::tell)) {
      double serverKib = serverKib(uri);
      connect(engine);
      hiccups.excuse(System::gc);
      findings.kibPerUser =
          (ProcFs.rssKib(ProcessHandle.current().pid()) - ownKib) / Math.max(1, plan.users());
      findings.serverKibPerConnection = (serverKib(uri) - serverKib) / Math.max(1, plan.users());
      findings.rampEnd = elapsed();

      long from = System.nanoTime() + SETTLE_NANOS;
      long measureFrom = from + plan.span().warmup().toNanos();
      long measureTo = measureFrom + plan.span().measure().toNanos();
      meter.measure(measureFrom, measureTo);
      findings.measureFrom = (measureFrom - meter.startNanos()) / SECOND;
      pauses.measureFrom(measureFrom);
      hiccups.measureFrom(measureFrom);
      sampler.measuring();
      Moment end;
      double measuredEnd;
      var storms =
          new Storms(plan.behaviour().storms(), members, meter, measureFrom, plan.seed(), notices);
      var witnesses = new Findings.Witnesses(sampler, storms, pauses, hiccups, scraper);
      try (storms;
          var watch = watch(witnesses, measureFrom, uri);
          var pace = new Pace(lanes, users, plan.load(), from, measureTo, plan.seed());
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
        findings.begin = Moment.now(meter, findServer(uri));
        findings.load = ProcFs.loadAverage();
        sleepUntil(measureTo);
        if (stop.isDone()) {
          meter.measure(measureFrom, System.nanoTime());
        }
        end = Moment.now(meter, findServer(uri));
        measuredEnd = elapsed();
        pace.close();
        churn.close();
        phase = new Phase("drain", elapsed(), plan.span().drain().toMillis() / 1000.0);
        drain(lanes, storms);
        watch.close();
      }
      double drainEnd = elapsed();
      hiccups.close();
      lanes.close();
      engine.close();
      sampler.close();
      if (scraper != null) {
        scraper.close();
      }
      return judged(
          witnesses,
          end,
          new Summary.Phases(findings.rampEnd, findings.measureFrom, measuredEnd, drainEnd));
    }
  }

  private void fetchTokens() throws InterruptedException, UnreachableException {
    UserTokens tokens = plan.target().tokens();
    if (tokens != null) {
      try {
        tokens.fetch(users.stream().map(UserMeter::name).toList());
      } catch (IOException e) {
        throw new UnreachableException("--token: " + e.getMessage(), "http-401");
      }
    }
  }

  private Summary judged(Findings.Witnesses witnesses, Moment end, Summary.Phases phases) {
    Outcome early = stop.getNow(null);
    Ending ending =
        early == null
            ? Ending.COMPLETE
            : early instanceof Outcome.Failed ? Ending.THRESHOLD : Ending.INTERRUPTED;
    String reason = whyAborted;
    Summary summary =
        findings
            .complete(witnesses, end, phases, ending, reason == null ? List.of() : List.of(reason))
            .judgedBy(plan.expected().all());
    return early != null && ending == Ending.INTERRUPTED ? summary.endedBy(ending, early) : summary;
  }

  private Watch watch(Findings.Witnesses witnesses, long measureFrom, URI uri) {
    Path directory = plan.report();
    return new Watch(
        plan.expected().aborts(),
        measureFrom,
        () -> interim(witnesses, uri),
        known -> {
          if (directory != null) {
            checkpoint(directory, known);
          }
        },
        (abort, result) -> {
          whyAborted =
              "ended by "
                  + abort.threshold().expression()
                  + ": it was "
                  + result.shown()
                  + " at "
                  + Spans.clock(Math.floor((System.nanoTime() - measureFrom) / SECOND))
                  + " of the measured span";
          notices.say(whyAborted);
          stop.complete(new Outcome.Failed());
        });
  }

  private Summary interim(Findings.Witnesses witnesses, URI uri) {
    return findings.interim(witnesses, Moment.now(meter, findServer(uri)), elapsed());
  }

  private void checkpoint(Path directory, Summary known) {
    try {
      ReportFiles.checkpoint(directory, known, violations());
    } catch (IOException e) {
      notices.say("what is known so far cannot be written: " + e.getMessage());
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

  private @Nullable Scraper scraper() {
    URI metrics = plan.server().metrics();
    return metrics == null ? null : new Scraper(metrics, plan.target());
  }

  private List<Long> findServer(URI uri) {
    return plan.server().pid() > 0 ? List.of(plan.server().pid()) : ProcFs.listeners(uri);
  }

  private double serverKib(URI uri) {
    return findServer(uri).stream().mapToDouble(ProcFs::rssKib).sum();
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
   * Waits until all that is owed can have come, and everybody is back, at most as long as planned;
   * then a little longer for what nobody owes. Who asks it to stop waits no longer than {@link
   * #DRAIN_OF_THE_STOPPED}, and sees no further storm.
   */
  private void drain(Lanes lanes, Storms storms) throws InterruptedException {
    long begin = System.nanoTime();
    long planned = plan.span().drain().toNanos();
    long end = begin + planned;
    boolean lingers = false;
    boolean heard = false;
    while (System.nanoTime() < end) {
      if (!heard && stop.isDone()) {
        heard = true;
        storms.close();
        end = Math.min(end, System.nanoTime() + DRAIN_OF_THE_STOPPED.toNanos());
      }
      if (!lingers && allIsThere(lanes, storms)) {
        lingers = true;
        end = Math.min(end, System.nanoTime() + FOR_STRAYS.toNanos());
      }
      Thread.sleep(STEP_MILLIS);
    }
  }

  private boolean allIsThere(Lanes lanes, Storms storms) {
    return lanes.waiting() == 0
        && members.stream().allMatch(m -> m.ready() || m.meter().cohort() != Cohort.NORMAL)
        && storms.over()
        && meter.get(Count.DELIVERED) >= owedAtMost();
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
            now.name, elapsed() - now.from, now.length, second, counts, owedAtMost()));
  }
}
