package io.heliograph.cli.settings;

import io.heliograph.cli.json.Json;
import io.heliograph.cli.settings.Setting.Level;
import io.heliograph.cli.shell.ShellWords;
import io.heliograph.server.config.Typo;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.Node;

/**
 * The user's configuration: contexts, and the one that is used by default. It is read by people and
 * written by {@code sse-cli context}, which keeps no comments.
 *
 * @param current null for none
 */
public record UserConfig(Path file, @Nullable String current, Map<String, Context> contexts) {
  private static final List<String> KEYS = List.of("contexts", "current");

  /** Where it is: below {@code XDG_CONFIG_HOME}, else {@code ~/.config}. */
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
  public static UserConfig read(Function<String, @Nullable String> env) throws ConfigException {
    Path file = path(env);
    try {
      Node document = Files.exists(file) ? Yaml.read(file) : null;
      return document == null ? new UserConfig(file, null, Map.of()) : of(document, file);
    } catch (IOException e) {
      throw new ConfigException(String.valueOf(e.getMessage()));
    }
  }

  private static UserConfig of(Node document, Path file) throws ConfigException {
    String current = null;
    var contexts = new LinkedHashMap<String, Context>();
    for (Yaml.Entry entry : Yaml.entries(document, file)) {
      switch (entry.key()) {
        case "current" -> current = Yaml.scalar(entry.value(), file);
        case "contexts" -> {
          for (Yaml.Entry context : Yaml.entries(entry.value(), file)) {
            contexts.put(context.key(), context(context, file));
          }
        }
        default ->
            throw wrong(
                file,
                entry,
                Keys.ALL.contains(entry.key())
                    ? "'" + entry.key() + "' belongs to a context: 'contexts:', then its name"
                    : unknown(entry.key(), KEYS));
      }
    }
    return new UserConfig(file, current, contexts);
  }

  private static String unknown(String key, List<String> valid) {
    return "unknown key '%s'%s Valid keys: %s"
        .formatted(key, meant(key, valid), String.join(", ", valid));
  }

  private static String meant(String word, Collection<String> known) {
    return Typo.meant(word, known).map(meant -> "; did you mean '" + meant + "'?").orElse(";");
  }

  private static ConfigException wrong(Path file, Yaml.Entry at, String what) {
    return new ConfigException(file + ", line " + at.line() + ": " + what);
  }

  private static Context context(Yaml.Entry named, Path file) throws ConfigException {
    if (!Context.isName(named.key())) {
      throw wrong(file, named, "'" + named.key() + "': " + Context.NAME_RULE);
    }
    var settings = new LinkedHashMap<String, Setting>();
    for (Yaml.Entry entry : Yaml.entries(named.value(), file)) {
      settings.put(entry.key(), setting(entry, file));
    }
    return new Context(named.key(), settings);
  }

  private static Setting setting(Yaml.Entry entry, Path file) throws ConfigException {
    if (!Keys.ALL.contains(entry.key())) {
      throw wrong(file, entry, unknown(entry.key(), Keys.ALL));
    }
    List<String> values =
        Keys.isRepeatable(entry.key())
            ? Yaml.scalars(entry.value(), file)
            : List.of(Yaml.scalar(entry.value(), file));
    if (values.stream().anyMatch(value -> value.indexOf('\n') >= 0 || value.indexOf('\r') >= 0)) {
      throw wrong(file, entry, "a value must be on one line");
    } else if (entry.key().equals("token") && values.getFirst().equals("-")) {
      throw wrong(file, entry, "a token from stdin ('-') works on the command line only");
    }
    return new Setting(entry.key(), values, Level.CONTEXT, file + ", line " + entry.line());
  }

  public Context context(String name) throws ConfigException {
    Context context = contexts.get(name);
    if (context != null) {
      return context;
    }
    String more =
        contexts.isEmpty()
            ? "; to create it:  sse-cli context add " + ShellWords.quoted(name) + " --server URL"
            : meant(name, contexts.keySet()) + " Contexts: " + String.join(", ", contexts.keySet());
    throw new ConfigException("there is no context '" + name + "'" + more);
  }

  /** The same with a context added or replaced. */
  public UserConfig with(Context context) {
    var more = new LinkedHashMap<>(contexts);
    more.put(context.name(), context);
    return new UserConfig(file, current, more);
  }

  /** The same without a context, which is then not used by default either. */
  public UserConfig without(String name) {
    var fewer = new LinkedHashMap<>(contexts);
    fewer.remove(name);
    return new UserConfig(file, name.equals(current) ? null : current, fewer);
  }

  /** The same with another context used by default; null for none. */
  public UserConfig use(@Nullable String name) {
    return new UserConfig(file, name, contexts);
  }

  /** Writes the file, whole or not at all, for its owner only. */
  public void save() throws ConfigException {
    try {
      Path directory = file.toAbsolutePath().getParent();
      Files.createDirectories(directory, modes(file, "rwx------"));
      // A link, for example into a repository of such files, stays one.
      Path real = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
      Path written =
          Files.createTempFile(real.getParent(), ".config", ".yaml", modes(file, "rw-------"));
      try {
        Files.writeString(written, yaml());
        Files.move(written, real, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(written);
      }
    } catch (IOException e) {
      throw new ConfigException("cannot write " + file + ": " + reason(e));
    }
  }

  private static FileAttribute<?>[] modes(Path place, String modes) {
    return place.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(modes))
        }
        : new FileAttribute<?>[0];
  }

  /** Strings as JSON, which YAML contains. */
  private String yaml() {
    var text = new StringBuilder("# Written by sse-cli context, which keeps no comments.\n");
    if (current != null) {
      text.append("current: ").append(current).append('\n');
    }
    text.append(contexts.isEmpty() ? "" : "contexts:\n");
    for (Context context : contexts.values()) {
      text.append("  ").append(context.name());
      text.append(context.settings().isEmpty() ? ": {}\n" : ":\n");
      for (Setting setting : context.settings().values()) {
        text.append("    ").append(setting.key()).append(": ");
        text.append(
            Json.write(
                Keys.isRepeatable(setting.key()) ? setting.values() : setting.text(), false));
        text.append('\n');
      }
    }
    return text.toString();
  }

  private static String reason(IOException e) {
    return switch (e) {
      case AccessDeniedException denied -> "access denied";
      case FileSystemException file when file.getReason() != null -> file.getReason();
      default -> String.valueOf(e.getMessage());
    };
  }
}
