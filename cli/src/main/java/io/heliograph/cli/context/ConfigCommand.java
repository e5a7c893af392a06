package io.heliograph.cli.context;

import io.heliograph.cli.format.JsonLine;
import io.heliograph.cli.option.CliCommand;
import io.heliograph.cli.option.OutputOption;
import io.heliograph.cli.settings.ConfigException;
import io.heliograph.cli.settings.Context;
import io.heliograph.cli.settings.Keys;
import io.heliograph.cli.settings.Setting;
import io.heliograph.cli.settings.Settings;
import io.heliograph.cli.settings.UserConfig;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Shell;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;

@Command(
    name = "config",
    optionListHeading = "%n",
    header = "Show the configuration in effect and where it comes from.",
    customSynopsis = "sse-cli config COMMAND [OPTIONS]",
    footer = {"", "Examples:", "  sse-cli config show", "  sse-cli config show --context prod"})
public final class ConfigCommand extends CliCommand {
  public ConfigCommand(Shell shell) {
    super(shell);
  }

  public static List<Object> subcommands(Shell shell) {
    return List.of(new Show(shell));
  }

  @Override
  public Integer call() {
    throw usage("missing command: show");
  }

  @Command(
      name = "show",
      header = "Print the configured values and where each comes from.",
      description =
          "The first of these wins: the command line, SSE_CLI_* variables, the context."
              + " Secrets are masked.")
  static final class Show extends CliCommand {
    @Mixin private final OutputOption output = new OutputOption();

    Show(Shell shell) {
      super(shell);
    }

    @Override
    public Integer call() {
      try {
        Settings settings = Settings.read(shell::variable, shell.context());
        Context context = settings.context();
        show(
            "context",
            context == null ? List.of() : List.of(context.name()),
            context == null ? "none" : "context",
            UserConfig.path(shell::variable).toString());
        for (String key : Keys.ALL) {
          Setting setting = settings.of(key).orElse(null);
          if (setting != null) {
            show(
                key,
                setting.shown(),
                setting.level().name().toLowerCase(Locale.ROOT),
                setting.where());
          }
        }
      } catch (ConfigException e) {
        throw new ParameterException(commandLine(), String.valueOf(e.getMessage()), e);
      }
      return ExitCode.OK.code();
    }

    private void show(String key, List<String> values, String level, String where) {
      if (output.json()) {
        print(
            JsonLine.start()
                .put("key", key)
                .put("values", values)
                .put("level", level)
                .put("where", where)
                .end());
        return;
      }
      String left = key;
      for (String value : values.isEmpty() ? List.of("-") : values) {
        print("%-9s  %s  (%s)".formatted(left, value, where));
        left = "";
      }
    }
  }
}
