package io.heliograph.cli.settings;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Model.OptionSpec;

/**
 * What can be configured: options that commands share, and the output format. A key is the long
 * name of its option; that of an option which may be repeated is in the plural.
 */
public final class Keys {
  private static final String HEADERS = "headers";

  /** All of them, sorted. */
  public static final List<String> ALL =
      List.of(
          "cacert",
          "cert",
          HEADERS,
          "http2",
          "insecure",
          "output",
          "quiet",
          "server",
          "token",
          "verbose");

  private Keys() {}

  public static boolean isRepeatable(String key) {
    return key.equals(HEADERS);
  }

  /** The key of an option; none if that cannot be configured. */
  public static Optional<String> of(OptionSpec option) {
    String name = option.longestName().replaceFirst("^-+", "") + (option.isMultiValue() ? "s" : "");
    return ALL.contains(name) ? Optional.of(name) : Optional.empty();
  }

  /** The environment variable of the same meaning. */
  public static String variable(String key) {
    return "SSE_CLI_" + key.replace('-', '_').toUpperCase(Locale.ROOT);
  }
}
