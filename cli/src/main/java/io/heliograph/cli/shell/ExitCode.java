package io.heliograph.cli.shell;

import io.heliograph.cli.load.result.Outcome;

/** The exit codes of all commands, as {@code sse-cli help exit-codes} lists them. */
public enum ExitCode {
  OK(0, "success; also if the reader of a pipe, such as head, has left"),
  INTERNAL(1, "internal error, or stdout could not be written"),
  USAGE(2, "wrong option, argument or configuration"),
  NETWORK(3, "no connection, or the connection was lost and not reopened"),
  AUTH(4, "the server rejected the credentials (401, 403)"),
  REFUSED(5, "the server rejected the request, or did not send an event stream"),
  GAP(6, "events were lost, with --fail-on-gap"),
  EXEC(7, "the command of --exec failed"),
  NO_JAVA(69, "no Java 25 or newer was found"),
  UNTRUSTED(98, "simulate: the load generator was the bottleneck; the result is invalid"),
  THRESHOLDS(99, "simulate, report: a threshold failed, or a metric got worse"),
  TIMEOUT(124, "--for passed before the expected event arrived"),
  INTERRUPTED(130, "Ctrl-C"),
  TERMINATED(143, "SIGTERM");

  private final int code;
  private final String meaning;

  ExitCode(int code, String meaning) {
    this.code = code;
    this.meaning = meaning;
  }

  public int code() {
    return code;
  }

  /** The exit code of a run that came out so. */
  public static ExitCode of(Outcome outcome) {
    return switch (outcome) { // No default: a new outcome must not compile until it has a code.
      case Outcome.Kept kept -> OK;
      case Outcome.Failed failed -> THRESHOLDS;
      case Outcome.Untrusted untrusted -> UNTRUSTED;
      case Outcome.Interrupted interrupted -> interrupted.signal() == 15 ? TERMINATED : INTERRUPTED;
    };
  }

  public String meaning() {
    return meaning;
  }
}
