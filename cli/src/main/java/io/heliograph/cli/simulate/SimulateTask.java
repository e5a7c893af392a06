package io.heliograph.cli.simulate;

import io.heliograph.cli.format.JsonLine;
import io.heliograph.cli.option.OutputFormat;
import io.heliograph.cli.report.ReportFiles;
import io.heliograph.cli.report.Summary;
import io.heliograph.cli.report.SummaryJson;
import io.heliograph.cli.report.SummaryText;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Shell;
import io.heliograph.cli.shell.Signals;
import io.heliograph.cli.simulate.OutOptions.ProgressKind;
import io.heliograph.cli.simulate.Preflight.Limits;
import io.heliograph.cli.simulate.Preflight.Problem;
import io.heliograph.cli.simulate.Simulation.UnreachableException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Checks, runs, and says what came of it. */
final class SimulateTask {
  private static final Duration TO_END_WELL = Duration.ofSeconds(30);

  // Held here, because the level of a logger that nobody holds is forgotten.
  private static final Logger SDK_LOG = Logger.getLogger("io.heliograph.client");

  private final Shell shell;
  private final SimulatePlan plan;
  private final OutputFormat output;
  private final ProgressKind progress;
  private final CompletableFuture<ExitCode> stop = new CompletableFuture<>();

  SimulateTask(Shell shell, SimulatePlan plan, OutputFormat output, ProgressKind progress) {
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
    URI uri = plan.target().subscribe("any");
    List<Problem> problems = Preflight.problems(plan, Limits.ofThisMachine(uri));
    if (!problems.isEmpty()) {
      Preflight.explained(plan, problems).forEach(shell.notices()::error);
      return ExitCode.UNTRUSTED;
    }
    String unreachable = Preflight.unreachable(uri, plan.generator().sources());
    if (!unreachable.isEmpty()) {
      return failed(ExitCode.NETWORK, unreachable);
    }
    shell
        .notices()
        .say("this machine can hold " + plan.users() + " users of " + uri.getAuthority());
    return ExitCode.OK;
  }

  ExitCode run() throws InterruptedException {
    URI uri = plan.target().subscribe("any");
    List<Problem> problems = Preflight.problems(plan, Limits.ofThisMachine(uri));
    if (!problems.isEmpty()) {
      Preflight.explained(plan, problems).forEach(shell.notices()::error);
      return ExitCode.UNTRUSTED;
    }
    String unreachable = Preflight.unreachable(uri, plan.generator().sources());
    if (!unreachable.isEmpty()) {
      return failed(ExitCode.NETWORK, unreachable);
    }
    silenceSdk();
    Signals.onFirst(shell.notices(), TO_END_WELL, stop::complete);
    Path directory = plan.report();
    try {
      if (directory != null) {
        Files.createDirectories(directory);
      }
      if (!awaitStart()) {
        return stop.join();
      }
      return measured(directory);
    } catch (UnreachableException e) {
      return failed(exitOf(e.kind()), "no user could connect: " + e.getMessage());
    } catch (IOException e) {
      return failed(ExitCode.USAGE, "the report cannot be written: " + e.getMessage());
    }
  }

  private ExitCode measured(@Nullable Path directory)
      throws IOException, InterruptedException, UnreachableException {
    Summary summary;
    Simulation simulation;
    try (Progress shown = progress()) {
      simulation =
          new Simulation(
              plan,
              shell.notices(),
              shown,
              stop,
              new Calibrations(shell).find(plan.engine()).orElse(null));
      summary = simulation.run();
    }
    if (directory != null) {
      ReportFiles.write(directory, summary, simulation.violations());
    }
    try {
      if (output == OutputFormat.json) {
        shell.out().line(SummaryJson.write(summary, false));
      } else {
        String place = directory == null ? null : directory.resolve("report.html").toString();
        for (String line : SummaryText.of(summary, shell.paintOut(), place)) {
          shell.out().line(line);
        }
      }
    } catch (IOException e) {
      // Nobody reads it; the report is written all the same.
    }
    return exitOf(summary);
  }

  private Progress progress() {
    if (progress == ProgressKind.none) {
      return Progress.none();
    }
    return new ShownProgress(
        shell.notices(),
        plan.name(),
        plan.users(),
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

  private static ExitCode exitOf(Summary summary) {
    for (ExitCode exit : ExitCode.values()) {
      if (exit.code() == summary.exit()) {
        return exit;
      }
    }
    throw new IllegalStateException("there is no exit code " + summary.exit());
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
      shell.notices().error("sse-cli: " + message);
    }
    return exit;
  }
}
