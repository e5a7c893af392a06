package io.heliograph.server.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Origins as browsers spell them (RFC 6454, section 6.1). Pure functions. */
final class Origins {

  private static final int MAX_PORT = 65_535;

  private Origins() {}

  /**
   * Parses origins and normalizes their spelling.
   *
   * @throws SettingsException if a value is not an origin
   */
  static Set<String> parse(String name, List<String> values) {
    var origins = new LinkedHashSet<String>();
    for (String value : values) {
      origins.add(
          normal(value)
              .orElseThrow(
                  () ->
                      new SettingsException(
                          name
                              + " has '"
                              + value
                              + "', but must be a list of exact origins. Try"
                              + " https://app.example.com; a wildcard is not allowed, because"
                              + " requests carry cookies and tokens.")));
    }
    return Set.copyOf(origins);
  }

  /** Whether it names a host, and no port that there is none of, which Java would accept. */
  static boolean hasHostAndPort(URI uri) {
    return uri.getHost() != null && uri.getPort() != 0 && uri.getPort() <= MAX_PORT;
  }

  private static Optional<String> normal(String value) {
    try {
      var uri = new URI(value);
      String scheme = uri.getScheme();
      boolean isOrigin =
          ("http".equals(scheme) || "https".equals(scheme))
              && hasHostAndPort(uri)
              && uri.getUserInfo() == null
              && (uri.getPath() == null || uri.getPath().isEmpty())
              && uri.getQuery() == null
              && uri.getFragment() == null;
      if (!isOrigin) {
        return Optional.empty();
      }
      boolean byDefault =
          uri.getPort() == -1 || uri.getPort() == ("https".equals(scheme) ? 443 : 80);
      return Optional.of(
          (scheme + "://" + uri.getHost() + (byDefault ? "" : ":" + uri.getPort()))
              .toLowerCase(Locale.ROOT));
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }
}
