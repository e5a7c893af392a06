package io.heliograph.cli.help;

import io.heliograph.cli.option.CliCommand;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Shell;
import java.util.function.Supplier;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Prints a script that completes commands, options and their values. */
@Command(
    name = "completion",
    header = "Print a completion script for bash or zsh.",
    description = {
      "For this shell:      source <(sse-cli completion bash)",
      "For every bash:      sse-cli completion bash \\",
      "                       > ~/.local/share/bash-completion/completions/sse-cli",
      "For every zsh, in .zshrc after compinit:",
      "                     source <(sse-cli completion zsh)"
    },
    customSynopsis = "sse-cli completion bash|zsh")
public final class CompletionCommand extends CliCommand {
  private final Supplier<CommandLine> program;

  enum For {
    bash,
    zsh
  }

  @SuppressWarnings(
      "UnusedVariable") // Both shells use the same script; picocli rejects any other shell.
  @Parameters(paramLabel = "SHELL", description = "The shell: ${COMPLETION-CANDIDATES}.")
  private For which = For.bash;

  /** Takes the program with all its commands. */
  public CompletionCommand(Shell shell, Supplier<CommandLine> program) {
    super(shell);
    this.program = program;
  }

  @Override
  public Integer call() {
    print(AutoComplete.bash("sse-cli", program.get()));
    return ExitCode.OK.code();
  }
}
