package io.heliograph.cli.shell;

import java.util.regex.Pattern;

/** Escapes what a terminal would obey, and masks secrets in URLs. */
public final class Printable {
  private static final Pattern LOGIN =
      Pattern.compile("^((?:[A-Za-z][A-Za-z0-9+.-]*://)?)[^/?#]*@");

  /** Names of query parameters with credentials; broad, because masking another does no harm. */
  private static final Pattern SECRET_PARAMETER =
      Pattern.compile(
          "(?i)([?&](?:[^=&#]*(?:token|ticket|secret|passw|credential|signature|api[-_]?key|jwt"
              + "|auth|session)[^=&#]*|(?:access|private)?[-_]?key|sig|sid|pwd|pass|code)=)[^&#]*");

  // Of a color and of nothing else; the program's own.
  private static final Pattern COLOR = Pattern.compile("\u001b\\[[0-9;]{0,16}m");

  // A line reads other than it is (Unicode, Bidi_Control), or is broken where none should be.
  private static final String REORDERS =
      "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029";

  private Printable() {}

  /**
   * Writes control characters as {@code \}{@code u001b}: a terminal would obey them, so that an
   * event could clear the screen, set the title or type answers into the shell. Tabs stay.
   */
  public static String of(String text) {
    return escaped(text, false);
  }

  /** A URL for the screen and for files: user, password and tokens are hidden by stars. */
  public static String url(String url) {
    String shown = LOGIN.matcher(url).replaceFirst("$1****@");
    return SECRET_PARAMETER.matcher(shown).replaceAll("$1****");
  }

  /**
   * The last net below all messages: as {@link #of}, except for colors and line feeds, which are
   * this program's own.
   */
  public static String message(String text) {
    var out = new StringBuilder(text.length() + 16);
    var color = COLOR.matcher(text);
    int from = 0;
    while (color.find()) {
      out.append(lines(text.substring(from, color.start()))).append(color.group());
      from = color.end();
    }
    return out.append(lines(text.substring(from))).toString();
  }

  /** As {@link #of}, for text of several lines. */
  public static String lines(String text) {
    return escaped(text, true);
  }

  private static String escaped(String text, boolean lines) {
    StringBuilder out = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (harmful(c) && !(lines && c == '\n')) {
        out = out == null ? new StringBuilder(text.length() + 16).append(text, 0, i) : out;
        out.append("\\u%04x".formatted((int) c));
      } else if (out != null) {
        out.append(c);
      }
    }
    return out == null ? text : out.toString();
  }

  private static boolean harmful(char c) {
    return (Character.isISOControl(c) && c != '\t') || REORDERS.indexOf(c) >= 0;
  }
}
