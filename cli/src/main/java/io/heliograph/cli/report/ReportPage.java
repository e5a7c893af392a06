package io.heliograph.cli.report;

import io.heliograph.cli.load.meter.Violation;
import io.heliograph.cli.load.result.ReportFiles;
import io.heliograph.cli.load.result.Summary;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A report with its page. */
public final class ReportPage {
  private ReportPage() {}

  /**
   * Writes all files of a report but the log. Each file appears whole or not at all.
   *
   * @throws IOException if the directory cannot be written
   */
  public static void write(Path directory, Summary summary, List<Violation> violations)
      throws IOException {
    ReportFiles.checkpoint(directory, summary, violations);
    ReportFiles.replace(
        directory.resolve(ReportFiles.PAGE), of(summary, ReportFiles.log(directory), null));
  }

  static String of(Summary summary, @Nullable Path log, @Nullable Summary other)
      throws IOException {
    HeatMap heat =
        log == null || summary.timeline().isEmpty()
            ? null
            : HeatMap.of(log, summary.timeline().getLast().t());
    return HtmlReport.of(summary, heat, other);
  }
}
