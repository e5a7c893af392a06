package io.heliograph.cli.shell;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes the program's own symbols, such as those before a threshold, as a terminal can show them.
 * For text of the program only: what events hold is never changed.
 */
public enum Symbols {
  UNICODE,
  ASCII;

  /**
   * The launcher tells which locale the user has, for it gives Java another: in "C" Java would lose
   * arguments.
   */
  static final String PROPERTY = "heliograph.locale";

  /** Each replacement has the width of its symbol, so that columns stay aligned. */
  private static final String OURS = "✓✗→…·µ";

  private static final String PLAIN = "+x>~-u";

  static Symbols of(@Nullable String locale, Map<String, String> env) {
    return ofLocale(locale == null ? locale(env) : locale);
  }

  /** The first that is set and not empty counts, as POSIX has it. */
  private static String locale(Map<String, String> env) {
    for (String name : new String[] {"LC_ALL", "LC_CTYPE", "LANG"}) {
      String value = env.getOrDefault(name, "");
      if (!value.isEmpty()) {
        return value;
      }
    }
    return "C";
  }

  /** {@code de_DE.UTF-8}; what names no charset has an older one, and "C" has ASCII. */
  static Symbols ofLocale(String locale) {
    return locale.toLowerCase(Locale.ROOT).matches(".*utf-?8.*") ? UNICODE : ASCII;
  }

  /** The text as it is to be written. */
  public String of(String text) {
    if (this == UNICODE) {
      return text;
    }
    StringBuilder plain = null;
    for (int i = 0; i < text.length(); i++) {
      int at = text.charAt(i) < 0x80 ? -1 : OURS.indexOf(text.charAt(i));
      if (at >= 0) {
        plain = plain == null ? new StringBuilder(text) : plain;
        plain.setCharAt(i, PLAIN.charAt(at));
      }
    }
    return plain == null ? text : plain.toString();
  }
}
