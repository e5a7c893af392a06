package io.heliograph.cli.shell;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Colors text, or leaves it as it is. */
public enum Paint {
  ON,
  OFF;

  /**
   * Whether to color a stream: {@code SSE_CLI_COLOR}, else the conventions of terminals, the
   * stricter first.
   */
  static Paint of(Map<String, String> env, boolean terminal) {
    String asked = env.getOrDefault("SSE_CLI_COLOR", "").toLowerCase(Locale.ROOT);
    if (asked.equals("always") || asked.equals("never")) {
      return asked.equals("always") ? ON : OFF;
    } else if (!env.getOrDefault("NO_COLOR", "").isEmpty()) {
      return OFF;
    } else if (!env.getOrDefault("CLICOLOR_FORCE", "0").equals("0")) {
      return ON;
    }
    return terminal
            && !env.getOrDefault("CLICOLOR", "1").equals("0")
            && !env.getOrDefault("TERM", "").equals("dumb")
        ? ON
        : OFF;
  }

  public String dim(String text) {
    return paint("2", text);
  }

  public String bold(String text) {
    return paint("1", text);
  }

  public String cyan(String text) {
    return paint("36", text);
  }

  public String yellow(String text) {
    return paint("33", text);
  }

  public String red(String text) {
    return paint("31", text);
  }

  public String green(String text) {
    return paint("32", text);
  }

  public String magenta(String text) {
    return paint("35", text);
  }

  public String blue(String text) {
    return paint("34", text);
  }

  private String paint(String code, String text) {
    return this == OFF || text.isEmpty() ? text : "\033[" + code + "m" + text + "\033[0m";
  }

  /** Lines of at most so many columns, broken at blanks; colors take no room. */
  public static List<String> wrapped(String text, int columns) {
    var rows = new ArrayList<String>();
    var row = new StringBuilder();
    int width = 0;
    for (String word : text.split(" ", -1)) {
      int length = word.replaceAll("\033\\[[0-9;]*m", "").length();
      if (!row.isEmpty() && width + 1 + length > columns) {
        rows.add(row.toString());
        row.setLength(0);
        width = 0;
      }
      if (!row.isEmpty() || width > 0) {
        row.append(' ');
        width++;
      }
      row.append(word);
      width += length;
    }
    rows.add(row.toString());
    return rows;
  }
}
