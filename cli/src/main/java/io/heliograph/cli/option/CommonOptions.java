package io.heliograph.cli.option;

import io.heliograph.cli.shell.ColorMode;
import io.heliograph.cli.shell.Shell;
import picocli.CommandLine.Option;

/**
 * Options that every command has. They take effect as they are read. Their order is given, because
 * Java tells methods in any order.
 */
public final class CommonOptions {
  private final Shell shell;

  public CommonOptions(Shell shell) {
    this.shell = shell;
  }

  @Option(
      names = "--context",
      order = 99,
      paramLabel = "CONTEXT",
      completionCandidates = ContextNames.class,
      description = "Talk to the server of this context, as 'sse-cli context' keeps them.")
  void context(String name) {
    shell.context(name);
  }

  @Option(
      names = "--color",
      order = 100,
      paramLabel = "WHEN",
      description = "Colour: ${COMPLETION-CANDIDATES}. Else SSE_CLI_COLOR, NO_COLOR and such.")
  void color(ColorMode mode) {
    shell.color(mode);
  }

  @Option(
      names = {"-q", "--quiet"},
      order = 101,
      description = "Nothing on stderr but errors.")
  void quiet(boolean quiet) {
    if (quiet) {
      shell.notices().quiet();
    }
  }

  @Option(
      names = {"-v", "--verbose"},
      order = 102,
      description = "Say more: the SDK's log, traces of faults.")
  void verbose(boolean verbose) {
    shell.verbose(verbose);
  }

  @Option(
      names = {"-h", "--help"},
      order = 103,
      usageHelp = true,
      description = "Show this help.")
  void help(boolean asked) {
    // picocli shows it.
  }
}
