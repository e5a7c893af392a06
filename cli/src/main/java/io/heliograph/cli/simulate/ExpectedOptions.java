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
      names = "--abort-threshold",
      paramLabel = "EXPR",
      description =
          "The same, looked at every 2 s from 5 s on ('EXPR after 30s': from 30 s on); if it is not"
              + " kept, the run ends. Repeatable.")
  List<String> aborts = List.of();

  @Option(
      names = "--no-default-threshold",
      paramLabel = "NAME",
      description =
          "Disable one of the default thresholds: loss.silent, order.violations, corrupt, dup.live,"
              + " users.absent, publish.unsent, publish.accepted, publish.refused or"
              + " delivery.seen. Repeatable.")
  List<String> without = List.of();
}
