package io.heliograph.cli.simulate;

import io.heliograph.cli.option.OutputFormat;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say what comes out. */
final class OutOptions {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "The result on stdout: ${COMPLETION-CANDIDATES}. Default: text.")
  OutputFormat output = OutputFormat.text;

  @Option(
      names = "--report",
      paramLabel = "DIR",
      description = "Where the report goes. Default: ./sim-NAME-TIME.")
  @Nullable Path report;

  @Option(names = "--no-report", description = "Leave no report.")
  boolean none;

  @Option(
      names = "--progress",
      paramLabel = "KIND",
      description = "${COMPLETION-CANDIDATES}. Default: auto, live on a terminal.")
  ProgressKind progress = ProgressKind.auto;

  @Option(
      names = "--print-scenario",
      description = "Only print these options as a scenario, which a FILE may hold.")
  boolean printScenario;

  @Option(
      names = "--dry-run",
      description = "Only print what would happen when, and what it would take.")
  boolean dryRun;

  @Option(names = "--check", description = "Only look whether this machine can do it.")
  boolean check;

  /** How progress is shown. */
  enum ProgressKind {
    auto,
    live,
    plain,
    none
  }
}
