package io.heliograph.cli.settings;

import java.util.Map;
import java.util.Optional;
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

  /** What a name may be: it stands on command lines, unquoted, and '-' means the previous one. */
  public static boolean isName(String word) {
    return NAME.test(word);
  }

  /** How to write one. */
  public static final String NAME_RULE =
      "a name has letters, digits, '.', '_' and '-', begins with a letter or digit, and has at most"
          + " 64 characters";

  /** The server. */
  public Optional<String> server() {
    return Optional.ofNullable(settings.get("server")).map(Setting::text);
  }

  /** Whether it holds something that others should not read. */
  public boolean holdsSecret() {
    return settings.values().stream()
        .anyMatch(
            setting -> setting.values().stream().anyMatch(v -> Secrets.isSecret(setting.key(), v)));
  }
}
