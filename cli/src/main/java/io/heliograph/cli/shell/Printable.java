package io.heliograph.cli.shell;

import java.util.regex.Pattern;

/** Makes text from elsewhere harmless for a terminal. */
public final class Printable {
  private static final Pattern LOGIN =
      Pattern.compile("^((?:[A-Za-z][A-Za-z0-9+.-]*://)?)[^/?#]*@");

  private Printable() {}

  /**
   * Writes control characters as {@code \}{@code u001b}: a terminal would obey them, so that an
   * event could clear the screen, set the title or type answers into the shell. Tabs stay.
   */
  public static String of(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (harmful(text.charAt(i))) {
        return escaped(text);
      }
    }
    return text;
  }

  /** A URL for the screen: user and password are not shown. Its scheme may be missing. */
  public static String withoutLogin(String url) {
    return LOGIN.matcher(url).replaceFirst("$1****@");
  }

  private static String escaped(String text) {
    var out = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (harmful(c)) {
        out.append("\\u%04x".formatted((int) c));
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }

  private static boolean harmful(char c) {
    return (Character.isISOControl(c) && c != '\t') || isBidiControl(c);
  }

  // They reorder what is shown, so that a line reads other than it is.
  private static boolean isBidiControl(char c) {
    return (c >= '\u202a' && c <= '\u202e') || (c >= '\u2066' && c <= '\u2069');
  }
}
