package io.heliograph.cli.settings;

/**
 * Where a value comes from.
 *
 * @param where for a person: a variable, or a file and its line
 */
public record Origin(Level level, String where) {
  /** In the order in which they win, after the command line. */
  public enum Level {
    ENVIRONMENT,
    CONTEXT
  }
}
