package io.heliograph.cli.report;

import io.heliograph.cli.load.result.ReportFiles;
import io.heliograph.cli.load.result.Summary;
import io.heliograph.cli.load.result.SummaryJson;
import io.heliograph.cli.option.OutputFormat;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Shell;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads reports and says what is in them. */
final class ReportTask {
  private final Shell shell;

  ReportTask(Shell shell) {
    this.shell = shell;
  }

  ExitCode show(Path directory, OutputFormat output) {
    return told(
        () -> {
          Summary summary = ReportFiles.read(directory);
          if (output == OutputFormat.json) {
            print(List.of(SummaryJson.write(summary, false)));
          } else {
            print(SummaryText.of(summary, shell.paintOut(), null));
          }
          return ExitCode.OK;
        });
  }

  ExitCode html(Path directory, @Nullable Path with, Path file) {
    return told(
        () -> {
          Summary other = with == null ? null : ReportFiles.read(with);
          ReportFiles.replace(
              file.toAbsolutePath(),
              ReportPage.of(ReportFiles.read(directory), ReportFiles.log(directory), other));
          return ExitCode.OK;
        });
  }

  ExitCode merge(List<Path> directories, Path out) {
    return told(
        () -> {
          var shards = new ArrayList<Summary>();
          for (Path directory : directories) {
            shards.add(ReportFiles.read(directory));
          }
          Summary merged = Merger.merge(shards);
          ReportFiles.clear(out);
          ReportPage.write(out, merged, List.of());
          print(SummaryText.of(merged, shell.paintOut(), out.resolve("report.html").toString()));
          return ExitCode.of(merged.outcome());
        });
  }

  ExitCode compare(Path before, Path after, double tolerance, boolean force) {
    return told(
        () -> {
          Comparison comparison = compared(before, after, tolerance, force);
          print(comparison.lines(name(before), name(after), shell.paintOut()));
          return comparison.regressions() == 0 ? ExitCode.OK : ExitCode.THRESHOLDS;
        });
  }

  private static Comparison compared(Path before, Path after, double tolerance, boolean force)
      throws IOException {
    Comparison.Run a = Comparison.Run.read(before);
    Comparison.Run b = Comparison.Run.read(after);
    List<String> hindrances = Comparison.hindrances(a.summary(), b.summary());
    if (!hindrances.isEmpty() && !force) {
      throw new IllegalArgumentException(
          "these runs cannot be compared; --force compares them anyway:\n         "
              + String.join("\n         ", hindrances));
    }
    return Comparison.of(a, b, tolerance);
  }

  private static String name(Path path) {
    Path directory = path.endsWith("summary.json") ? path.toAbsolutePath().getParent() : path;
    Path name = directory == null ? null : directory.getFileName();
    return name == null ? path.toString() : name.toString();
  }

  private void print(List<String> lines) {
    try {
      for (String line : lines) {
        shell.out().line(shell.symbols().of(line));
      }
    } catch (IOException e) {
      // Its reader left, and did not want the rest.
    }
  }

  private interface Work {
    ExitCode run() throws IOException;
  }

  /** What cannot be read or must not be compared is a mistake on the command line. */
  private ExitCode told(Work work) {
    try {
      return work.run();
    } catch (IOException | IllegalArgumentException e) {
      shell.notices().error("sse-cli report: " + e.getMessage());
      return ExitCode.USAGE;
    }
  }
}
