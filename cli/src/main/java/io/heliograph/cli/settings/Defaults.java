package io.heliograph.cli.settings;

import io.heliograph.cli.settings.Origin.Level;
import io.heliograph.cli.shell.Shell;
import io.heliograph.cli.shell.ShellWords;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

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

  /**
   * A value of an overlay.
   *
   * @param place where it was written: {@code friday.yaml:12}
   */
  public record Given(String text, String place) {}

  private final Shell shell;
  private final Settings.Places places;
  private final Overlay overlay;
  private final Set<String> withheld = new TreeSet<>();
  private @Nullable Settings settings;
  private @Nullable CommandLine allRead;

  public Defaults(Shell shell, Settings.Places places) {
    this(shell, places, option -> Optional.empty());
  }

  /** The same for a command that has an overlay. */
  public Defaults(Shell shell, Settings.Places places, Overlay overlay) {
    this.shell = shell;
    this.places = places;
    this.overlay = overlay;
  }

  @Override
  public @Nullable String defaultValue(ArgSpec arg) {
    CommandLine command = arg.command().commandLine();
    if (!(arg instanceof OptionSpec option) || !isAsked(command) || isTooEarly(option, command)) {
      return null;
    }
    Optional<Given> given = isTyped(option) ? Optional.empty() : overlay.of(option);
    if (given.isPresent()) {
      return literal(given.get().text());
    }
    String key = places.keys().of(option).orElse(null);
    if (key == null || isTypedBefore(command, option)) {
      return null;
    }
    Optional<Setting> setting = settings(command).of(key);
    if (setting.isEmpty() || !mayGo(setting.get(), command)) {
      return null;
    }
    if (!talks(command) && !fits(setting.get(), option)) {
      tellOfMisfit(setting.get());
      return null;
    }
    if (key.equals("server")) {
      requireNothingTypedForStranger(command);
    }
    return literal(setting.get().text());
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
    return given.or(() -> configured(arg).map(setting -> setting.origin().where()));
  }

  /** Whether this value of an option is a configured one, and where that is from. */
  public Optional<Setting> configured(@Nullable ArgSpec arg) {
    return settings != null
            && arg instanceof OptionSpec option
            && !isTyped(option)
            && overlay.of(option).isEmpty()
        ? places.keys().of(option).flatMap(settings::of)
        : Optional.empty();
  }

  /** Only the command that runs, and not if all it does is to tell how it is used. */
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

  /**
   * For options in a group picocli asks a first time when it meets one of them. Then --context may
   * not be read yet; it asks again in the end, after those that are in no group.
   */
  private boolean isTooEarly(OptionSpec option, CommandLine command) {
    if (option.group() == null) {
      allRead = command;
    }
    return !command.equals(allRead);
  }

  /** Not by the parse result: to ask for it while picocli parses breaks its groups. */
  private static boolean isTyped(@Nullable OptionSpec option) {
    return option != null && !option.originalStringValues().isEmpty();
  }

  /** As in {@code sse-cli --color never subscribe}. */
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
        settings = Settings.read(places, shell.context());
      } catch (ConfigException e) {
        if (talks(command) || shell.context() != null) {
          throw new ParameterException(command, String.valueOf(e.getMessage()), e);
        }
        settings = Settings.ofEnvironment(places);
        shell.notices().say(e.getMessage() + "; this command goes on without it");
      }
      if (settings.warning() != null) {
        shell.notices().say(settings.warning());
      }
      tellWhatIsInUse(settings, command);
    }
    return settings;
  }

  /**
   * Whether it talks to a server. For such a command the configuration says to whom and as whom, so
   * it must not go on without it. Any other has nothing from there but its manners, and is what
   * people turn to while they mend the file.
   */
  private static boolean talks(CommandLine command) {
    return command.getCommandSpec().findOption("--server") != null
        || command.getCommandSpec().findOption("--token") != null;
  }

  /** Of what can be configured for a command that does not talk: switches, and one of several. */
  private static boolean fits(Setting setting, OptionSpec option) {
    Class<?> type = option.type();
    Object[] constants = type.getEnumConstants();
    if (constants != null) {
      return Stream.of(constants)
          .anyMatch(each -> each.toString().equalsIgnoreCase(setting.text()));
    }
    return type != boolean.class || setting.text().toLowerCase(Locale.ROOT).matches("true|false");
  }

  private void tellOfMisfit(Setting setting) {
    if (withheld.add(setting.key())) {
      shell
          .notices()
          .say(
              "%s: '%s: %s' is nothing that this command knows, and is left out"
                  .formatted(setting.origin().where(), setting.key(), setting.shown().getFirst()));
    }
  }

  private boolean mayGo(Setting setting, CommandLine command) {
    if (!Context.isBound(setting.key())) {
      return true;
    }
    Context context = settings(command).context();
    if (setting.origin().level() != Level.CONTEXT || context == null) {
      Setting stranger = stranger(command);
      if (stranger != null && withheld.add(setting.key())) {
        shell
            .notices()
            .say(
                "'%s' (%s) left out: the server is from %s. To send it there, add --server %s"
                    .formatted(
                        setting.key(),
                        setting.origin().where(),
                        stranger.origin().where(),
                        ShellWords.quoted(Context.origin(stranger.text()))));
      }
      return stranger == null;
    }
    String target = target(command);
    if (target == null || context.isFor(target)) {
      return true;
    }
    if (withheld.add(setting.key())) {
      tellWhatIsInUse(settings(command), command);
      shell
          .notices()
          .say(
              "'%s' of context \"%s\" left out: %s is another server"
                  .formatted(setting.key(), context.name(), Context.origin(target)));
    }
    return false;
  }

  /** Else it would go to whom nobody typed. */
  private void requireNothingTypedForStranger(CommandLine command) {
    Setting stranger = stranger(command);
    if (stranger == null) {
      return;
    }
    for (String name : List.of("--token", "--header", "--cert")) {
      OptionSpec option = command.getCommandSpec().findOption(name);
      boolean secret =
          option != null
              && option.originalStringValues().stream()
                  .anyMatch(
                      v ->
                          !name.equals("--header")
                              || v.startsWith("@")
                              || Secrets.isSecret("headers", v));
      if (secret) {
        throw new ParameterException(
            command,
            "%s would go to a server that only %s names; if that is meant, add --server %s"
                .formatted(
                    name,
                    stranger.origin().where(),
                    ShellWords.quoted(Context.origin(stranger.text()))));
      }
    }
  }

  /** The server that only the directory's file names, if the command talks to it; else null. */
  private @Nullable Setting stranger(CommandLine command) {
    return typedTarget(command) == null ? settings(command).stranger().orElse(null) : null;
  }

  /** Whom the command talks to; null if to nobody, or to whom the context says. */
  private @Nullable String target(CommandLine command) {
    String typed = typedTarget(command);
    return typed == null ? settings(command).of("server").map(Setting::text).orElse(null) : typed;
  }

  private @Nullable String typedTarget(CommandLine command) {
    for (String name : new String[] {"--url", "--subscribe-url", "--server"}) {
      OptionSpec option = command.getCommandSpec().findOption(name);
      if (option == null) {
        continue;
      } else if (isTyped(option)) {
        return option.originalStringValues().getFirst();
      }
      Optional<Given> given = overlay.of(option);
      if (given.isPresent()) {
        return given.get().text();
      }
    }
    return null;
  }

  /** To stand beside an error: a refused token must not be blamed on the wrong place. */
  private void tellWhatIsInUse(Settings read, CommandLine command) {
    Context context = read.context();
    shell.using(context == null ? "" : "context \"" + context.name() + "\"");
    OptionSpec option = command.getCommandSpec().findOption("--token");
    if (option != null && isTyped(option)) {
      String typed = option.originalStringValues().getFirst();
      shell.tokenFrom(
          Secrets.isReference(typed) ? "token from --token " + typed : "token from --token");
    } else if (withheld.contains("token")) {
      shell.tokenFrom("its token left out");
    } else {
      shell.tokenFrom(read.of("token").map(Defaults::tokenFrom).orElse(""));
    }
  }

  private static String tokenFrom(Setting token) {
    boolean ofContext = token.origin().level() == Level.CONTEXT;
    return "token from " + (ofContext ? token.shown().getFirst() : token.origin().where());
  }
}
