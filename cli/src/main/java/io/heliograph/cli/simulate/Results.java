package io.heliograph.cli.simulate;

import io.heliograph.cli.load.meter.Violation;
import io.heliograph.cli.load.result.Summary;
import io.heliograph.cli.shell.Paint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Shows what a run found, as the command {@code report} does, which {@code simulate} does not know.
 */
public interface Results {
  /** Lines for a terminal; {@code page} is where the report is, null for nowhere. */
  List<String> text(Summary summary, Paint paint, @Nullable String page);

  /** Writes all files of a report. */
  void write(Path directory, Summary summary, List<Violation> violations) throws IOException;
}
