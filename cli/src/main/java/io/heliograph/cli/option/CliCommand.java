package io.heliograph.cli.option;

import io.heliograph.cli.shell.Printable;
import io.heliograph.cli.shell.Shell;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What every command has: the shell around it, the options that all share, its usage errors. */
public abstract class CliCommand implements Callable<Integer> {
  protected final Shell shell;

  @Spec private @Nullable CommandSpec spec;

  @SuppressWarnings("UnusedVariable") // It acts on the shell as it is read.
  @Mixin
  private final CommonOptions common;

  protected CliCommand(Shell shell) {
    this.shell = shell;
    this.common = new CommonOptions(shell);
  }

  /** Lets a command line read durations, rates and URLs as they are written here. */
  public static void convert(CommandLine line) {
    line.registerConverter(Duration.class, new DurationConverter());
    line.registerConverter(Rate.class, new Rate.Converter());
    line.registerConverter(URI.class, new ServerOption.HttpUri());
  }

  /** The command line that was read. */
  protected final CommandLine commandLine() {
    return Objects.requireNonNull(spec).commandLine();
  }

  /** A mistake in the command line. */
  protected final ParameterException usage(String message) {
    return new ParameterException(commandLine(), message);
  }

  /**
   * Writes a line to stdout; control characters are escaped on a terminal. If the reader of stdout
   * has left, it does nothing.
   */
  protected final void print(String line) {
    try {
      shell.out().line(shell.terminals().out() ? Printable.lines(line) : line);
    } catch (IOException e) {
      // As said above.
    }
  }
}
