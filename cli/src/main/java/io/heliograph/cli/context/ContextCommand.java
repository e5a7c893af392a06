package io.heliograph.cli.context;

import io.heliograph.cli.format.JsonLine;
import io.heliograph.cli.option.CliCommand;
import io.heliograph.cli.option.OutputOption;
import io.heliograph.cli.settings.ConfigException;
import io.heliograph.cli.settings.Context;
import io.heliograph.cli.settings.Keys;
import io.heliograph.cli.settings.Setting;
import io.heliograph.cli.settings.UserConfig;
import io.heliograph.cli.shell.Shell;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
    name = "context",
    optionListHeading = "%n",
    header = "Store servers and their credentials under names.",
    description =
        "A context stores a server, where its token is, and other options. The command line"
            + " and SSE_CLI_* variables override it. Its token, headers and certificate are sent to"
            + " its own server only. To see what is in effect: sse-cli config show.",
    customSynopsis = "sse-cli context COMMAND [OPTIONS]",
    footer = {
      "",
      "Examples:",
      "  sse-cli context add prod --server https://push.example.com --token @prod.token",
      "  sse-cli context use prod",
      "  sse-cli subscribe alice --context dev"
    })
public final class ContextCommand extends CliCommand {
  public ContextCommand(Shell shell) {
    super(shell);
  }

  public static List<Object> subcommands(Shell shell) {
    return List.of(new AddContext(shell), new Use(shell), new ListAll(shell), new Remove(shell));
  }

  @Override
  public Integer call() {
    throw usage("missing command: add, use, list or rm");
  }

  @Command(name = "use", header = "Use this context by default.")
  static final class Use extends ContextWork {
    @Parameters(paramLabel = "NAME", description = "The context.")
    private String name = "";

    Use(Shell shell) {
      super(shell);
    }

    @Override
    void work(UserConfig config) throws ConfigException {
      Context context = config.context(name);
      config.use(name).save();
      print("context \"" + name + "\": " + context.shownServer());
    }
  }

  @Command(
      name = "list",
      aliases = "ls",
      optionListHeading = "%n",
      header = "List the contexts; '*' marks the one in use.")
  static final class ListAll extends ContextWork {
    @Mixin private final OutputOption output = new OutputOption();

    ListAll(Shell shell) {
      super(shell);
    }

    @Override
    void work(UserConfig config) {
      int width = config.contexts().keySet().stream().mapToInt(String::length).max().orElse(1);
      for (Context context : config.contexts().values()) {
        boolean current = context.name().equals(config.current());
        String mark = current ? "*" : " ";
        print(
            output.json()
                ? json(context, current)
                : ("%s %-" + width + "s  %s")
                    .formatted(mark, context.name(), context.shownServer()));
      }
      if (config.contexts().isEmpty() && !output.json()) {
        shell.notices().say("no contexts; to add one:  sse-cli context add NAME --server URL");
      }
    }

    private static String json(Context context, boolean current) {
      JsonLine line = JsonLine.start().put("name", context.name()).put("current", current);
      for (Setting setting : context.settings().values()) {
        boolean list = Keys.isRepeatable(setting.key());
        line.put(setting.key(), list ? setting.shown() : setting.shown().getFirst());
      }
      return line.end();
    }
  }

  @Command(name = "rm", header = "Remove a context.")
  static final class Remove extends ContextWork {
    @Parameters(paramLabel = "NAME", description = "The context.")
    private String name = "";

    Remove(Shell shell) {
      super(shell);
    }

    @Override
    void work(UserConfig config) throws ConfigException {
      String server = config.context(name).shownServer();
      boolean current = name.equals(config.current());
      config.without(name).save();
      print(
          "removed \"%s\": %s%s"
              .formatted(name, server, current ? "; no context is in use now" : ""));
    }
  }
}
