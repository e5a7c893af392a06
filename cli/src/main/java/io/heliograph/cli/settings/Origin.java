package io.heliograph.cli.settings;

/**
 * Where a value is from.
 *
 * @param level which of the places, the first of which wins
 * @param where for a person: a variable, or a file and its line
 */
public record Origin(Level level, String where) {
  /** In the order in which they win, behind the command line. */
  public enum Level {
    ENVIRONMENT,
    PROJECT,
    CONTEXT
  }
}
