package io.heliograph.cli.settings;

import io.heliograph.cli.option.WebAddress;
import io.heliograph.cli.shell.Printable;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * A server and what it takes to talk to it, under a name.
 *
 * @param settings by key
 */
public record Context(String name, Map<String, Setting> settings) {
  private static final Predicate<String> NAME =
      Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}").asMatchPredicate();

  /** Credentials and trust, which must not be used for another server by mistake. */
  private static final Set<String> BOUND = Set.of("token", "headers", "cert", "insecure");

  /** A name needs no quotes on a command line. */
  public static boolean isName(String word) {
    return NAME.test(word);
  }

  /** How to write one. */
  public static final String NAME_RULE =
      "names have up to 64 letters, digits, '.', '_' and '-', and begin with a letter or digit";

  public Optional<String> server() {
    return Optional.ofNullable(settings.get("server")).map(Setting::text);
  }

  /** The same for the screen. */
  public String shownServer() {
    return server().map(Printable::url).orElse("no server");
  }

  /** Whether a value of this key, in a context, is for that context's server and no other. */
  public static boolean isBound(String key) {
    return BOUND.contains(key);
  }

  /** Whether this URL is of its server. */
  public boolean isFor(String url) {
    return server().map(Context::origin).orElse("").equals(origin(url));
  }

  /** Scheme, host and port; what is no URL is an origin of its own. */
  static String origin(String url) {
    URI uri;
    try {
      uri = WebAddress.parse(url, "");
    } catch (IllegalArgumentException e) {
      return Printable.url(url);
    }
    String host = WebAddress.host(uri).toLowerCase(Locale.ROOT);
    return uri.getScheme().toLowerCase(Locale.ROOT)
        + "://"
        + (host.contains(":") ? "[" + host + "]" : host)
        + ":"
        + WebAddress.port(uri);
  }
}
