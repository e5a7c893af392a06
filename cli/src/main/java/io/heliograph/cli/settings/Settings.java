package io.heliograph.cli.settings;

import io.heliograph.cli.settings.Setting.Level;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What is configured: the environment wins over the context.
 *
 * @param context the one in use; null for none
 */
public record Settings(Map<String, Setting> values, @Nullable Context context) {
  /** Names a context; {@code --context} wins. */
  public static final String CONTEXT_VARIABLE = "SSE_CLI_CONTEXT";

  public record Places(Function<String, @Nullable String> env, Path userFile) {
    /** The environment, and the user's file that it names. */
    public static Places of(Function<String, @Nullable String> env) {
      return new Places(env, UserConfig.path(env));
    }
  }

  /**
   * Reads what there is.
   *
   * @param asked the context that the command line names: null for none, empty for "use none"
   */
  public static Settings read(Places places, @Nullable String asked) throws ConfigException {
    UserConfig config = UserConfig.read(places.userFile);
    Context context = chosen(places, asked, config);
    var values = new LinkedHashMap<String, Setting>();
    if (context != null) {
      values.putAll(context.settings());
    }
    values.putAll(environment(places));
    return new Settings(values, context);
  }

  /** What remains if the file cannot be read. */
  static Settings ofEnvironment(Places places) {
    return new Settings(environment(places), null);
  }

  private static Map<String, Setting> environment(Places places) {
    var values = new LinkedHashMap<String, Setting>();
    for (String key : Keys.ALL) {
      String variable = Keys.variable(key);
      String value = places.env.apply(variable);
      if (value != null && !value.isEmpty()) {
        List<String> texts = Keys.isRepeatable(key) ? value.lines().toList() : List.of(value);
        values.put(key, new Setting(key, texts, Level.ENVIRONMENT, variable));
      }
    }
    return values;
  }

  /** The first that is named: by the command line, the environment, {@code context use}. */
  private static @Nullable Context chosen(Places places, @Nullable String asked, UserConfig config)
      throws ConfigException {
    String variable = places.env.apply(CONTEXT_VARIABLE);
    String name = asked != null ? asked : variable != null ? variable : config.current();
    if (name == null || name.isEmpty()) {
      return null;
    }
    try {
      return config.context(name);
    } catch (ConfigException e) {
      String by =
          asked != null
              ? "--context"
              : variable != null ? CONTEXT_VARIABLE : config.file().toString();
      throw new ConfigException(by + ": " + e.getMessage());
    }
  }

  /** The value for a key, if it is configured. */
  public Optional<Setting> of(String key) {
    return Optional.ofNullable(values.get(key));
  }
}
