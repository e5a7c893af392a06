package io.heliograph.cli.context;

import io.heliograph.cli.option.CommonOptions;
import io.heliograph.cli.settings.ConfigException;
import io.heliograph.cli.settings.Settings;
import io.heliograph.cli.settings.UserConfig;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Shell;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What the commands below {@code context} have in common. */
abstract class ContextWork implements Callable<Integer> {
  private static final String MEND = " context edit";

  final Shell shell;
  final Settings.Places places;

  @Spec private @Nullable CommandSpec spec;

  @SuppressWarnings("UnusedVariable") // It acts on the shell as it is read.
  @Mixin
  private final CommonOptions common;

  ContextWork(Shell shell, Settings.Places places) {
    this.shell = shell;
    this.places = places;
    this.common = new CommonOptions(shell);
  }

  @Override
  public final Integer call() {
    if (shell.context() != null) {
      throw usage("--context is for commands that use one; here its name is an argument");
    }
    try {
      UserConfig config = read();
      config.tooOpen().ifPresent(shell.notices()::say);
      return work(config).code();
    } catch (ConfigException e) {
      throw new ParameterException(command(), String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      return ExitCode.OK.code(); // Nobody reads the answer.
    }
  }

  /** What there is, as far as it can be read. */
  UserConfig read() throws ConfigException {
    try {
      return UserConfig.readMendable(places.userFile(), places.keys());
    } catch (ConfigException e) {
      throw new ConfigException(e.getMessage() + "; to mend it:  " + Shell.program() + MEND);
    }
  }

  /**
   * Does it.
   *
   * @throws IOException if nobody reads what is written to stdout
   */
  abstract ExitCode work(UserConfig config) throws ConfigException, IOException;

  final CommandLine command() {
    return Objects.requireNonNull(spec).commandLine();
  }

  final ParameterException usage(String message) {
    return new ParameterException(command(), message);
  }
}
