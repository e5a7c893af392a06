package io.heliograph.cli.simulate;

import io.heliograph.cli.option.OutputFormat;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say what comes out. */
final class ResultOptions {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "Format of the result on stdout: ${COMPLETION-CANDIDATES}. Default: text.")
  OutputFormat output = OutputFormat.text;

  @Option(
      names = "--report",
      paramLabel = "DIR",
      description = "Directory of the report, or 'none'. Default: sim-NAME-TIME, here.")
  @Nullable String report;
}
