package io.heliograph.cli.report;

import io.heliograph.cli.option.CommonOptions;
import io.heliograph.cli.option.OutputFormat;
import io.heliograph.cli.option.Share;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Shell;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Reads the command lines of {@code report}; {@link ReportTask} does the work. */
@Command(
    name = "report",
    sortOptions = false,
    commandListHeading = "%nCommands:%n",
    header = "Show, compare and merge the reports of simulate.",
    customSynopsis = "sse-cli report COMMAND [OPTIONS] DIR...",
    footer = {
      "",
      "Examples:",
      "  sse-cli report show sim-storm-20261003T142200Z",
      "  sse-cli report compare before after --tolerance 10%%"
    })
public final class ReportCommand implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;

  @SuppressWarnings("UnusedVariable") // It acts on the shell as it is read.
  @Mixin
  private final CommonOptions common;

  public ReportCommand(Shell shell) {
    this.common = new CommonOptions(shell);
  }

  public static List<Object> subcommands(Shell shell) {
    return List.of(new Show(shell), new Html(shell), new Merge(shell), new Compare(shell));
  }

  @Override
  public Integer call() {
    CommandSpec mine = java.util.Objects.requireNonNull(spec);
    throw new ParameterException(
        mine.commandLine(), "Missing command: show, html, merge or compare");
  }

  /** What the commands below it have in common. */
  abstract static class Sub implements Callable<Integer> {
    private final ReportTask task;

    @SuppressWarnings("UnusedVariable") // It acts on the shell as it is read.
    @Mixin
    private final CommonOptions common;

    Sub(Shell shell) {
      this.task = new ReportTask(shell);
      this.common = new CommonOptions(shell);
    }

    abstract ExitCode run(ReportTask reports);

    @Override
    public Integer call() {
      return run(task).code();
    }
  }

  @Command(
      name = "show",
      sortOptions = false,
      parameterListHeading = "%n",
      header = "Print the results of a simulation.")
  static final class Show extends Sub {
    @Parameters(paramLabel = "DIR", description = "Directory of the report, or its summary.json.")
    private Path directory = Path.of("");

    @Option(
        names = {"-o", "--output"},
        paramLabel = "FORMAT",
        description = "Output format: ${COMPLETION-CANDIDATES}. Default: text.")
    private OutputFormat output = OutputFormat.text;

    Show(Shell shell) {
      super(shell);
    }

    @Override
    ExitCode run(ReportTask reports) {
      return reports.show(directory, output);
    }
  }

  @Command(
      name = "html",
      sortOptions = false,
      parameterListHeading = "%n",
      header = "Write the HTML page again, optionally with a second run beside it.")
  static final class Html extends Sub {
    @Parameters(paramLabel = "DIR", description = "Directory of the report, or its summary.json.")
    private Path directory = Path.of("");

    @Option(
        names = "--with",
        paramLabel = "DIR",
        description = "Also show the run in this directory.")
    private @Nullable Path with;

    @Option(
        names = "--out",
        paramLabel = "FILE",
        required = true,
        description = "HTML file to write.")
    private Path file = Path.of("");

    Html(Shell shell) {
      super(shell);
    }

    @Override
    ExitCode run(ReportTask reports) {
      return reports.html(directory, with, file);
    }
  }

  @Command(
      name = "merge",
      sortOptions = false,
      parameterListHeading = "%n",
      header = "Merge the shards of one simulation into one report.")
  static final class Merge extends Sub {
    @Parameters(paramLabel = "DIR", arity = "2..*", description = "Reports of the shards.")
    private List<Path> directories = List.of();

    @Option(
        names = "--out",
        paramLabel = "DIR",
        required = true,
        description = "Directory of the merged report.")
    private Path out = Path.of("");

    Merge(Shell shell) {
      super(shell);
    }

    @Override
    ExitCode run(ReportTask reports) {
      return reports.merge(directories, out);
    }
  }

  @Command(
      name = "compare",
      sortOptions = false,
      descriptionHeading = "%n",
      parameterListHeading = "%n",
      header = "Compare two runs.",
      description =
          "A latency counts as changed if it differs by more than the tolerance and a rank test"
              + " over blocks of the measured time rules out chance. Exits with 99 if a metric got"
              + " worse.")
  static final class Compare extends Sub {
    @Parameters(index = "0", paramLabel = "BEFORE", description = "Report of the earlier run.")
    private Path before = Path.of("");

    @Parameters(index = "1", paramLabel = "AFTER", description = "Report of the later run.")
    private Path after = Path.of("");

    @Option(
        names = "--tolerance",
        paramLabel = "PERCENT",
        converter = Share.class,
        description = "Largest change that counts as equal. Default: 10%%.")
    private double tolerance = 0.1;

    @Option(
        names = "--force",
        description = "Compare runs that differ in settings or hardware, or are INVALID.")
    private boolean force;

    Compare(Shell shell) {
      super(shell);
    }

    @Override
    ExitCode run(ReportTask reports) {
      return reports.compare(before, after, tolerance, force);
    }
  }
}
