package io.heliograph.cli.context;

import io.heliograph.cli.format.JsonLine;
import io.heliograph.cli.option.CommonOptions;
import io.heliograph.cli.option.ContextNames;
import io.heliograph.cli.option.OutputFormat;
import io.heliograph.cli.settings.ConfigException;
import io.heliograph.cli.settings.Context;
import io.heliograph.cli.settings.Setting;
import io.heliograph.cli.settings.Settings;
import io.heliograph.cli.settings.UserConfig;
import io.heliograph.cli.settings.UserConfigEditor;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Shell;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Reads the command lines of {@code context}. */
@Command(
    name = "context",
    sortOptions = false,
    descriptionHeading = "%n",
    optionListHeading = "%n",
    commandListHeading = "%nCommands:%n",
    header = "Keep servers and their credentials under names.",
    description = {
      "A context says which server to talk to, with which token, and what else you would type"
          + " each time. The command line wins over it, and so do SSE_CLI_* variables and"
          + " .sse-cli.yaml. Its token and headers go to its own server only."
    },
    customSynopsis = "sse-cli context COMMAND [OPTIONS]",
    footer = {
      "",
      "Examples:",
      "  sse-cli context add prod --server https://push.example.com --token @prod.token",
      "  sse-cli context use prod",
      "  sse-cli subscribe alice --context dev"
    })
public final class ContextCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @SuppressWarnings("UnusedVariable") // It acts on the shell as it is read.
  @Mixin
  private final CommonOptions common;

  public ContextCommand(Shell shell) {
    this.common = new CommonOptions(shell);
  }

  /** The commands below it. */
  public static List<Object> subcommands(Shell shell, Settings.Places places) {
    return List.of(
        new AddContext(shell, places),
        new Use(shell, places),
        new Show(shell, places),
        new ListAll(shell, places),
        new EditContexts(shell, places),
        new Remove(shell, places),
        new ValidateContexts(shell, places));
  }

  @Override
  public Integer call() {
    throw new ParameterException(
        Objects.requireNonNull(spec).commandLine(),
        "What with it? add, use, show, list, edit, rm or validate");
  }

  /** {@code context use}. */
  @Command(
      name = "use",
      sortOptions = false,
      parameterListHeading = "%n",
      header = "Use this context where none is named.")
  static final class Use extends ContextWork {
    @Parameters(
        paramLabel = "NAME",
        completionCandidates = ContextNames.class,
        description = "Which; '-' is the one before.")
    private String name = "";

    Use(Shell shell, Settings.Places places) {
      super(shell, places);
    }

    @Override
    ExitCode work(UserConfig config) throws ConfigException, IOException {
      String wanted = name;
      if (name.equals("-")) {
        if (config.previous() == null) {
          throw new ConfigException("no context was used before");
        }
        wanted = config.previous();
      }
      Context context = config.context(wanted);
      if (!wanted.equals(config.current())) {
        UserConfigEditor editor = UserConfigEditor.of(config);
        editor.use(wanted, config.current());
        editor.save();
      }
      shell.out().line("context \"" + wanted + "\": " + context.shownServer());
      return ExitCode.OK;
    }
  }

  /** {@code context list}. */
  @Command(
      name = "list",
      aliases = "ls",
      sortOptions = false,
      optionListHeading = "%n",
      header = "List the contexts; '*' marks the one in use.")
  static final class ListAll extends ContextWork {
    @Option(
        names = {"-o", "--output"},
        paramLabel = "FORMAT",
        description =
            "How: ${COMPLETION-CANDIDATES} (one object a line; name: nothing else). Default: text.")
    private ListFormat output = ListFormat.text;

    /** How contexts are listed. */
    enum ListFormat {
      text,
      json,
      name
    }

    ListAll(Shell shell, Settings.Places places) {
      super(shell, places);
    }

    @Override
    ExitCode work(UserConfig config) throws IOException {
      int width = config.contexts().keySet().stream().mapToInt(String::length).max().orElse(0);
      for (Context context : config.contexts().values()) {
        boolean current = context.name().equals(config.current());
        shell
            .out()
            .line(
                switch (output) {
                  case json -> json(context, current, places);
                  case name -> context.name();
                  case text ->
                      "%s %s  %s"
                          .formatted(
                              current ? "*" : " ",
                              padded(context.name(), width),
                              context.shownServer());
                });
      }
      config.broken().values().forEach(shell.notices()::say);
      if (config.contexts().isEmpty() && config.broken().isEmpty() && output == ListFormat.text) {
        shell.notices().say("no contexts yet:  sse-cli context add NAME --server URL");
      }
      return ExitCode.OK;
    }
  }

  /** {@code context show}. */
  @Command(
      name = "show",
      sortOptions = false,
      parameterListHeading = "%n",
      header = "Show what a context says; secrets are left out.")
  static final class Show extends ContextWork {
    @Parameters(
        paramLabel = "NAME",
        completionCandidates = ContextNames.class,
        arity = "0..1",
        description = "Which; else the one in use.")
    private @Nullable String name;

    @Option(
        names = {"-o", "--output"},
        paramLabel = "FORMAT",
        description = "How: ${COMPLETION-CANDIDATES}. Default: text.")
    private OutputFormat output = OutputFormat.text;

    Show(Shell shell, Settings.Places places) {
      super(shell, places);
    }

    @Override
    ExitCode work(UserConfig config) throws ConfigException, IOException {
      String wanted = name == null ? config.current() : name;
      if (wanted == null) {
        throw usage("Which? No context is in use");
      }
      Context context = config.context(wanted);
      boolean current = wanted.equals(config.current());
      if (output == OutputFormat.json) {
        shell.out().line(json(context, current, places));
        return ExitCode.OK;
      }
      shell.out().line(wanted + (current ? " (in use)" : ""));
      int width = context.settings().keySet().stream().mapToInt(String::length).max().orElse(0);
      for (Setting setting : context.settings().values()) {
        String key = setting.key();
        for (String value : setting.shown()) {
          shell.out().line("  " + padded(key, width) + "  " + value);
          key = "";
        }
      }
      return ExitCode.OK;
    }
  }

  /** {@code context rm}. */
  @Command(
      name = "rm",
      sortOptions = false,
      parameterListHeading = "%n",
      header = "Forget a context.")
  static final class Remove extends ContextWork {
    @Parameters(
        paramLabel = "NAME",
        completionCandidates = ContextNames.class,
        description = "Which.")
    private String name = "";

    Remove(Shell shell, Settings.Places places) {
      super(shell, places);
    }

    @Override
    ExitCode work(UserConfig config) throws ConfigException, IOException {
      // One that cannot be read is mended so, too.
      String had =
          config.broken().containsKey(name) ? "unreadable" : config.context(name).shownServer();
      UserConfigEditor editor = UserConfigEditor.of(config);
      editor.remove(name);
      boolean current = name.equals(config.current());
      editor.use(
          current ? null : config.current(),
          name.equals(config.previous()) ? null : config.previous());
      editor.save();
      shell
          .out()
          .line("forgot \"%s\": %s%s".formatted(name, had, current ? "; now none is in use" : ""));
      return ExitCode.OK;
    }
  }

  private static String padded(String text, int width) {
    return text + " ".repeat(Math.max(0, width - text.length()));
  }

  private static String json(Context context, boolean current, Settings.Places places) {
    JsonLine line = JsonLine.start().put("name", context.name()).put("current", current);
    for (Setting setting : context.settings().values()) {
      if (places.keys().isRepeatable(setting.key())) {
        line.put(setting.key(), setting.shown());
      } else {
        line.put(setting.key(), setting.shown().getFirst());
      }
    }
    return line.end();
  }
}
