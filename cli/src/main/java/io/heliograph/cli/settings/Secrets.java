package io.heliograph.cli.settings;

import io.heliograph.cli.shell.Printable;
import java.util.regex.Pattern;

/** Tells what is a secret from what only names one. Pure. */
public final class Secrets {
  private static final Pattern REFERENCE = Pattern.compile("@.+|env:.+|cmd:.+", Pattern.DOTALL);

  /** Names of headers with credentials; broad, because masking a harmless one does no harm. */
  private static final Pattern HEADER =
      Pattern.compile(
          "(?i)[^:]*(authorization|cookie|token|secret|password|credential|session|api-?key|"
              + "-key)[^:]*:.*",
          Pattern.DOTALL);

  private Secrets() {}

  /** Whether it says where a token is: {@code @FILE}, {@code env:NAME}, {@code cmd:COMMAND}. */
  public static boolean isReference(String token) {
    return REFERENCE.matcher(token).matches();
  }

  /** Whether the value must not be shown. */
  public static boolean isSecret(String key, String value) {
    return switch (key) {
      case "token" -> !isReference(value);
      case "headers" -> HEADER.matcher(value).matches();
      case "server", "url" -> !Printable.url(value).equals(value);
      default -> false;
    };
  }

  /** The value with its secret masked. */
  public static String shown(String key, String value) {
    if (!isSecret(key, value)) {
      return value;
    } else if (!key.equals("token") && !key.equals("headers")) {
      return Printable.url(value);
    }
    int colon = value.indexOf(':');
    return key.equals("headers") && colon > 0 ? value.substring(0, colon) + ": ****" : "****";
  }
}
