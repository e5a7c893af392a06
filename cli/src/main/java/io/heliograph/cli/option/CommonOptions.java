package io.heliograph.cli.option;

import io.heliograph.cli.shell.Shell;
import picocli.CommandLine.Option;

/**
 * Options of every command. They take effect as they are read. Their order is given, because Java
 * lists methods in any order.
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
      description = "Use this context; see sse-cli context.")
  void context(String name) {
    shell.context(name);
  }

  @Option(
      names = {"-q", "--quiet"},
      order = 101,
      description = "Print only errors to stderr.")
  void quiet(boolean quiet) {
    if (quiet) {
      shell.notices().quiet();
    }
  }

  @Option(
      names = {"-v", "--verbose"},
      order = 102,
      description =
          "Print details to stderr: response headers, comments, the SDK's log, stack traces.")
  void verbose(boolean verbose) {
    shell.verbose(verbose);
  }

  @Option(
      names = {"-h", "--help"},
      order = 103,
      usageHelp = true,
      description = "Print this help.")
  void help(boolean asked) {
    // picocli shows it.
  }
}
