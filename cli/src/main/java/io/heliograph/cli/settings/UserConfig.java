package io.heliograph.cli.settings;

import io.heliograph.cli.settings.Origin.Level;
import io.heliograph.cli.shell.ShellWords;
import io.heliograph.server.config.Typo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.Node;

/**
 * The user's configuration: contexts, and which of them is used where none is named.
 *
 * @param current null for none
 * @param previous the one before it, for {@code context use -}
 * @param broken contexts that cannot be read, by name, and why; empty unless they were asked for
 */
public record UserConfig(
    Path file,
    @Nullable String current,
    @Nullable String previous,
    Map<String, Context> contexts,
    Map<String, String> broken) {
  private static final List<String> KEYS = List.of("contexts", "current", "previous");

  /**
   * Where it is: below {@code XDG_CONFIG_HOME}, else {@code ~/.config}.
   *
   * @param env the environment
   */
  public static Path path(Function<String, @Nullable String> env) {
    String base = env.apply("XDG_CONFIG_HOME");
    // The standard wants a path that is not absolute to be ignored.
    Path directory =
        base != null && Path.of(base).isAbsolute()
            ? Path.of(base)
            : Path.of(home(env)).resolve(".config");
    return directory.resolve("sse-cli").resolve("config.yaml");
  }

  private static String home(Function<String, @Nullable String> env) {
    String home = env.apply("HOME");
    return home == null || home.isEmpty() ? System.getProperty("user.home") : home;
  }

  /** Without any context. */
  public static UserConfig empty(Path file) {
    return new UserConfig(file, null, null, Map.of(), Map.of());
  }

  /** Reads it; without a file it is empty. One context that cannot be read is one too many. */
  public static UserConfig read(Path file, Keys keys) throws ConfigException {
    UserConfig config = readMendable(file, keys);
    for (String why : config.broken.values()) {
      throw new ConfigException(why);
    }
    return config;
  }

  /** The same for whoever mends it: contexts that can be read do not suffer from others. */
  public static UserConfig readMendable(Path file, Keys keys) throws ConfigException {
    if (!Files.exists(file)) {
      return empty(file);
    }
    try {
      Node document = Yaml.read(file);
      return document == null ? empty(file) : of(document, file, keys);
    } catch (IOException e) {
      throw new ConfigException(file + " cannot be read: " + reason(e));
    }
  }

  private static UserConfig of(Node document, Path file, Keys keys) throws ConfigException {
    String current = null;
    String previous = null;
    var contexts = new LinkedHashMap<String, Context>();
    var broken = new LinkedHashMap<String, String>();
    for (Yaml.Entry entry : Yaml.entries(document, file)) {
      switch (entry.key()) {
        case "current" -> current = Yaml.scalar(entry.value(), file);
        case "previous" -> previous = Yaml.scalar(entry.value(), file);
        case "contexts" -> {
          for (Yaml.Entry context : Yaml.entries(entry.value(), file)) {
            try {
              contexts.put(context.key(), context(context, file, keys));
            } catch (ConfigException e) {
              broken.put(context.key(), String.valueOf(e.getMessage()));
            }
          }
        }
        default ->
            throw new ConfigException(
                file + ", line " + entry.line() + ": " + unknown(entry.key(), keys));
      }
    }
    return new UserConfig(file, current, previous, contexts, broken);
  }

  private static String unknown(String word, Keys keys) {
    return keys.isKey(word)
        ? "'" + word + "' belongs to a context: indent it below 'contexts:' and a name"
        : Keys.unknown(word, "here", KEYS);
  }

  private static Context context(Yaml.Entry named, Path file, Keys keys) throws ConfigException {
    if (!Context.isName(named.key())) {
      throw new ConfigException(
          file + ", line " + named.line() + ": '" + named.key() + "': " + Context.NAME_RULE);
    }
    var settings = new LinkedHashMap<String, Setting>();
    for (Yaml.Entry entry : Yaml.entries(named.value(), file)) {
      settings.put(entry.key(), setting(entry, file, keys, Level.CONTEXT, "in a context"));
    }
    return new Context(named.key(), settings);
  }

  /** One key and its value, wherever they stand. */
  static Setting setting(Yaml.Entry entry, Path file, Keys keys, Level level, String where)
      throws ConfigException {
    String at = file + ", line " + entry.line();
    if (!keys.isKey(entry.key())) {
      throw new ConfigException(at + ": " + Keys.unknown(entry.key(), where, keys.all()));
    }
    List<String> values =
        keys.isRepeatable(entry.key())
            ? Yaml.scalars(entry.value(), file)
            : List.of(Yaml.scalar(entry.value(), file));
    for (String value : values) {
      if (value.indexOf('\n') >= 0 || value.indexOf('\r') >= 0) {
        throw new ConfigException(at + ": a value is one line, this one has more");
      }
    }
    if (entry.key().equals("token") && values.getFirst().equals("-")) {
      throw new ConfigException(
          at + ": '-' reads the token from stdin, which goes on the command line only");
    }
    return new Setting(entry.key(), values, new Origin(level, at));
  }

  /** The context of this name. */
  public Context context(String name) throws ConfigException {
    Context context = contexts.get(name);
    if (context != null) {
      return context;
    } else if (broken.containsKey(name)) {
      throw new ConfigException(broken.get(name));
    }
    String known =
        contexts.isEmpty()
            ? "; there is none yet. To make it:  sse-cli context add "
                + ShellWords.quoted(name)
                + " --server URL"
            : Typo.meant(name, contexts.keySet())
                    .map(meant -> "; did you mean '" + meant + "'?")
                    .orElse(";")
                + " There are: "
                + String.join(", ", contexts.keySet());
    throw new ConfigException("there is no context '" + name + "'" + known);
  }

  /** What others could read though they should not, and how to mend it. */
  public Optional<String> tooOpen() {
    if (contexts.values().stream().noneMatch(Context::holdsSecret)) {
      return Optional.empty();
    }
    try {
      var open = new ArrayList<String>();
      Files.getPosixFilePermissions(file).stream()
          .map(Object::toString)
          .filter(permission -> permission.matches("(GROUP|OTHERS)_(READ|WRITE)"))
          .forEach(open::add);
      return open.isEmpty()
          ? Optional.empty()
          : Optional.of(
              file
                  + " holds a secret, and others can read it; to mend it:  chmod 600 "
                  + ShellWords.quoted(file.toString()));
    } catch (IOException | UnsupportedOperationException e) {
      // Where files have no such modes there is nothing to say of them.
      return Optional.empty();
    }
  }

  static String reason(IOException e) {
    return switch (e) {
      case java.nio.file.AccessDeniedException denied -> "access denied";
      case java.nio.file.FileSystemException file when file.getReason() != null -> file.getReason();
      default -> String.valueOf(e.getMessage());
    };
  }
}
