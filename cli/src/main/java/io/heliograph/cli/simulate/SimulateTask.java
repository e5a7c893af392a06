package io.heliograph.cli.simulate;

import io.heliograph.cli.format.Failure;
import io.heliograph.cli.load.meter.Verdict;
import io.heliograph.cli.load.observe.Preflight;
import io.heliograph.cli.load.observe.Preflight.Limits;
import io.heliograph.cli.load.observe.Preflight.Problem;
import io.heliograph.cli.load.plan.Plan;
import io.heliograph.cli.load.result.Outcome;
import io.heliograph.cli.load.result.ReportFiles;
import io.heliograph.cli.load.result.Summary;
import io.heliograph.cli.load.result.SummaryJson;
import io.heliograph.cli.load.run.RunObserver;
import io.heliograph.cli.load.run.Simulation;
import io.heliograph.cli.load.run.UnreachableException;
import io.heliograph.cli.results.ReportPage;
import io.heliograph.cli.results.SummaryText;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Shell;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/** Checks, runs, and says what came of it. */
final class SimulateTask {
  private static final Duration TO_END_WELL = Duration.ofSeconds(30);

  private final Shell shell;
  private final Plan plan;
  private final boolean json;
  private final UnaryOperator<Verdict.Evidence> noticed;
  private final CompletableFuture<Outcome> stop = new CompletableFuture<>();
  // Whether a report is missing that was asked for.
  private boolean unwritten;

  SimulateTask(Shell shell, Plan plan, boolean json, UnaryOperator<Verdict.Evidence> noticed) {
    this.noticed = noticed;
    this.shell = shell;
    this.plan = plan;
    this.json = json;
  }

  ExitCode run() throws InterruptedException {
    Path report = plan.report();
    try {
      if (report != null) {
        // First: where nobody can be reached, 'report' must not find the run before.
        ReportFiles.clear(report);
      }
    } catch (IOException e) {
      return failed(ExitCode.USAGE, "the previous report cannot be deleted: " + e.getMessage());
    }
    ExitCode able = able();
    if (able != ExitCode.OK) {
      return able;
    }
    shell.onFirstSignal(
        TO_END_WELL,
        exit -> stop.complete(new Outcome.Interrupted(exit == ExitCode.TERMINATED ? 15 : 2)));
    try {
      ExitCode exit = shown();
      return unwritten && exit == ExitCode.OK ? ExitCode.INTERNAL : exit;
    } catch (UnreachableException e) {
      return stop.isDone() // Ctrl-C ends the commands that fetch tokens, too.
          ? ExitCode.of(stop.join())
          : failed(exitOf(e.why()), "no user could connect: " + e.getMessage());
    } catch (IOException e) {
      return failed(ExitCode.USAGE, "the report cannot be written: " + e.getMessage());
    }
  }

  /** Whether this machine can do it, and anything answers there. */
  private ExitCode able() {
    Plan part = plan.part();
    URI uri = part.target().subscribe("any");
    List<Problem> problems = Preflight.problems(part, Limits.ofThisMachine(uri));
    if (!problems.isEmpty()) {
      String explained = shell.symbols().of(String.join("\n", Preflight.explained(part, problems)));
      if (json) {
        return failed(ExitCode.UNTRUSTED, explained);
      }
      shell.notices().error("sse-cli: " + explained);
      return ExitCode.UNTRUSTED;
    }
    if (!part.target().way().isPlain().test(uri)) {
      return ExitCode.OK; // Who goes through a proxy may not reach it directly.
    }
    String unreachable = Preflight.unreachable(uri, part.generator().sources());
    return unreachable.isEmpty() ? ExitCode.OK : failed(ExitCode.NETWORK, unreachable);
  }

  private Summary measured() throws IOException, InterruptedException, UnreachableException {
    Path directory = plan.report();
    if (directory != null) {
      ReportFiles.create(directory);
    }
    Summary summary;
    Simulation simulation;
    try (var shown =
        new ShownProgress(shell.notices(), shell.terminals().err(), shell.paintErr())) {
      simulation = new Simulation(plan, observer(shown), stop, noticed);
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

  private RunObserver observer(ShownProgress progress) {
    return new RunObserver() {
      @Override
      public void second(Status status) {
        progress.tick(status);
      }

      @Override
      public void trouble(String text) {
        shell.notices().error("sse-cli simulate: " + text);
      }
    };
  }

  private ExitCode shown() throws IOException, InterruptedException, UnreachableException {
    Summary summary = measured();
    Path directory = unwritten ? null : plan.report();
    List<String> lines =
        json
            ? List.of(SummaryJson.write(summary, false))
            : SummaryText.of(
                    summary,
                    shell.paintOut(),
                    directory == null ? null : directory.resolve("report.html").toString())
                .stream()
                .map(shell.symbols()::of)
                .toList();
    try {
      for (String line : lines) {
        shell.out().line(line);
      }
    } catch (IOException e) {
      // Nobody reads it; the report is written all the same.
    }
    return ExitCode.of(summary.outcome());
  }

  private static ExitCode exitOf(UnreachableException.Why why) {
    return switch (why) {
      case NETWORK -> ExitCode.NETWORK;
      case CREDENTIALS -> ExitCode.AUTH;
      case REFUSED -> ExitCode.REFUSED;
    };
  }

  private ExitCode failed(ExitCode exit, String message) {
    return Failure.tell(shell, json, exit, 0, message, "");
  }
}
