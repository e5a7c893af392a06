package io.heliograph.cli.doctor;

import io.heliograph.cli.shell.ExitCode;

/**
 * What one step found.
 *
 * @param step one word
 * @param text what was seen
 * @param cause the usual cause; {@code ""} unless it is a warning or failure
 * @param cure how to fix it; {@code ""} unless it is a warning or failure
 * @param exit what the program ends with if this is its first failure
 */
record Finding(
    Verdict verdict, String step, String text, String cause, String cure, ExitCode exit) {
  enum Verdict {
    OK,
    /** Not looked at. */
    SKIP,
    /** It works, and may not work elsewhere. */
    WARN,
    FAIL
  }

  static Finding ok(String step, String text) {
    return new Finding(Verdict.OK, step, text, "", "", ExitCode.OK);
  }

  static Finding skip(String step, String why) {
    return new Finding(Verdict.SKIP, step, why, "", "", ExitCode.OK);
  }

  static Finding warn(String step, String text, String cause, String cure) {
    return new Finding(Verdict.WARN, step, text, cause, cure, ExitCode.OK);
  }

  static Finding fail(ExitCode exit, String step, String text, String cause, String cure) {
    return new Finding(Verdict.FAIL, step, text, cause, cure, exit);
  }
}
