package io.heliograph.cli.option;

import io.heliograph.cli.shell.ColorMode;
import io.heliograph.cli.shell.Shell;
import picocli.CommandLine.Option;

/** Options that every command has. They take effect as they are read. */
public final class CommonOptions {
  private final Shell shell;

  public CommonOptions(Shell shell) {
    this.shell = shell;
  }

  @Option(
      names = "--color",
      paramLabel = "WHEN",
      description = "Colour: ${COMPLETION-CANDIDATES}. Else SSE_CLI_COLOR, NO_COLOR and such.")
  void color(ColorMode mode) {
    shell.color(mode);
  }

  @Option(
      names = {"-q", "--quiet"},
      description = "Nothing on stderr but errors.")
  void quiet(boolean quiet) {
    if (quiet) {
      shell.notices().quiet();
    }
  }

  @Option(
      names = {"-v", "--verbose"},
      description = "Show the stack trace of an internal error.")
  void verbose(boolean verbose) {
    shell.verbose(verbose);
  }

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  void help(boolean asked) {
    // picocli shows it.
  }
}
