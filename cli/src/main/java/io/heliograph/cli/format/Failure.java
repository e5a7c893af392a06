package io.heliograph.cli.format;

import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Printable;
import io.heliograph.cli.shell.Shell;

/** Says on stderr why a command fails: in words, or as one JSON object. */
public final class Failure {
  private Failure() {}

  /** Tells it, without a status of 0 and an empty hint; returns the exit code. */
  public static ExitCode tell(
      Shell shell, boolean json, ExitCode exit, int status, String message, String hint) {
    if (json) {
      shell.notices().error(JsonLine.error(exit, status, message, hint));
      return exit;
    }
    shell.notices().error("sse-cli: " + Printable.of(message));
    if (!hint.isEmpty()) {
      shell.notices().error("         " + hint);
    }
    return exit;
  }
}
