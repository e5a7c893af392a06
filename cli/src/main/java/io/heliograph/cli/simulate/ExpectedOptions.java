package io.heliograph.cli.simulate;

import java.util.List;
import picocli.CommandLine.Option;

/** Options that say what a run must keep. */
final class ExpectedOptions {
  @Option(
      names = "--threshold",
      paramLabel = "EXPR",
      description = "Such as 'delivery.live.p99 < 250ms'; else it ends with 99. Repeatable.")
  List<String> thresholds = List.of();

  @Option(
      names = "--no-default-threshold",
      paramLabel = "NAME",
      description =
          "Allow what is not allowed without a word: loss.silent, order.violations, corrupt,"
              + " dup.live or users.absent.")
  List<String> without = List.of();
}
