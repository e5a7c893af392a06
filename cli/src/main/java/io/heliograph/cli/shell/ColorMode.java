package io.heliograph.cli.shell;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** When to colour: what {@code --color} takes. */
public enum ColorMode {
  AUTO,
  ALWAYS,
  NEVER;

  /** As it is written on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Whether to colour one stream: the option, else {@code SSE_CLI_COLOR}, else the customs of
   * terminals, the stricter first.
   */
  boolean colors(Map<String, String> env, boolean terminal) {
    ColorMode asked = this == AUTO ? fromEnvironment(env.get("SSE_CLI_COLOR")) : this;
    if (asked != AUTO) {
      return asked == ALWAYS;
    }
    if (!env.getOrDefault("NO_COLOR", "").isEmpty()) {
      return false;
    }
    if (!env.getOrDefault("CLICOLOR_FORCE", "0").equals("0")) {
      return true;
    }
    return terminal
        && !env.getOrDefault("CLICOLOR", "1").equals("0")
        && !env.getOrDefault("TERM", "").equals("dumb");
  }

  private static ColorMode fromEnvironment(@Nullable String value) {
    for (ColorMode mode : values()) {
      if (mode.toString().equalsIgnoreCase(value)) {
        return mode;
      }
    }
    return AUTO;
  }
}
