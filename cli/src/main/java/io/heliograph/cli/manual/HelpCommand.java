package io.heliograph.cli.manual;

import io.heliograph.cli.option.CommonOptions;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Shell;
import io.heliograph.server.config.Typo;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints a topic, or what {@code --help} prints. */
@Command(
    name = "help",
    sortOptions = false,
    descriptionHeading = "%n",
    parameterListHeading = "%n",
    header = "Explain a command or a topic.",
    description = {
      "Topics:",
      "  exit-codes   how every command ends",
      "  filters      --type, --grep, --where, --until",
      "  environment  variables, files, and which wins",
      "  output       formats, streams, colour"
    },
    customSynopsis = "sse-cli help [TOPIC | COMMAND...]")
public final class HelpCommand implements Callable<Integer> {
  private static final List<String> TOPICS =
      List.of("exit-codes", "filters", "environment", "output");

  private final Shell shell;
  private final Supplier<CommandLine> program;

  @Spec private @Nullable CommandSpec spec;

  /** So that a shell completes them. */
  static final class Topics extends ArrayList<String> {
    private static final long serialVersionUID = 1;

    Topics() {
      super(TOPICS);
    }
  }

  @Parameters(
      paramLabel = "WORD",
      arity = "0..*",
      completionCandidates = Topics.class,
      description = "What to explain; else the program.")
  private List<String> words = List.of();

  @SuppressWarnings("UnusedVariable") // It acts on the shell as it is read.
  @Mixin
  private final CommonOptions common;

  /**
   * Prints it.
   *
   * @param program with all its commands
   */
  public HelpCommand(Shell shell, Supplier<CommandLine> program) {
    this.shell = shell;
    this.program = program;
    this.common = new CommonOptions(shell);
  }

  @Override
  public Integer call() {
    try {
      if (words.size() == 1 && TOPICS.contains(words.getFirst())) {
        String topic = words.getFirst();
        shell.out().line(topic.equals("exit-codes") ? exitCodes() : Texts.of(topic));
        return ExitCode.OK.code();
      }
    } catch (IOException e) {
      return ExitCode.OK.code(); // Nobody reads it.
    }
    CommandLine asked = program.get();
    asked.setColorScheme(mine().getColorScheme());
    for (String word : words) {
      Map<String, CommandLine> below = asked.getSubcommands();
      CommandLine next = below.get(word);
      if (next == null) {
        throw unknown(word, below.keySet());
      }
      asked = next;
    }
    PrintWriter out = mine().getOut();
    asked.usage(out, mine().getColorScheme());
    out.flush();
    return ExitCode.OK.code();
  }

  private ParameterException unknown(String word, java.util.Set<String> commands) {
    var known = new ArrayList<>(TOPICS);
    known.addAll(commands);
    return new ParameterException(
        mine(),
        "there is no topic and no command '"
            + word
            + "'"
            + Typo.meant(word, known).map(meant -> "; did you mean '" + meant + "'?").orElse(""));
  }

  private static String exitCodes() {
    var text = new StringBuilder("How every command of sse-cli ends.\n");
    ExitCode.table()
        .forEach((code, meaning) -> text.append("\n  %-4s %s".formatted(code, wrapped(meaning))));
    text.append(
        """


        A script that follows a stream can tell "over" from "broken":

          sse-cli subscribe alice --count 1 --timeout 30s
          case $? in
            0) echo 'it came' ;;
            124) echo 'it did not come' ;;
            *) echo 'that is an error' ;;
          esac\
        """);
    return text.toString();
  }

  /** Further lines stand below the first. */
  private static String wrapped(String meaning) {
    var lines = new StringBuilder();
    int column = 0;
    for (String word : meaning.split(" ", -1)) {
      if (column + word.length() > 70) {
        lines.append("\n       ");
        column = 0;
      }
      lines.append(column == 0 ? "" : " ").append(word);
      column += word.length() + 1;
    }
    return lines.toString();
  }

  private CommandLine mine() {
    return Objects.requireNonNull(spec).commandLine();
  }
}
