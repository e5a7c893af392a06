package io.heliograph.cli.settings;

import io.heliograph.cli.settings.Origin.Level;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.Node;

/**
 * {@code .sse-cli.yaml} in the working directory: what everybody who works there has in common.
 *
 * <p>It comes with the directory, by git say, and so from anybody. It may name a context and a
 * server, but neither a secret nor whom to trust: else to enter a directory and look at a stream
 * would be enough to run a command of its author ({@code cmd:}) or to show him a token.
 *
 * @param context null for none
 */
record ProjectFile(Path file, @Nullable String context, Map<String, Setting> settings) {
  static final String NAME = ".sse-cli.yaml";

  /** Not all need exist yet, or in every version. */
  private static final List<String> TRUST =
      List.of("insecure", "proxy", "cacert", "cert", "key", "connect-to", "resolve");

  static ProjectFile read(Path file, Keys keys) throws ConfigException {
    var settings = new LinkedHashMap<String, Setting>();
    String context = null;
    try {
      Node document = Yaml.read(file);
      for (Yaml.Entry entry :
          document == null ? List.<Yaml.Entry>of() : Yaml.entries(document, file)) {
        if (entry.key().equals("context")) {
          context = Yaml.scalar(entry.value(), file);
        } else {
          if (!keys.isKey(entry.key())) {
            List<String> allowed =
                Stream.concat(Stream.of("context"), keys.all().stream()).sorted().toList();
            throw new ConfigException(
                file
                    + ", line "
                    + entry.line()
                    + ": "
                    + Keys.unknown(entry.key(), "in a project's file", allowed));
          }
          Setting setting =
              UserConfig.setting(entry, file, keys, Level.PROJECT, "in a project's file");
          requireHarmless(setting);
          settings.put(entry.key(), setting);
        }
      }
    } catch (IOException e) {
      throw new ConfigException(file + " cannot be read: " + UserConfig.reason(e));
    }
    return new ProjectFile(file, context, settings);
  }

  static boolean exists(Path file) {
    return Files.isRegularFile(file);
  }

  private static void requireHarmless(Setting setting) throws ConfigException {
    String key = setting.key();
    String wrong = null;
    if (key.equals("token")) {
      wrong = "no token, nor where one is, stands in a file that comes with a directory";
    } else if (key.equals("headers")
        && setting.values().stream().anyMatch(v -> v.startsWith("@"))) {
      wrong = "a directory's file does not choose which file of yours is sent to a server";
    } else if (setting.values().stream().anyMatch(value -> Secrets.isSecret(key, value))) {
      wrong = "what looks like a secret does not stand in a file that others get, too";
    } else if (TRUST.contains(key)) {
      wrong = "'" + key + "' is about whom to trust, which a directory's file does not decide";
    }
    if (wrong != null) {
      throw new ConfigException(
          setting.origin().where()
              + ": "
              + wrong
              + ". Keep it in a context (sse-cli context add), and name that here:"
              + "  context: NAME");
    }
  }
}
