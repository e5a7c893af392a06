package io.heliograph.cli.manual;

import io.heliograph.cli.option.CommonOptions;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Paint;
import io.heliograph.cli.shell.Shell;
import io.heliograph.server.config.Typo;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * A cheat sheet. Its lines are those of examples.txt: under {@code # COMMAND}, a remark, and
 * indented the command line, which a test runs.
 */
@Command(
    name = "examples",
    sortOptions = false,
    parameterListHeading = "%n",
    header = "Print command lines to start from.")
public final class ExamplesCommand implements Callable<Integer> {
  private final Shell shell;

  @Spec private @Nullable CommandSpec spec;

  @Parameters(paramLabel = "COMMAND", arity = "0..1", description = "Of which; else of all.")
  private @Nullable String command;

  @SuppressWarnings("UnusedVariable") // It acts on the shell as it is read.
  @Mixin
  private final CommonOptions common;

  public ExamplesCommand(Shell shell) {
    this.shell = shell;
    this.common = new CommonOptions(shell);
  }

  @Override
  public Integer call() {
    Map<String, List<String>> all = read();
    if (command != null && !all.containsKey(command)) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(),
          "there are no examples of '"
              + command
              + "'"
              + Typo.meant(command, all.keySet())
                  .map(meant -> "; did you mean '" + meant + "'?")
                  .orElse("; there are some of " + String.join(", ", all.keySet())));
    }
    try {
      Paint paint = shell.paintOut();
      boolean first = true;
      for (Map.Entry<String, List<String>> section : all.entrySet()) {
        if (command == null || command.equals(section.getKey())) {
          shell.out().line((first ? "" : "\n") + paint.bold(section.getKey()));
          first = false;
          for (String line : section.getValue()) {
            shell.out().line("  " + (line.startsWith(" ") ? paint.cyan(line) : line));
          }
        }
      }
    } catch (IOException e) {
      // Nobody reads on.
    }
    return ExitCode.OK.code();
  }

  private static Map<String, List<String>> read() {
    var sections = new LinkedHashMap<String, List<String>>();
    List<String> section = new ArrayList<>();
    for (String line : Texts.of("examples").lines().toList()) {
      if (line.startsWith("# ")) {
        section = new ArrayList<>();
        sections.put(line.substring(2), section);
      } else if (!line.isEmpty()) {
        section.add(line);
      }
    }
    return sections;
  }
}
