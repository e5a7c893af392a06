package io.heliograph.cli.settings;

import io.heliograph.cli.settings.Origin.Level;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What is configured, from all places: the environment wins over the project's file, and that over
 * the context.
 *
 * @param context the one in use; null for none
 * @param warning what its owner should mend; null for nothing
 * @param known whether a server is that of any of the user's contexts
 */
public record Settings(
    Map<String, Setting> values,
    @Nullable Context context,
    @Nullable String warning,
    Predicate<String> known) {
  /** Names a context; {@code --context} wins. */
  public static final String CONTEXT_VARIABLE = "SSE_CLI_CONTEXT";

  /**
   * Where to look, and what for.
   *
   * @param all whether each context must be sound, or only the one that is asked for
   */
  public record Places(
      Function<String, @Nullable String> env,
      Path userFile,
      @Nullable Path projectFile,
      Keys keys,
      boolean all) {

    /** Those of a process that runs in this directory. */
    public static Places of(Function<String, @Nullable String> env, Path directory, Keys keys) {
      return new Places(env, UserConfig.path(env), directory.resolve(ProjectFile.NAME), keys, true);
    }

    /** The user's file alone, to look at one context of it. */
    public Places contextsOnly() {
      return new Places(name -> null, userFile, null, keys, false);
    }
  }

  /**
   * Reads what there is.
   *
   * @param asked the context that the command line names: null for none, empty for "use none"
   */
  public static Settings read(Places places, @Nullable String asked) throws ConfigException {
    var values = new LinkedHashMap<String, Setting>();
    ProjectFile project =
        places.projectFile != null && ProjectFile.exists(places.projectFile)
            ? ProjectFile.read(places.projectFile, places.keys)
            : null;
    UserConfig config =
        places.all
            ? UserConfig.read(places.userFile, places.keys)
            : UserConfig.readMendable(places.userFile, places.keys);
    Context context = chosen(places, asked, project, config);
    if (context != null) {
      values.putAll(context.settings());
    }
    if (project != null) {
      values.putAll(project.settings());
    }
    values.putAll(environment(places));
    return new Settings(
        values,
        context,
        config.tooOpen().orElse(null),
        url -> config.contexts().values().stream().anyMatch(each -> each.isFor(url)));
  }

  /** What is left where no file can be read. */
  static Settings ofEnvironment(Places places) {
    return new Settings(environment(places), null, null, url -> false);
  }

  private static Map<String, Setting> environment(Places places) {
    var values = new LinkedHashMap<String, Setting>();
    for (String key : places.keys.all()) {
      String variable = Keys.variable(key);
      String value = places.env.apply(variable);
      if (value != null && !value.isEmpty()) {
        List<String> texts =
            places.keys.isRepeatable(key) ? value.lines().toList() : List.of(value);
        values.put(key, new Setting(key, texts, new Origin(Level.ENVIRONMENT, variable)));
      }
    }
    return values;
  }

  /** The first that is named: by the command line, the environment, the project, {@code use}. */
  private static @Nullable Context chosen(
      Places places, @Nullable String asked, @Nullable ProjectFile project, UserConfig config)
      throws ConfigException {
    String variable = places.env.apply(CONTEXT_VARIABLE);
    String name;
    String by;
    if (asked != null) {
      name = asked;
      by = "--context";
    } else if (variable != null) {
      name = variable;
      by = CONTEXT_VARIABLE;
    } else if (project != null && project.context() != null) {
      name = project.context();
      by = project.file().toString();
    } else {
      name = config.current();
      by = config.file().toString();
    }
    if (name == null || name.isEmpty()) {
      return null;
    }
    try {
      return config.context(name);
    } catch (ConfigException e) {
      throw new ConfigException(by + ": " + e.getMessage());
    }
  }

  /**
   * The server, if only the directory's file names it. Whoever wrote that file must not get what
   * lets somebody in, wherever that is from.
   */
  public Optional<Setting> stranger() {
    return of("server")
        .filter(server -> server.origin().level() == Level.PROJECT)
        .filter(server -> !known.test(server.text()));
  }

  /** The value for a key, if it is configured. */
  public Optional<Setting> of(String key) {
    return Optional.ofNullable(values.get(key));
  }
}
