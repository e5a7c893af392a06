package io.heliograph.cli.config;

import io.heliograph.cli.format.JsonLine;
import io.heliograph.cli.option.CommonOptions;
import io.heliograph.cli.option.OutputFormat;
import io.heliograph.cli.settings.ConfigException;
import io.heliograph.cli.settings.Context;
import io.heliograph.cli.settings.Origin;
import io.heliograph.cli.settings.Setting;
import io.heliograph.cli.settings.Settings;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Shell;
import io.heliograph.server.config.Typo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code config explain}. */
@Command(
    name = "explain",
    sortOptions = false,
    descriptionHeading = "%n",
    parameterListHeading = "%n",
    header = "Print which values options have when they are not given, and where from.",
    description =
        "The first of these wins: the command line, SSE_CLI_* variables, .sse-cli.yaml in the"
            + " working directory, the context, what is built in.")
final class Explain implements Callable<Integer> {
  private final Shell shell;
  private final Settings.Places places;
  private final Supplier<CommandLine> program;

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      paramLabel = "COMMAND",
      arity = "0..1",
      description = "For the options of this command; else of subscribe.")
  private String command = "subscribe";

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "How: ${COMPLETION-CANDIDATES} (one object a line). Default: text.")
  private OutputFormat output = OutputFormat.text;

  @SuppressWarnings("UnusedVariable") // It acts on the shell as it is read.
  @Mixin
  private final CommonOptions common;

  Explain(Shell shell, Settings.Places places, Supplier<CommandLine> program) {
    this.shell = shell;
    this.places = places;
    this.program = program;
    this.common = new CommonOptions(shell);
  }

  /** One line of the answer. */
  private record Row(String key, List<String> values, String level, String where) {}

  @Override
  public Integer call() {
    try {
      Settings settings = Settings.read(places, shell.context());
      if (settings.warning() != null) {
        shell.notices().say(settings.warning());
      }
      write(rows(settings));
      return ExitCode.OK.code();
    } catch (ConfigException e) {
      throw new ParameterException(mine(), String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      return ExitCode.OK.code(); // Nobody reads the answer.
    }
  }

  private List<Row> rows(Settings settings) {
    var rows = new ArrayList<Row>();
    Context context = settings.context();
    rows.add(
        context == null
            ? new Row("context", List.of(), "built-in", "none is in use")
            : new Row("context", List.of(context.name()), "context", places.userFile().toString()));
    for (OptionSpec option : asked().getCommandSpec().options()) {
      places
          .keys()
          .of(option)
          .ifPresent(
              key ->
                  rows.add(
                      settings
                          .of(key)
                          .map(setting -> configured(setting, settings))
                          .orElseGet(() -> new Row(key, builtIn(option), "built-in", ""))));
    }
    return rows;
  }

  private Row configured(Setting setting, Settings settings) {
    Origin origin = setting.origin();
    String where = origin.where();
    Context context = settings.context();
    if (origin.level() == Origin.Level.CONTEXT && context != null) {
      boolean leftOut =
          Context.isBound(setting.key())
              && !settings.of("server").map(server -> context.isFor(server.text())).orElse(true);
      where = "context \"" + context.name() + "\": " + where;
      if (leftOut) {
        where += "; left out, for the server is not that of the context";
      }
    }
    if (origin.level() == Origin.Level.ENVIRONMENT
        && Context.isBound(setting.key())
        && settings.stranger().isPresent()) {
      where += "; left out, for only the directory's file names the server";
    }
    return new Row(
        setting.key(),
        setting.shown(),
        origin.level().name().toLowerCase(java.util.Locale.ROOT),
        where);
  }

  private static List<String> builtIn(OptionSpec option) {
    String written = option.defaultValue();
    Object initial = written == null ? option.initialValue() : written;
    return switch (initial) {
      case null -> List.of();
      case Collection<?> many -> many.stream().map(Object::toString).toList();
      default -> List.of(initial.toString());
    };
  }

  private CommandLine asked() {
    Map<String, CommandLine> commands = program.get().getSubcommands();
    return Optional.ofNullable(commands.get(command))
        .orElseThrow(
            () ->
                new ParameterException(
                    mine(),
                    "there is no command '"
                        + command
                        + "'"
                        + Typo.meant(command, commands.keySet())
                            .map(meant -> "; did you mean '" + meant + "'?")
                            .orElse("")));
  }

  private CommandLine mine() {
    return Objects.requireNonNull(spec).commandLine();
  }

  private void write(List<Row> rows) throws IOException {
    if (output == OutputFormat.json) {
      for (Row row : rows) {
        shell
            .out()
            .line(
                JsonLine.start()
                    .put("key", row.key)
                    .put("values", row.values)
                    .put("level", row.level)
                    .put("where", row.where.isEmpty() ? null : row.where)
                    .end());
      }
      return;
    }
    int keys = width(rows.stream().map(Row::key));
    int values = width(rows.stream().flatMap(row -> row.values.stream()));
    String form = "%-" + keys + "s  %-" + values + "s  %s";
    for (Row row : rows) {
      String where = row.where.isEmpty() ? row.level : row.where;
      shell
          .out()
          .line(form.formatted(row.key, row.values.isEmpty() ? "-" : row.values.getFirst(), where));
      for (String more : row.values.stream().skip(1).toList()) {
        shell.out().line(form.formatted("", more, "").stripTrailing());
      }
    }
  }

  private static int width(Stream<String> texts) {
    return Math.min(40, texts.mapToInt(String::length).max().orElse(0) + 1);
  }
}
