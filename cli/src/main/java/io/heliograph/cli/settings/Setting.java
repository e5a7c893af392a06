package io.heliograph.cli.settings;

import java.util.List;

/**
 * A value for an option.
 *
 * @param values as they would be typed; more than one only for an option that may be repeated
 * @param where it is from, for a person: a variable, or a file and its line
 */
public record Setting(String key, List<String> values, Level level, String where) {
  /** In the order in which they win, after the command line. */
  public enum Level {
    ENVIRONMENT,
    CONTEXT
  }

  public Setting {
    values = List.copyOf(values);
  }

  /** As one text; an option that may be repeated is split at the line feeds. */
  public String text() {
    return String.join("\n", values);
  }

  /** For the screen: secrets are masked, references to them are not. */
  public List<String> shown() {
    return values.stream().map(value -> Secrets.shown(key, value)).toList();
  }
}
