package io.heliograph.cli.context;

import io.heliograph.cli.option.CliCommand;
import io.heliograph.cli.settings.ConfigException;
import io.heliograph.cli.settings.UserConfig;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Shell;
import picocli.CommandLine.ParameterException;

/** What the commands below {@code context} have in common. */
abstract class ContextWork extends CliCommand {
  ContextWork(Shell shell) {
    super(shell);
  }

  @Override
  public final Integer call() {
    if (shell.context() != null) {
      throw usage("--context cannot be used here: the context's name is an argument");
    }
    try {
      work(UserConfig.read(shell::variable));
    } catch (ConfigException e) {
      throw new ParameterException(commandLine(), String.valueOf(e.getMessage()), e);
    }
    return ExitCode.OK.code();
  }

  abstract void work(UserConfig config) throws ConfigException;
}
