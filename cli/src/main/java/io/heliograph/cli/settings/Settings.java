package io.heliograph.cli.settings;

import io.heliograph.cli.settings.Setting.Level;
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

  /** Reads what there is; the command line may ask for a context, or by an empty name for none. */
  public static Settings read(Function<String, @Nullable String> env, @Nullable String asked)
      throws ConfigException {
    UserConfig config = UserConfig.read(env);
    Context context = chosen(env.apply(CONTEXT_VARIABLE), asked, config);
    var values = new LinkedHashMap<String, Setting>();
    if (context != null) {
      values.putAll(context.settings());
    }
    values.putAll(environment(env));
    return new Settings(values, context);
  }

  /** What remains if the file cannot be read. */
  static Settings ofEnvironment(Function<String, @Nullable String> env) {
    return new Settings(environment(env), null);
  }

  private static Map<String, Setting> environment(Function<String, @Nullable String> env) {
    var values = new LinkedHashMap<String, Setting>();
    for (String key : Keys.ALL) {
      String variable = Keys.variable(key);
      String value = env.apply(variable);
      if (value != null && !value.isEmpty()) {
        List<String> texts = Keys.isRepeatable(key) ? value.lines().toList() : List.of(value);
        values.put(key, new Setting(key, texts, Level.ENVIRONMENT, variable));
      }
    }
    return values;
  }

  /** The first that is named: by the command line, the environment, {@code context use}. */
  private static @Nullable Context chosen(
      @Nullable String variable, @Nullable String asked, UserConfig config) throws ConfigException {
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
