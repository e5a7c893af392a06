package io.heliograph.cli.simulate;

import io.heliograph.cli.format.JsonLine;
import io.heliograph.cli.load.meter.Verdict;
import io.heliograph.cli.load.observe.Preflight;
import io.heliograph.cli.load.observe.Preflight.Limits;
import io.heliograph.cli.load.observe.Preflight.Problem;
import io.heliograph.cli.load.plan.Numbers;
import io.heliograph.cli.load.plan.SimulatePlan;
import io.heliograph.cli.load.plan.SimulatePlan.Climb;
import io.heliograph.cli.load.result.Outcome;
import io.heliograph.cli.load.result.ReportFiles;
import io.heliograph.cli.load.result.Summary;
import io.heliograph.cli.load.result.SummaryJson;
import io.heliograph.cli.load.run.Progress;
import io.heliograph.cli.load.run.Simulation;
import io.heliograph.cli.load.run.Simulation.UnreachableException;
import io.heliograph.cli.load.run.Staircase;
import io.heliograph.cli.load.run.Staircase.Step;
import io.heliograph.cli.option.OutputFormat;
import io.heliograph.cli.report.ReportPage;
import io.heliograph.cli.report.SummaryText;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Shell;
import io.heliograph.cli.simulate.OutOptions.ProgressKind;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Checks, runs, once or several times, and says what came of it. */
final class SimulateTask {
  private static final Duration TO_END_WELL = Duration.ofSeconds(30);
  private static final int MOST_STEPS = 16;

  // Held here, because the level of a logger that nobody holds is forgotten.
  private static final Logger SDK_LOG = Logger.getLogger("io.heliograph.client");

  private final Shell shell;
  private final SimulatePlan plan;
  private final OutputFormat output;
  private final ProgressKind progress;
  private final UnaryOperator<Verdict.Evidence> noticed;
  private final CompletableFuture<Outcome> stop = new CompletableFuture<>();
  // Whether a report is missing that was asked for.
  private boolean unwritten;

  /**
   * A task.
   *
   * @param noticed as {@link Simulation} has it
   */
  SimulateTask(
      Shell shell,
      SimulatePlan plan,
      OutputFormat output,
      ProgressKind progress,
      UnaryOperator<Verdict.Evidence> noticed) {
    this.noticed = noticed;
    this.shell = shell;
    this.plan = plan;
    this.output = output;
    this.progress = progress;
  }

  /** What it says of single streams is in the report, for all of them at once. */
  static void silenceSdk() {
    SDK_LOG.setLevel(Level.OFF);
  }

  /** Looks only whether this machine can do it. */
  ExitCode check() {
    ExitCode able = able();
    if (able == ExitCode.OK) {
      String place = plan.target().subscribe("any").getAuthority();
      shell.notices().say("this machine can hold " + plan.users() + " users of " + place);
      Climb climb = plan.series().climb();
      if (climb != null) {
        Preflight.Reach _ = told(reach(climb));
      }
    }
    return able;
  }

  private ExitCode able() {
    URI uri = plan.target().subscribe("any");
    List<Problem> problems = Preflight.problems(plan, Limits.ofThisMachine(uri));
    if (!problems.isEmpty()) {
      Preflight.explained(plan, problems).stream()
          .map(shell.symbols()::of)
          .forEach(shell.notices()::error);
      return ExitCode.UNTRUSTED;
    }
    String unreachable = Preflight.unreachable(uri, plan.generator().sources());
    return unreachable.isEmpty() ? ExitCode.OK : failed(ExitCode.NETWORK, unreachable);
  }

  ExitCode run() throws InterruptedException {
    Path report = plan.report();
    try {
      if (report != null) {
        // First: where nobody can be reached, 'report gate' must not find the run before.
        ReportFiles.clear(report);
      }
    } catch (IOException e) {
      return failed(ExitCode.USAGE, "the former report cannot be removed: " + e.getMessage());
    }
    ExitCode able = able();
    if (able != ExitCode.OK) {
      return able;
    }
    silenceSdk();
    shell.onFirstSignal(
        TO_END_WELL,
        exit -> stop.complete(new Outcome.Interrupted(exit == ExitCode.TERMINATED ? 15 : 2)));
    try {
      if (!awaitStart()) {
        return ExitCode.of(stop.join());
      }
      Climb climb = plan.series().climb();
      ExitCode exit =
          climb != null ? climbed(climb) : plan.series().repeat() > 1 ? repeated() : shown(plan);
      return unwritten && exit == ExitCode.OK ? ExitCode.INTERNAL : exit;
    } catch (UnreachableException e) {
      return failed(exitOf(e.kind()), "no user could connect: " + e.getMessage());
    } catch (IOException e) {
      return failed(ExitCode.USAGE, "the report cannot be written: " + e.getMessage());
    }
  }

  private ExitCode repeated() throws IOException, InterruptedException, UnreachableException {
    ExitCode worst = ExitCode.OK;
    for (int i = 1; i <= plan.series().repeat() && !stop.isDone(); i++) {
      shell.notices().say("run " + i + " of " + plan.series().repeat());
      ExitCode exit = shown(plan.once(below(Integer.toString(i))));
      // Who could not be trusted once is the worse news: the others may be chance, too.
      worst = worst == ExitCode.UNTRUSTED || exit == ExitCode.OK ? worst : exit;
    }
    return stop.isDone() ? ExitCode.of(stop.join()) : worst;
  }

  private ExitCode climbed(Climb climb)
      throws IOException, InterruptedException, UnreachableException {
    double first = first(climb);
    if (first <= 0) {
      throw new IOException("--climb rate needs a --rate to begin with");
    }
    // Before the first step: after an hour of climbing nobody wants to hear of ulimit.
    Preflight.Reach reach = told(reach(climb));
    try {
      Staircase stairs =
          Staircase.<StepException>climb(first, reach.steps(), load -> step(climb, load));
      boolean ours = reach.steps() < MOST_STEPS && stairs.heldAll(reach.steps());
      return new Capacity(shell, climb, stairs, ours).shown(output, place(climb, stairs));
    } catch (StepException e) {
      if (e.getCause() instanceof UnreachableException unreachable) {
        throw unreachable;
      }
      throw new IOException(e.getMessage(), e);
    }
  }

  private double first(Climb climb) {
    return climb == Climb.rate ? plan.load().rate() : plan.users();
  }

  private Preflight.Reach reach(Climb climb) {
    Limits limits = Limits.ofThisMachine(plan.target().subscribe("any"));
    Preflight.Reach reach = Preflight.reach(plan, climb, first(climb), MOST_STEPS, limits);
    // The first step was looked at before; it will be tried, whatever has changed since.
    return reach.steps() > 0 ? reach : new Preflight.Reach(1, reach.next() * 2, reach.problems());
  }

  private Preflight.Reach told(Preflight.Reach reach) {
    if (!reach.problems().isEmpty()) {
      Preflight.explained(reach).forEach(shell.notices()::say);
    }
    return reach;
  }

  /** What hinders a step of a climb. */
  private static final class StepException extends Exception {
    private static final long serialVersionUID = 1L;

    StepException(Exception cause) {
      super(cause.getMessage(), cause);
    }
  }

  private Step step(Climb climb, double load) throws InterruptedException, StepException {
    SimulatePlan raised = plan.raised(climb, load, below(climb + "-" + Numbers.plain(load)));
    try {
      Summary summary = measured(raised);
      boolean good = summary.outcome() instanceof Outcome.Kept && !summary.aborted();
      var step = new Step(load, good, summary);
      Capacity.lines(climb, step).forEach(shell.notices()::say);
      return step;
    } catch (IOException | UnreachableException e) {
      throw new StepException(e);
    }
  }

  private @Nullable Path place(Climb climb, Staircase stairs) {
    return stairs.best().map(step -> below(climb + "-" + Numbers.plain(step.load()))).orElse(null);
  }

  private @Nullable Path below(String name) {
    Path report = plan.report();
    return report == null ? null : report.resolve(name);
  }

  private Summary measured(SimulatePlan once)
      throws IOException, InterruptedException, UnreachableException {
    Path directory = once.report();
    if (directory != null) {
      ReportFiles.create(directory);
    }
    // Ends with the others, but not they with it: a threshold that ends this run ends no other.
    CompletableFuture<Outcome> ended = stop.copy();
    Summary summary;
    Simulation simulation;
    try (Progress shown = progress(once)) {
      simulation = new Simulation(once, shell.notices(), shown, ended, noticed);
      summary = simulation.run();
    }
    try {
      if (directory != null) {
        ReportPage.write(directory, summary, simulation.violations());
      }
    } catch (IOException e) {
      // What an hour has brought is told all the same.
      failed(ExitCode.INTERNAL, "the report cannot be written: " + e.getMessage());
      unwritten = true;
    }
    return summary;
  }

  private ExitCode shown(SimulatePlan once)
      throws IOException, InterruptedException, UnreachableException {
    Summary summary = measured(once);
    var lines = new ArrayList<String>();
    if (output == OutputFormat.json) {
      lines.add(SummaryJson.write(summary, false));
    } else {
      Path directory = once.report();
      String place =
          directory == null || unwritten ? null : directory.resolve("report.html").toString();
      SummaryText.of(summary, shell.paintOut(), place).stream()
          .map(shell.symbols()::of)
          .forEach(lines::add);
    }
    try {
      for (String line : lines) {
        shell.out().line(line);
      }
    } catch (IOException e) {
      // Nobody reads it; the report is written all the same.
    }
    return ExitCode.of(summary.outcome());
  }

  private Progress progress(SimulatePlan once) {
    if (progress == ProgressKind.none) {
      return Progress.none();
    }
    return new ShownProgress(
        shell.notices(),
        once.name(),
        once.users(),
        progress == ProgressKind.live,
        shell.paintErr());
  }

  private boolean awaitStart() throws InterruptedException {
    Instant at = plan.generator().startAt();
    if (at == null) {
      return true;
    }
    Duration wait = Duration.between(Instant.now(), at);
    shell.notices().say("waiting " + wait.toSeconds() + " s for " + at);
    try {
      stop.get(Math.max(0, wait.toMillis()), TimeUnit.MILLISECONDS);
      return false;
    } catch (TimeoutException e) {
      return true;
    } catch (java.util.concurrent.ExecutionException e) {
      throw new IllegalStateException("nobody completes it so", e);
    }
  }

  private static ExitCode exitOf(String kind) {
    return switch (kind) {
      case "http-401", "http-403" -> ExitCode.AUTH;
      case "bad-content-type" -> ExitCode.REFUSED;
      default -> kind.startsWith("http-") ? ExitCode.REFUSED : ExitCode.NETWORK;
    };
  }

  private ExitCode failed(ExitCode exit, String message) {
    if (output == OutputFormat.json) {
      shell.notices().error(JsonLine.error(exit, 0, message, ""));
    } else {
      shell.notices().error("sse-cli: " + shell.symbols().of(message));
    }
    return exit;
  }
}
