package io.heliograph.cli.report;

import io.heliograph.cli.load.meter.Verdict;
import io.heliograph.cli.load.result.ReportFiles;
import io.heliograph.cli.load.result.Summary;
import io.heliograph.cli.load.result.SummaryJson;
import io.heliograph.cli.load.result.Threshold;
import io.heliograph.cli.option.OutputFormat;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Shell;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
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
          // Not the directories below it: they may be the shards.
          ReportFiles.clearFiles(out);
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

  ExitCode gate(
      Path directory,
      @Nullable Path baseline,
      double tolerance,
      List<String> more,
      @Nullable Path markdown,
      @Nullable Path junit,
      boolean force) {
    return told(
        () -> {
          Summary summary = ReportFiles.read(directory);
          List<String> expressions =
              Stream.concat(
                      summary.thresholds().stream().map(Threshold.Result::expression),
                      more.stream())
                  .distinct()
                  .toList();
          Summary judged = summary.judgedBy(expressions.stream().map(Threshold::parse).toList());
          Comparison comparison =
              baseline == null ? null : compared(baseline, directory, tolerance, force);
          if (judged.aborted()) {
            print(List.of(shell.paintOut().red("✗ the run is incomplete: " + judged.endedHow())));
          }
          for (Threshold.Result result : judged.thresholds()) {
            String line = result.expression() + "   (" + result.shown() + ")";
            print(
                List.of(
                    result.kept()
                        ? shell.paintOut().green("✓ ") + line
                        : shell.paintOut().red("✗ " + line)));
          }
          if (comparison != null && baseline != null) {
            print(comparison.lines(name(baseline), name(directory), shell.paintOut()));
          }
          if (markdown != null) {
            ReportFiles.replace(
                markdown.toAbsolutePath(), markdown(judged, comparison, baseline, directory));
          }
          if (junit != null) {
            ReportFiles.replace(junit.toAbsolutePath(), junit(judged, comparison));
          }
          ExitCode exit = ExitCode.of(judged.outcome());
          boolean worse = comparison != null && comparison.regressions() > 0;
          return exit == ExitCode.OK && worse ? ExitCode.THRESHOLDS : exit;
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

  private static String markdown(
      Summary s, @Nullable Comparison comparison, @Nullable Path baseline, Path directory) {
    var text = new StringBuilder("### ").append(s.scenario()).append(": ");
    text.append(s.verdict().state()).append("\n\n");
    if (s.aborted()) {
      text.append("> the run is incomplete: ").append(s.endedHow()).append("\n\n");
    }
    if (s.verdict().state() != Verdict.State.VALID) {
      text.append("> ").append(String.join("; ", s.verdict().reasons())).append("\n\n");
    }
    for (Threshold.Result result : s.thresholds()) {
      text.append("- [")
          .append(result.kept() ? 'x' : ' ')
          .append("] `")
          .append(result.expression());
      text.append("` (").append(result.shown()).append(")\n");
    }
    if (comparison != null && baseline != null) {
      text.append('\n').append(comparison.markdown(name(baseline), name(directory)));
    }
    return text.toString();
  }

  private static String junit(Summary s, @Nullable Comparison comparison) {
    var cases = new StringBuilder();
    boolean counts = !s.aborted() && s.verdict().state() != Verdict.State.INVALID;
    int tests = 1;
    int failures = counts ? 0 : 1;
    cases.append(
        junit(
            "the run is valid and complete",
            counts ? "" : s.aborted() ? s.endedHow() : String.join("; ", s.verdict().reasons())));
    for (Threshold.Result result : s.thresholds()) {
      tests++;
      failures += result.kept() ? 0 : 1;
      cases.append(junit(result.expression(), result.kept() ? "" : "it is " + result.shown()));
    }
    if (comparison != null) {
      for (Comparison.Row row : comparison.rows()) {
        boolean worse = row.kind() == Comparison.Change.REGRESSION;
        tests++;
        failures += worse ? 1 : 0;
        cases.append(
            junit(
                row.figure() + " against the baseline",
                worse ? row.before() + " before, " + row.after() + " now, " + row.change() : ""));
      }
    }
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"sse-cli simulate %s\" tests=\"%d\" failures=\"%d\">\n%s</testsuite>\n"
        .formatted(ReportPage.escaped(s.scenario()), tests, failures, cases);
  }

  private static String junit(String name, String failure) {
    String start = "  <testcase classname=\"simulate\" name=\"" + ReportPage.escaped(name) + "\"";
    return failure.isEmpty()
        ? start + "/>\n"
        : start + "><failure message=\"" + ReportPage.escaped(failure) + "\"/></testcase>\n";
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
