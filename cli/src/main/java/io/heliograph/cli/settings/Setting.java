package io.heliograph.cli.settings;

import java.util.List;

/**
 * A value for an option.
 *
 * @param values as they would be typed; more than one only for an option that may be repeated
 */
public record Setting(String key, List<String> values, Origin origin) {
  public Setting {
    values = List.copyOf(values);
  }

  /** As one text; an option that may be repeated is split at the line feeds. */
  public String text() {
    return String.join("\n", values);
  }

  /** For the screen: a secret is not shown, where it is kept is. */
  public List<String> shown() {
    return values.stream().map(value -> Secrets.shown(key, value)).toList();
  }
}
