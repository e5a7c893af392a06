package io.heliograph.cli.completion;

import io.heliograph.cli.option.CommonOptions;
import io.heliograph.cli.option.ContextNames;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Shell;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Prints what a shell needs to complete commands, options and their values. */
@Command(
    name = "completion",
    sortOptions = false,
    descriptionHeading = "%n",
    parameterListHeading = "%n",
    header = "Print a script that lets your shell complete what you type.",
    description = {
      "For this shell:      source <(sse-cli completion bash)",
      "For every bash:      sse-cli completion bash \\",
      "                       > ~/.local/share/bash-completion/completions/sse-cli",
      "For every zsh, in .zshrc behind compinit:",
      "                     source <(sse-cli completion zsh)"
    },
    customSynopsis = "sse-cli completion bash|zsh")
public final class CompletionCommand implements Callable<Integer> {
  /** Where picocli writes a list of values that is our placeholder, and where it uses the list. */
  private static final Pattern LIST =
      Pattern.compile("  local (\\w+)=\\(\"" + ContextNames.PLACEHOLDER + "\"\\).*\n");

  /** The names are asked for when they are wanted: they change, and to ask takes a while. */
  private static final String NAMES = "$( \"${COMP_WORDS[0]}\" context list -o name 2>/dev/null )";

  private final Shell shell;
  private final Supplier<CommandLine> program;

  /** The shells that there are scripts for. */
  enum For {
    bash,
    zsh
  }

  @SuppressWarnings("UnusedVariable") // One script does for both; a third shell is told so.
  @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}.")
  private For which = For.bash;

  @SuppressWarnings("UnusedVariable") // It acts on the shell as it is read.
  @Mixin
  private final CommonOptions common;

  /**
   * Prints it.
   *
   * @param program with all its commands
   */
  public CompletionCommand(Shell shell, Supplier<CommandLine> program) {
    this.shell = shell;
    this.program = program;
    this.common = new CommonOptions(shell);
  }

  @Override
  public Integer call() {
    String script = withContexts(AutoComplete.bash("sse-cli", program.get()));
    try {
      shell.out().bytes(script.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // Nobody reads it, so nobody needs it.
    }
    return ExitCode.OK.code();
  }

  private static String withContexts(String script) {
    String asking = script;
    for (MatchResult list : LIST.matcher(script).results().toList()) {
      asking = asking.replace("\"${" + list.group(1) + "[@]}\"", NAMES);
    }
    return LIST.matcher(asking).replaceAll("");
  }
}
