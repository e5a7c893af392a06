package io.heliograph.cli.config;

import io.heliograph.cli.option.CommonOptions;
import io.heliograph.cli.settings.Settings;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Shell;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Reads the command lines of {@code config}. */
@Command(
    name = "config",
    sortOptions = false,
    optionListHeading = "%n",
    commandListHeading = "%nCommands:%n",
    header = "Tell what is configured, and where.",
    customSynopsis = "sse-cli config COMMAND [OPTIONS]",
    footer = {
      "",
      "Examples:",
      "  sse-cli config explain publish",
      "  \"$EDITOR\" \"$(sse-cli config path)\""
    })
public final class ConfigCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @SuppressWarnings("UnusedVariable") // It acts on the shell as it is read.
  @Mixin
  private final CommonOptions common;

  public ConfigCommand(Shell shell) {
    this.common = new CommonOptions(shell);
  }

  /**
   * The commands below it.
   *
   * @param program with all its commands, and what they have when nothing is configured
   */
  public static List<Object> subcommands(
      Shell shell, Settings.Places places, Supplier<CommandLine> program) {
    return List.of(new Explain(shell, places, program), new WhichPath(shell, places));
  }

  @Override
  public Integer call() {
    throw new ParameterException(
        Objects.requireNonNull(spec).commandLine(), "What with it? explain or path");
  }

  /** {@code config path}. */
  @Command(name = "path", sortOptions = false, header = "Print where the contexts are kept.")
  static final class WhichPath implements Callable<Integer> {
    private final Shell shell;
    private final Settings.Places places;

    @SuppressWarnings("UnusedVariable") // It acts on the shell as it is read.
    @Mixin
    private final CommonOptions common;

    WhichPath(Shell shell, Settings.Places places) {
      this.shell = shell;
      this.places = places;
      this.common = new CommonOptions(shell);
    }

    @Override
    public Integer call() {
      try {
        shell.out().line(places.userFile().toString());
      } catch (IOException e) {
        // Nobody reads it, so nobody needs it.
      }
      return ExitCode.OK.code();
    }
  }
}
