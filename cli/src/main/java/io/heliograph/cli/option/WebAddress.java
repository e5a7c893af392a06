package io.heliograph.cli.option;

import io.heliograph.cli.shell.Printable;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * URLs as people write them: what browsers and curl accept, such as {@code ?f=a|b} and {@code
 * http://my_service:8080}, though {@link URI} does not.
 */
public final class WebAddress {
  private static final Pattern PARTS =
      Pattern.compile("(?i)(https?)://([^/?#]*)([^?#]*)(.*)", Pattern.DOTALL);
  private static final Pattern AUTHORITY =
      Pattern.compile("(\\[[0-9A-Fa-f:.]+(?:%25[\\w.-]+)?]|[\\p{L}\\p{N}_.~-]+)(?::(\\d{0,5}))?");
  private static final String NEVER = " \"<>\\^`{|}";
  private static final String HEX = "0123456789abcdefABCDEF";
  private static final int LARGEST_PORT = 65535;

  private WebAddress() {}

  /**
   * Reads an absolute http or https URL. Characters that a URL cannot hold are percent-encoded, as
   * is a {@code %} that escapes nothing.
   *
   * @throws IllegalArgumentException if it is none, with a message for whoever typed it, which
   *     shows no secret of the URL
   */
  public static URI parse(String text, String example) {
    String shown = "'" + Printable.of(Printable.url(text)) + "'";
    Matcher parts = PARTS.matcher(text);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          text.contains("://")
              ? shown + " is not an http or https URL such as " + example
              : shown + " has no scheme; write http://... or https://..., such as " + example);
    } else if (parts.group(2).contains("@")) {
      throw new IllegalArgumentException(
          "a URL here holds no user and password; send them by -H 'Authorization: Basic ...'");
    } else if (text.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          shown + " has a line break or another control character, as no URL has");
    }
    Matcher authority = AUTHORITY.matcher(parts.group(2));
    if (!authority.matches()) {
      throw new IllegalArgumentException(
          shown
              + (parts.group(2).isEmpty() ? " names no host" : " has a host or port that is none")
              + "; write such as "
              + example);
    }
    String port = authority.group(2);
    if (port != null && !port.isEmpty() && Integer.parseInt(port) > LARGEST_PORT) {
      throw new IllegalArgumentException(shown + ": the port is above " + LARGEST_PORT);
    }
    try {
      return new URI(
          parts.group(1)
              + "://"
              + parts.group(2)
              + encoded(parts.group(3))
              + encoded(parts.group(4)));
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(
          shown + " is not a URL (" + e.getReason() + "); write such as " + example, e);
    }
  }

  /** A path or query in which all that must be is percent-encoded. */
  public static String encoded(String text) {
    var out = new StringBuilder(text.length() + 16);
    boolean query = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      query |= c == '?';
      boolean escape =
          c == '%'
              ? i + 2 >= text.length()
                  || HEX.indexOf(text.charAt(i + 1)) < 0
                  || HEX.indexOf(text.charAt(i + 2)) < 0
              : NEVER.indexOf(c) >= 0 || (!query && (c == '[' || c == ']'));
      if (escape) {
        for (byte b : Character.toString(c).getBytes(StandardCharsets.UTF_8)) {
          out.append(String.format(Locale.ROOT, "%%%02X", b));
        }
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }

  /** The host of such a URL, an IPv6 address without its brackets; {@code ""} if there is none. */
  public static String host(URI uri) {
    if (uri.getHost() != null) {
      return uri.getHost().replaceAll("[\\[\\]]", "");
    }
    // URI takes a name with "_" for one of a registry, which has no host.
    Matcher authority = AUTHORITY.matcher(String.valueOf(uri.getRawAuthority()));
    return authority.matches() && uri.getRawAuthority() != null ? authority.group(1) : "";
  }

  /** The port of such a URL, which is that of its scheme if none is written. */
  public static int port(URI uri) {
    if (uri.getPort() >= 0) {
      return uri.getPort();
    }
    Matcher authority = AUTHORITY.matcher(String.valueOf(uri.getRawAuthority()));
    if (authority.matches() && authority.group(2) != null && !authority.group(2).isEmpty()) {
      return Integer.parseInt(authority.group(2));
    }
    return "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
  }
}
