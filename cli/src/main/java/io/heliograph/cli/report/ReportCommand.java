package io.heliograph.cli.report;

import io.heliograph.cli.format.Failure;
import io.heliograph.cli.load.result.ReportFiles;
import io.heliograph.cli.load.result.Summary;
import io.heliograph.cli.load.result.SummaryJson;
import io.heliograph.cli.option.CliCommand;
import io.heliograph.cli.option.OutputOption;
import io.heliograph.cli.option.Share;
import io.heliograph.cli.results.ReportPage;
import io.heliograph.cli.results.SummaryText;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Printable;
import io.heliograph.cli.shell.Shell;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "report",
    header = "Show, compare and merge the reports of simulate.",
    customSynopsis = "sse-cli report COMMAND [OPTIONS] DIR...",
    footer = {
      "",
      "Examples:",
      "  sse-cli report show sim-storm-20261003T142200Z",
      "  sse-cli report compare before after --tolerance 10%%"
    })
public final class ReportCommand extends CliCommand {
  public ReportCommand(Shell shell) {
    super(shell);
  }

  public static List<Object> subcommands(Shell shell) {
    return List.of(new Show(shell), new Html(shell), new Merge(shell), new Compare(shell));
  }

  @Override
  public Integer call() {
    throw usage("missing command: show, html, merge or compare");
  }

  /** What the commands below it have in common. */
  abstract static class Sub extends CliCommand {
    Sub(Shell shell) {
      super(shell);
    }

    abstract ExitCode run() throws IOException;

    /** Whether errors are JSON. */
    boolean json() {
      return false;
    }

    /** What cannot be read or must not be compared is a mistake on the command line. */
    @Override
    public final Integer call() {
      try {
        return run().code();
      } catch (IOException | IllegalArgumentException e) {
        String[] why = (e.getMessage() + "\n").split("\n", 2);
        return Failure.tell(shell, json(), ExitCode.USAGE, 0, why[0], why[1].strip()).code();
      }
    }

    /** With their colors: what a summary holds was escaped when it was read. */
    void print(List<String> lines) {
      PrintWriter out = shell.out().asWriter();
      lines.forEach(line -> out.println(Printable.message(shell.symbols().of(line))));
    }
  }

  @Command(name = "show", header = "Print the results of a simulation.")
  static final class Show extends Sub {
    @Parameters(paramLabel = "DIR", description = "Directory of the report, or its summary.json.")
    private Path directory = Path.of("");

    @Mixin private final OutputOption output = new OutputOption();

    Show(Shell shell) {
      super(shell);
    }

    @Override
    boolean json() {
      return output.json();
    }

    @Override
    ExitCode run() throws IOException {
      Summary summary = ReportFiles.read(directory);
      print(
          json()
              ? List.of(SummaryJson.write(summary, false))
              : SummaryText.of(summary, shell.paintOut(), null));
      return ExitCode.OK;
    }
  }

  @Command(
      name = "html",
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
    ExitCode run() throws IOException {
      Summary other = with == null ? null : ReportFiles.read(with);
      ReportFiles.replace(
          file.toAbsolutePath(),
          ReportPage.of(ReportFiles.read(directory), ReportFiles.log(directory), other));
      return ExitCode.OK;
    }
  }

  @Command(name = "merge", header = "Merge the shards of one simulation into one report.")
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
    ExitCode run() throws IOException {
      var shards = new ArrayList<Summary>();
      for (Path directory : directories) {
        shards.add(ReportFiles.read(directory));
      }
      Summary merged = Merger.merge(shards);
      ReportFiles.clear(out);
      ReportPage.write(out, merged, List.of());
      print(SummaryText.of(merged, shell.paintOut(), out.resolve("report.html").toString()));
      return ExitCode.of(merged.outcome());
    }
  }

  @Command(
      name = "compare",
      header = "Compare two runs.",
      description = "Exits with 99 if a figure got worse by more than the tolerance.")
  static final class Compare extends Sub {
    @Parameters(index = "0", paramLabel = "BEFORE", description = "Report of the earlier run.")
    private Path before = Path.of("");

    @Parameters(index = "1", paramLabel = "AFTER", description = "Report of the later run.")
    private Path after = Path.of("");

    @Option(
        names = "--tolerance",
        paramLabel = "PERCENT",
        converter = Share.class,
        description = "Largest change that counts as equal (default: 10%%).")
    private double tolerance = 0.1;

    @Option(
        names = "--force",
        description = "Compare runs that differ in settings or hardware, or are INVALID.")
    private boolean force;

    Compare(Shell shell) {
      super(shell);
    }

    @Override
    ExitCode run() throws IOException {
      Summary a = ReportFiles.read(before);
      Summary b = ReportFiles.read(after);
      List<String> hindrances = Comparison.hindrances(a, b);
      if (!hindrances.isEmpty() && !force) {
        throw new IllegalArgumentException(
            "these runs cannot be compared; --force compares them anyway:\n         "
                + String.join("\n         ", hindrances));
      }
      Comparison comparison = Comparison.of(a, b, tolerance);
      print(comparison.lines(name(before), name(after), shell.paintOut()));
      return comparison.regressions() == 0 ? ExitCode.OK : ExitCode.THRESHOLDS;
    }

    private static String name(Path path) {
      Path directory = path.endsWith("summary.json") ? path.toAbsolutePath().getParent() : path;
      Path name = directory == null ? null : directory.getFileName();
      return name == null ? path.toString() : name.toString();
    }
  }
}
