package io.heliograph.cli.settings;

import io.heliograph.cli.settings.Setting.Level;
import io.heliograph.cli.shell.Shell;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Gives options that the command line does not have their configured values. picocli asks once all
 * words of a command have been read, so that what they say is known here; files are read when the
 * first option wants a value.
 */
public final class Defaults implements IDefaultValueProvider {
  /** What a command knows of its options beside the command line, such as a scenario file. */
  public interface Overlay {
    /** The value of an option; it wins over the configured one. */
    Optional<Given> of(OptionSpec option);
  }

  /** A value of an overlay, and where it was written: {@code friday.yaml:12}. */
  public record Given(String text, String place) {}

  private final Shell shell;
  private final Overlay overlay;
  private final Set<String> withheld = new HashSet<>();
  private @Nullable Settings settings;

  public Defaults(Shell shell) {
    this(shell, option -> Optional.empty());
  }

  /** The same for a command that has an overlay. */
  public Defaults(Shell shell, Overlay overlay) {
    this.shell = shell;
    this.overlay = overlay;
  }

  @Override
  public @Nullable String defaultValue(ArgSpec arg) {
    CommandLine command = arg.command().commandLine();
    if (!(arg instanceof OptionSpec option) || !isAsked(command)) {
      return null;
    }
    Optional<Given> given = isTyped(option) ? Optional.empty() : overlay.of(option);
    if (given.isPresent()) {
      return literal(given.get().text());
    }
    String key = Keys.of(option).orElse(null);
    if (key == null || isTypedBefore(command, option)) {
      return null;
    }
    Setting setting = settings(command).of(key).orElse(null);
    if (setting == null || !mayBeSent(setting, command)) {
      return null;
    }
    return literal(setting.text());
  }

  /** picocli would put variables of its own in their place. */
  private static String literal(String text) {
    return text.replace("${", "$${");
  }

  /** Where the value of an option was written, if not on the command line; empty if it was. */
  public Optional<String> where(@Nullable ArgSpec arg) {
    Optional<String> given =
        arg instanceof OptionSpec option && !isTyped(option)
            ? overlay.of(option).map(Given::place)
            : Optional.empty();
    return given.or(() -> configured(arg).map(Setting::where));
  }

  /** The setting that gave an option its value; empty if it was typed or not configured. */
  public Optional<Setting> configured(@Nullable ArgSpec arg) {
    return settings != null
            && arg instanceof OptionSpec option
            && !isTyped(option)
            && overlay.of(option).isEmpty()
        ? Keys.of(option).flatMap(settings::of)
        : Optional.empty();
  }

  /** The configured value of an option that nobody typed, of the command that is asked for. */
  public static String configured(CommandLine program, String name) {
    ParseResult parsed = program.getParseResult();
    CommandLine command = parsed == null ? program : parsed.asCommandLineList().getLast();
    OptionSpec option = command.getCommandSpec().findOption(name);
    if (option == null || !(command.getDefaultValueProvider() instanceof Defaults own)) {
      return "";
    }
    try {
      own.settings(command);
    } catch (ParameterException e) {
      // The environment remains.
    }
    return Objects.requireNonNullElse(own.defaultValue(option), "");
  }

  /** Only the command that runs, and not if it only prints its help. */
  private static boolean isAsked(CommandLine command) {
    // One below it has been parsed by now, if it is that one which runs.
    boolean passesOn =
        command.getSubcommands().values().stream()
            .anyMatch(below -> below.getParseResult() != null);
    if (command.getParent() == null || passesOn) {
      return false;
    }
    for (CommandLine c = command; c != null; c = c.getParent()) {
      if (c.isUsageHelpRequested() || c.isVersionHelpRequested()) {
        return false;
      }
    }
    return true;
  }

  /** Not by the parse result, which picocli has not made yet. */
  private static boolean isTyped(@Nullable OptionSpec option) {
    return option != null && !option.originalStringValues().isEmpty();
  }

  /** As in {@code sse-cli --quiet subscribe}. */
  private static boolean isTypedBefore(CommandLine command, OptionSpec option) {
    for (CommandLine c = command.getParent(); c != null; c = c.getParent()) {
      if (isTyped(c.getCommandSpec().findOption(option.longestName()))) {
        return true;
      }
    }
    return false;
  }

  private Settings settings(CommandLine command) {
    if (settings == null) {
      try {
        settings = Settings.read(shell::variable, shell.context());
      } catch (ConfigException e) {
        settings = Settings.ofEnvironment(shell::variable);
        // The file may say to which server a command talks, and as whom.
        boolean talks = command.getCommandSpec().findOption("--server") != null;
        if (talks || shell.context() != null) {
          throw new ParameterException(command, String.valueOf(e.getMessage()), e);
        }
        shell.notices().say(e.getMessage() + "; ignored by this command");
      }
      tellWhatIsInUse(settings, command);
    }
    return settings;
  }

  /** The credentials of a context are for its own server. */
  private boolean mayBeSent(Setting setting, CommandLine command) {
    Context context = settings(command).context();
    if (!Context.isBound(setting.key()) || setting.level() != Level.CONTEXT || context == null) {
      return true;
    }
    Optional<String> other = otherServer(command, context);
    if (other.isPresent() && withheld.add(setting.key())) {
      tellWhatIsInUse(settings(command), command);
      String why =
          "'%s' of context \"%s\" not sent: %s is another server"
              .formatted(setting.key(), context.name(), Context.origin(other.get()));
      shell.notices().say(why);
    }
    return other.isEmpty();
  }

  /** The first server that the command talks to and that is not that of the context. */
  private Optional<String> otherServer(CommandLine command, Context context) {
    List<String> named =
        Stream.of("--url", "--subscribe-url", "--publish-url", "--server")
            .flatMap(name -> given(command.getCommandSpec().findOption(name)).stream())
            .toList();
    Optional<String> configured = settings(command).of("server").map(Setting::text);
    return (named.isEmpty() ? configured.stream() : named.stream())
        .filter(server -> !context.isFor(server))
        .findFirst();
  }

  /** What the command line or the overlay says of an option. */
  private Optional<String> given(@Nullable OptionSpec option) {
    if (option == null) {
      return Optional.empty();
    }
    return isTyped(option)
        ? Optional.of(option.originalStringValues().getFirst())
        : overlay.of(option).map(Given::text);
  }

  /** Shown beside an error, so that a refused token is blamed on the right source. */
  private void tellWhatIsInUse(Settings read, CommandLine command) {
    Context context = read.context();
    shell.using(context == null ? "" : "context \"" + context.name() + "\"");
    OptionSpec option = command.getCommandSpec().findOption("--token");
    if (option != null && isTyped(option)) {
      String typed = option.originalStringValues().getFirst();
      shell.tokenFrom(
          Secrets.isReference(typed) ? "token from --token " + typed : "token from --token");
    } else if (withheld.contains("token")) {
      shell.tokenFrom("its token not sent");
    } else {
      shell.tokenFrom(read.of("token").map(Defaults::tokenFrom).orElse(""));
    }
  }

  private static String tokenFrom(Setting token) {
    boolean ofContext = token.level() == Level.CONTEXT;
    return "token from " + (ofContext ? token.shown().getFirst() : token.where());
  }
}
