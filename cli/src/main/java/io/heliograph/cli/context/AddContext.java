package io.heliograph.cli.context;

import static java.util.stream.Collectors.joining;

import io.heliograph.cli.access.AccessOptions;
import io.heliograph.cli.option.ServerOption;
import io.heliograph.cli.settings.ConfigException;
import io.heliograph.cli.settings.Context;
import io.heliograph.cli.settings.Keys;
import io.heliograph.cli.settings.Secrets;
import io.heliograph.cli.settings.Setting;
import io.heliograph.cli.settings.UserConfig;
import io.heliograph.cli.shell.Shell;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code context add}: keeps the options that it is given, whichever they are. */
@Command(
    name = "add",
    header = "Store a server and its options under a name.",
    description = "Stores the options below. The first context is used by default.",
    customSynopsis = "sse-cli context add [OPTIONS] NAME --server URL",
    footer = {
      "",
      "Examples:",
      "  sse-cli context add dev --server http://127.0.0.1:8080",
      "  sse-cli context add prod --server https://push.example.com \\",
      "      --token 'cmd:pass show push' -H 'X-Tenant: acme'"
    })
final class AddContext extends ContextWork {
  @Parameters(paramLabel = "NAME", description = "Name of the context.")
  private String name = "";

  @Mixin private final ServerOption server = new ServerOption();

  @SuppressWarnings("UnusedVariable") // What was typed is taken from the parse result.
  @Mixin
  private final AccessOptions access = new AccessOptions();

  @SuppressWarnings("UnusedVariable") // As above.
  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "Default output format of commands that use the context.")
  private @Nullable String output;

  @Option(names = "--use", description = "Use this context by default.")
  private boolean use;

  @Option(names = "--replace", description = "Replace a context of this name.")
  private boolean replace;

  /** About the adding; all others are kept or refused. */
  private static final List<String> OWN = List.of("--use", "--replace");

  AddContext(Shell shell) {
    super(shell);
  }

  @Override
  void work(UserConfig config) throws ConfigException {
    if (!Context.isName(name)) {
      throw usage("'" + name + "': " + Context.NAME_RULE);
    }
    boolean taken = config.contexts().containsKey(name);
    if (taken && !replace) {
      throw usage("context '" + name + "' exists; to replace it, add --replace");
    }
    Map<String, Setting> settings = settings();
    if (!settings.containsKey("server")) {
      throw usage("--server is missing");
    }
    server.uri(); // Rejects what cannot be the base of other URLs.
    var context = new Context(name, settings);
    boolean inUse = use || config.contexts().isEmpty();
    config.with(context).use(inUse ? name : config.current()).save();
    print("context \"%s\": %s%s".formatted(name, server.uri(), inUse ? "; used by default" : ""));
  }

  private Map<String, Setting> settings() {
    var settings = new LinkedHashMap<String, Setting>();
    for (OptionSpec option : commandLine().getParseResult().matchedOptions()) {
      String key = Keys.of(option).orElse(null);
      if (key == null && !OWN.contains(option.longestName())) {
        throw usage(option.longestName() + " cannot be stored in a context");
      }
      // How this command behaves is not what is to be kept.
      if (key != null && !List.of("quiet", "verbose").contains(key)) {
        List<String> values =
            option.originalStringValues().stream().map(value -> kept(key, value)).toList();
        settings.put(key, new Setting(key, values, Setting.Level.CONTEXT, "the command line"));
      }
    }
    return settings;
  }

  private String kept(String key, String value) {
    if (key.equals("token") && !Secrets.isReference(value)) {
      throw usage(
          "a context stores no token, only where it is: --token @FILE, env:NAME or cmd:COMMAND");
    }
    return switch (key) {
      case "token", "headers" -> value.startsWith("@") ? "@" + absolute(value.substring(1)) : value;
      case "cacert" -> absolute(value);
      case "cert" -> Stream.of(value.split(",", 2)).map(AddContext::absolute).collect(joining(","));
      default -> value.isEmpty() ? "true" : value;
    };
  }

  /** The context will be used from other directories. */
  private static String absolute(String file) {
    return Path.of(file).toAbsolutePath().normalize().toString();
  }
}
