package io.heliograph.cli.settings;

import io.heliograph.cli.settings.Origin.Level;
import io.heliograph.cli.shell.ShellWords;
import io.heliograph.server.config.Typo;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.Node;

/**
 * The user's configuration: contexts, and the one that is used by default.
 *
 * @param current null for none
 * @param previous the one before it, for {@code context use -}
 */
public record UserConfig(
    Path file, @Nullable String current, @Nullable String previous, Map<String, Context> contexts) {
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

  /** Reads it; without a file it is empty. */
  public static UserConfig read(Path file) throws ConfigException {
    try {
      Node document = Files.exists(file) ? Yaml.read(file) : null;
      return document == null ? new UserConfig(file, null, null, Map.of()) : of(document, file);
    } catch (IOException e) {
      throw new ConfigException("cannot read " + file + ": " + reason(e));
    }
  }

  private static UserConfig of(Node document, Path file) throws ConfigException {
    String current = null;
    String previous = null;
    var contexts = new LinkedHashMap<String, Context>();
    for (Yaml.Entry entry : Yaml.entries(document, file)) {
      switch (entry.key()) {
        case "current" -> current = Yaml.scalar(entry.value(), file);
        case "previous" -> previous = Yaml.scalar(entry.value(), file);
        case "contexts" -> {
          for (Yaml.Entry context : Yaml.entries(entry.value(), file)) {
            contexts.put(context.key(), context(context, file));
          }
        }
        default ->
            throw new ConfigException(
                file
                    + ", line "
                    + entry.line()
                    + ": "
                    + (Keys.ALL.contains(entry.key())
                        ? "'" + entry.key() + "' belongs to a context: 'contexts:', then its name"
                        : unknown(entry.key(), KEYS)));
      }
    }
    return new UserConfig(file, current, previous, contexts);
  }

  private static String unknown(String key, List<String> valid) {
    return "unknown key '"
        + key
        + "'"
        + Typo.meant(key, valid).map(meant -> "; did you mean '" + meant + "'?").orElse(";")
        + " Valid keys: "
        + String.join(", ", valid);
  }

  private static Context context(Yaml.Entry named, Path file) throws ConfigException {
    if (!Context.isName(named.key())) {
      throw new ConfigException(
          file + ", line " + named.line() + ": '" + named.key() + "': " + Context.NAME_RULE);
    }
    var settings = new LinkedHashMap<String, Setting>();
    for (Yaml.Entry entry : Yaml.entries(named.value(), file)) {
      settings.put(entry.key(), setting(entry, file));
    }
    return new Context(named.key(), settings);
  }

  private static Setting setting(Yaml.Entry entry, Path file) throws ConfigException {
    String at = file + ", line " + entry.line();
    if (!Keys.ALL.contains(entry.key())) {
      throw new ConfigException(at + ": " + unknown(entry.key(), Keys.ALL));
    }
    List<String> values =
        Keys.isRepeatable(entry.key())
            ? Yaml.scalars(entry.value(), file)
            : List.of(Yaml.scalar(entry.value(), file));
    if (values.stream().anyMatch(value -> value.indexOf('\n') >= 0 || value.indexOf('\r') >= 0)) {
      throw new ConfigException(at + ": a value must be on one line");
    } else if (entry.key().equals("token") && values.getFirst().equals("-")) {
      throw new ConfigException(at + ": a token from stdin ('-') works on the command line only");
    }
    return new Setting(entry.key(), values, new Origin(Level.CONTEXT, at));
  }

  /** The context of this name. */
  public Context context(String name) throws ConfigException {
    Context context = contexts.get(name);
    if (context != null) {
      return context;
    }
    throw new ConfigException(
        "there is no context '"
            + name
            + "'"
            + (contexts.isEmpty()
                ? "; to create it:  sse-cli context add "
                    + ShellWords.quoted(name)
                    + " --server URL"
                : Typo.meant(name, contexts.keySet())
                        .map(meant -> "; did you mean '" + meant + "'?")
                        .orElse(";")
                    + " Contexts: "
                    + String.join(", ", contexts.keySet())));
  }

  /** What others can read though they should not, and how to fix it. */
  public Optional<String> tooOpen() {
    if (contexts.values().stream().noneMatch(Context::holdsSecret)) {
      return Optional.empty();
    }
    try {
      boolean open =
          Files.getPosixFilePermissions(file).stream()
              .anyMatch(mode -> mode.toString().matches("(GROUP|OTHERS)_(READ|WRITE)"));
      return open
          ? Optional.of(
              file
                  + " contains a secret that other users can read; to fix it:  chmod 600 "
                  + ShellWords.quoted(file.toString()))
          : Optional.empty();
    } catch (IOException | UnsupportedOperationException e) {
      return Optional.empty(); // Files have no such modes here.
    }
  }

  static String reason(IOException e) {
    return switch (e) {
      case AccessDeniedException denied -> "access denied";
      case FileSystemException file when file.getReason() != null -> file.getReason();
      default -> String.valueOf(e.getMessage());
    };
  }
}
