package io.heliograph.cli;

import io.heliograph.cli.format.JsonLine;
import io.heliograph.cli.settings.ConfigException;
import io.heliograph.cli.settings.Defaults;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Printable;
import io.heliograph.cli.shell.Shell;
import io.heliograph.server.config.Typo;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.MaxValuesExceededException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Explains what is wrong with a command line. */
record Mistakes(Shell shell) {
  /** The option with its value, in words that each begin with a NUL. */
  private static final Pattern OUTPUT = Pattern.compile("\0(?:-o[=\0]?|--output[=\0])([^\0]*)");

  /** What is wrong with the command line; {@code hint} is empty for none. */
  private record Mistake(String message, String hint) {}

  /** Short: the full help would push the message off the screen. */
  int explain(ParameterException e, String[] typed) {
    CommandLine command = e.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    Mistake mistake = mistake(e, command.getCommandSpec());
    String help = "Try '" + name + " --help'.";
    if (wantsJson(command, List.of(typed))) {
      String hint = mistake.hint().isEmpty() ? help : mistake.hint();
      shell.notices().error(JsonLine.error(ExitCode.USAGE, 0, mistake.message(), hint));
      return ExitCode.USAGE.code();
    }
    PrintWriter err = command.getErr();
    err.println(name + ": " + Printable.message(mistake.message()));
    if (!mistake.hint().isEmpty()) {
      err.println(Printable.message(mistake.hint()));
    }
    // Where the configuration is wrong, the help of the command would not help.
    if (!(e.getCause() instanceof ConfigException)) {
      err.print("Usage: " + command.getHelp().synopsis(0));
      err.println(help);
    }
    err.flush();
    return ExitCode.USAGE.code();
  }

  private Mistake mistake(ParameterException e, CommandSpec command) {
    String said =
        (e.getMessage() + configured(e))
            .replace("is not an int", "is not a whole number up to " + Integer.MAX_VALUE)
            .replace("is not a long", "is not a whole number up to " + Long.MAX_VALUE);
    return switch (e) {
      case UnmatchedArgumentException unmatched when !unmatched.getUnmatched().isEmpty() ->
          unknown(unmatched.getUnmatched().getFirst(), command);
      // picocli would show all that was given, in brackets.
      case MaxValuesExceededException twice -> new Mistake(repeated(command).orElse(said), "");
      default -> new Mistake(said, "");
    };
  }

  /** A user who did not type the option needs to know where it comes from. */
  private String configured(ParameterException e) {
    var provider = e.getCommandLine().getCommandSpec().defaultValueProvider();
    return provider instanceof Defaults own
        ? own.where(e.getArgSpec()).map(where -> " (" + where + ")").orElse("")
        : "";
  }

  /**
   * Whether errors are JSON: as typed, or else as configured. Not from what was parsed: the option
   * after {@code -o} may be the mistake.
   */
  static boolean wantsJson(CommandLine command, List<String> words) {
    String line = "\0" + String.join("\0", words) + "\0--\0";
    Matcher typed = OUTPUT.matcher(line.substring(0, line.indexOf("\0--\0")));
    return (typed.find() ? typed.group(1) : Defaults.configured(command, "--output"))
        .matches("(?i)json|meta");
  }

  private static Mistake unknown(String word, CommandSpec command) {
    boolean option = word.startsWith("-");
    if (!option && command.subcommands().isEmpty()) {
      return new Mistake("unexpected argument '" + word + "'", "");
    }
    List<String> known =
        option
            ? command.options().stream().map(OptionSpec::longestName).toList()
            : List.copyOf(command.subcommands().keySet());
    String what = "there is no " + (option ? "option" : "command") + " '" + word + "'";
    return new Mistake(
        what, Typo.meant(word, known).map(meant -> "Did you mean '" + meant + "'?").orElse(""));
  }

  private static Optional<String> repeated(CommandSpec command) {
    return command.options().stream()
        .filter(option -> !option.isMultiValue() && option.originalStringValues().size() > 1)
        .map(
            option ->
                "option '"
                    + option.longestName()
                    + (option.arity().max() == 0 ? "'" : "' (" + option.paramLabel() + ")")
                    + " should be specified only once")
        .findFirst();
  }
}
