package io.heliograph.cli.help;

import io.heliograph.cli.option.CliCommand;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Shell;
import io.heliograph.server.config.Typo;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** Prints the exit codes, or what {@code --help} prints. */
@Command(
    name = "help",
    header = "Explain a command, or list the exit codes.",
    customSynopsis = {
      "sse-cli help [COMMAND...]",
      "       sse-cli help exit-codes",
    })
public final class HelpCommand extends CliCommand {
  private static final String EXIT_CODES = "exit-codes";

  private final Supplier<CommandLine> program;

  /** So that a shell completes it. */
  static final class Topics extends ArrayList<String> {
    private static final long serialVersionUID = 1;

    Topics() {
      super(List.of(EXIT_CODES));
    }
  }

  @Parameters(
      paramLabel = "COMMAND",
      arity = "0..*",
      completionCandidates = Topics.class,
      description = "The command to explain (default: the program), or exit-codes.")
  private List<String> words = List.of();

  /** Takes the program with all its commands. */
  public HelpCommand(Shell shell, Supplier<CommandLine> program) {
    super(shell);
    this.program = program;
  }

  @Override
  public Integer call() {
    if (words.equals(List.of(EXIT_CODES))) {
      printExitCodes();
      return ExitCode.OK.code();
    }
    CommandLine asked = program.get();
    for (String word : words) {
      CommandLine next = asked.getSubcommands().get(word);
      if (next == null) {
        throw unknown(word, asked.getSubcommands().keySet());
      }
      asked = next;
    }
    PrintWriter out = commandLine().getOut();
    asked.usage(out, commandLine().getColorScheme());
    out.flush();
    return ExitCode.OK.code();
  }

  private ParameterException unknown(String word, Set<String> commands) {
    return usage(
        "there is no command '"
            + word
            + "'"
            + Typo.meant(word, commands)
                .map(meant -> "; did you mean '" + meant + "'?")
                .orElse(""));
  }

  private void printExitCodes() {
    print("Exit codes of all commands:\n");
    for (ExitCode exit : ExitCode.values()) {
      print("  %-4s %s".formatted(exit.code(), exit.meaning()));
    }
    print(
        """

        A script can tell a result from a failure:
          sse-cli subscribe alice --count 1 --for 30s
          case $? in
            0) echo 'the event arrived' ;;
            124) echo 'no event arrived' ;;
            *) echo 'error' ;;
          esac\
        """);
  }
}
