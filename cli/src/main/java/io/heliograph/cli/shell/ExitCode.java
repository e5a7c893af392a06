package io.heliograph.cli.shell;

import io.heliograph.cli.load.result.Outcome;
import java.util.LinkedHashMap;
import java.util.Map;

/** Every way in which the program ends; one table for all commands, printed by their help. */
public enum ExitCode {
  OK(0, "the condition was met, the event was accepted, or the reader of the pipe left"),
  INTERNAL(1, "a fault of this program, or stdout could not be written"),
  USAGE(2, "an option or argument is wrong"),
  NETWORK(3, "no connection, or it ended and was not to be opened again"),
  AUTH(4, "the server wants other credentials (401, 403)"),
  REFUSED(5, "the server refused, or what it sent is not an event stream"),
  GAP(6, "events were lost, and --fail-on-gap was given"),
  EXEC(7, "the program of --exec failed"),
  NO_JAVA(69, "no Java 25 or newer was found"),
  UNTRUSTED(98, "simulate: the generator was, or would be, the limit; no word on the server"),
  THRESHOLDS(99, "simulate, report: a threshold was not kept, or a figure got worse"),
  TIMEOUT(124, "--timeout passed first"),
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

  /** As picocli wants it for a help text. */
  public static Map<String, String> table() {
    var table = new LinkedHashMap<String, String>();
    for (ExitCode exit : values()) {
      table.put(Integer.toString(exit.code), exit.meaning);
    }
    return table;
  }
}
