package io.heliograph.cli.simulate;

import io.heliograph.cli.load.meter.Timing;
import io.heliograph.cli.load.meter.Verdict;
import io.heliograph.cli.load.observe.Preflight;
import io.heliograph.cli.load.observe.Preflight.Limits;
import io.heliograph.cli.load.observe.Preflight.Problem;
import io.heliograph.cli.load.observe.ProcFs;
import io.heliograph.cli.load.plan.SimulatePlan;
import io.heliograph.cli.load.plan.SimulatePlan.Arrivals;
import io.heliograph.cli.load.plan.SimulatePlan.EngineKind;
import io.heliograph.cli.load.plan.Target;
import io.heliograph.cli.load.result.Metric;
import io.heliograph.cli.load.result.Spans;
import io.heliograph.cli.load.result.Summary;
import io.heliograph.cli.load.run.Calibration;
import io.heliograph.cli.load.run.Calibration.Point;
import io.heliograph.cli.load.run.Progress;
import io.heliograph.cli.load.run.Simulation;
import io.heliograph.cli.load.run.Simulation.UnreachableException;
import io.heliograph.cli.load.run.Staircase;
import io.heliograph.cli.load.run.Staircase.Step;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Shell;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.HdrHistogram.Histogram;

/** Measures this program against a server that does nothing, and keeps what it found. */
final class CalibrateTask {
  // The first step warms the JIT up for all.
  private static final Duration FIRST_WARMUP = Duration.ofSeconds(10);
  private static final Duration WARMUP = Duration.ofSeconds(2);
  private static final Duration MEASURE = Duration.ofSeconds(4);
  private static final int MOST_STEPS = 10;
  private static final double LEAST_SHARE = 0.98;
  private static final Duration TO_END_WELL = Duration.ofSeconds(30);

  private final Shell shell;
  private final EngineKind engine;
  private final int users;
  private final double rate;
  private final int size;
  private final CompletableFuture<ExitCode> stop = new CompletableFuture<>();

  CalibrateTask(Shell shell, EngineKind engine, int users, double rate, int size) {
    this.shell = shell;
    this.engine = engine;
    this.users = users;
    this.rate = rate;
    this.size = size;
  }

  ExitCode run() throws InterruptedException {
    SimulateTask.silenceSdk();
    shell.onFirstSignal(TO_END_WELL, stop::complete);
    try (var server = new NullServer()) {
      URI uri = server.uri();
      // Server and readers are one process: twice the files.
      SimulatePlan twice = plan(uri, 2 * users, rate, WARMUP);
      List<Problem> problems = Preflight.problems(twice, Limits.ofThisMachine(uri));
      if (!problems.isEmpty()) {
        Preflight.explained(twice, problems).stream()
            .map(shell.symbols()::of)
            .forEach(shell.notices()::error);
        return ExitCode.UNTRUSTED;
      }
      shell.notices().say("calibrating: " + Spans.number(users) + " users, engine " + engine);
      Staircase stairs =
          Staircase.<CannotException>climb(
              rate, MOST_STEPS, load -> step(uri, load, load > rate ? WARMUP : FIRST_WARMUP));
      if (stop.isDone()) {
        return stop.join();
      }
      if (stairs.best().isEmpty()) {
        shell
            .notices()
            .error(
                "sse-cli: this machine is not fit to measure "
                    + Spans.number(rate)
                    + " deliveries/s now: "
                    + String.join("; ", stairs.steps().getFirst().summary().verdict().reasons()));
        return ExitCode.UNTRUSTED;
      }
      return kept(stairs);
    } catch (IOException | CannotException e) {
      shell.notices().error("sse-cli: cannot calibrate: " + e.getMessage());
      return ExitCode.INTERNAL;
    }
  }

  /** What hinders a step. */
  private static final class CannotException extends Exception {
    private static final long serialVersionUID = 1L;

    CannotException(Exception cause) {
      super(cause.getMessage(), cause);
    }
  }

  private Step step(URI server, double load, Duration warmup)
      throws InterruptedException, CannotException {
    Summary summary;
    try {
      summary =
          new Simulation(
                  plan(server, users, load, warmup), shell.notices(), Progress.none(), stop, null)
              .run();
    } catch (IOException | UnreachableException e) {
      throw new CannotException(e);
    }
    Histogram live = summary.latency(Timing.DELIVERY_LIVE);
    boolean good =
        summary.verdict().state() == Verdict.State.VALID
            && !summary.aborted()
            && summary.metric(Metric.DELIVERY_RATE) >= LEAST_SHARE * load;
    shell
        .notices()
        .say(
            "%7s/s  p50 %s  p99 %s  lag p99 %s  cpu %s  %s"
                .formatted(
                    Spans.number(Math.round(load)),
                    Spans.micros(live.getValueAtPercentile(50)),
                    Spans.micros(live.getValueAtPercentile(99)),
                    Spans.micros(summary.latency(Timing.GENERATOR_LAG).getValueAtPercentile(99)),
                    Spans.number(summary.metric(Metric.GENERATOR_CPU)),
                    good ? "fit" : "not fit: " + reason(summary, load)));
    return new Step(load, good, summary);
  }

  private static String reason(Summary summary, double load) {
    if (summary.verdict().reasons().isEmpty()) {
      return summary.aborted()
          ? "stopped"
          : Spans.number(Math.round(summary.metric(Metric.DELIVERY_RATE)))
              + " of "
              + Spans.number(Math.round(load))
              + "/s";
    }
    return summary.verdict().reasons().getFirst();
  }

  private ExitCode kept(Staircase stairs) throws IOException {
    List<Point> points =
        stairs.steps().stream()
            .filter(Step::good)
            .map(
                step -> {
                  Histogram live = step.summary().latency(Timing.DELIVERY_LIVE);
                  return new Point(
                      users,
                      step.load(),
                      live.getValueAtPercentile(50),
                      live.getValueAtPercentile(99));
                })
            .toList();
    double most = stairs.best().orElseThrow().load();
    var calibration =
        new Calibration(
            ProcFs.hostName(),
            engine,
            Runtime.getRuntime().availableProcessors(),
            System.getProperty("java.vm.version"),
            Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
            most,
            points);
    var calibrations = new Calibrations(shell);
    calibrations.keep(calibration);
    Point first = points.getFirst();
    shell
        .out()
        .line(
            shell
                .symbols()
                .of(
                    "floor      p50 %s, p99 %s at %s deliveries/s, %s users, engine %s"
                        .formatted(
                            Spans.micros(first.p50Us()),
                            Spans.micros(first.p99Us()),
                            Spans.number(Math.round(first.rate())),
                            Spans.number(users),
                            engine)));
    shell.out().line("most       " + Spans.number(Math.round(most)) + " deliveries/s");
    shell.out().line("kept in    " + calibrations.file(engine));
    return ExitCode.OK;
  }

  private SimulatePlan plan(URI server, int count, double load, Duration warmup) {
    return new SimulatePlan(
        "calibrate",
        Map.of(),
        Target.heliograph(server, List.of()),
        engine,
        count,
        1,
        new SimulatePlan.Span(
            Duration.ofMillis(Math.max(500, count)), warmup, MEASURE, Duration.ofSeconds(5)),
        new SimulatePlan.Load(load, 0, size, false, Arrivals.uniform),
        new SimulatePlan.Behaviour(0, Duration.ofSeconds(1), 0, 0, 1, List.of()),
        new SimulatePlan.Generator(List.of(), 64, Duration.ofSeconds(5), 0, 1, null),
        new SimulatePlan.Expected(List.of(), List.of()),
        new SimulatePlan.ServerView(0, null),
        SimulatePlan.Series.ONCE,
        null);
  }
}
