package io.heliograph.cli.simulate;

import io.heliograph.cli.load.plan.Storm;
import io.heliograph.cli.option.DurationConverter;
import io.heliograph.cli.option.Rate;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say what happens. Lists that are not given are null. */
final class LoadOptions {
  @Option(names = "--users", paramLabel = "COUNT", description = "Simulated users. Default: 100.")
  int users = 100;

  @Option(
      names = "--rate",
      paramLabel = "RATE",
      converter = Rate.Converter.class,
      description = "Publishes to one user each, such as 200/s or 12k/m. Default: 100/s.")
  Rate rate = new Rate(100, false);

  @Option(
      names = "--broadcast",
      paramLabel = "RATE",
      converter = Rate.Converter.class,
      description = "Publishes to everybody. Default: none.")
  Rate broadcast = new Rate(0, false);

  @Option(
      names = "--warmup",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description = "Publish without measuring until the JIT has compiled. Default: 10s.")
  // Until the JIT has compiled what a delivery takes; docs/guides/load-testing.md has the figures.
  Duration warmup = Duration.ofSeconds(10);

  @Option(
      names = "--duration",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description = "Length of the measured span. Default: 10s.")
  Duration duration = Duration.ofSeconds(10);

  @Option(
      names = "--storm",
      paramLabel = "TIME[:SHARE[:HOW]]",
      converter = StormConverters.Cut.class,
      description =
          "Cut SHARE of the connections at TIME of the measured span, by 'reset' or 'close'."
              + " Default: 100%%, reset. Repeatable.")
  @Nullable List<Storm> storms;

  @Option(
      names = "--run",
      paramLabel = "TIME:COMMAND",
      converter = StormConverters.Run.class,
      description = "Run a command at TIME, such as one that restarts the server. Repeatable.")
  @Nullable List<Storm> runs;

  @Option(
      names = "--threshold",
      paramLabel = "EXPR",
      description = "Exit with 99 unless EXPR holds: 'delivery.live.p99 < 250ms'. Repeatable.")
  @Nullable List<String> thresholds;

  @Option(
      names = "--shard",
      paramLabel = "INDEX/COUNT",
      description = "This machine's part of the users; 'sse-cli report merge' adds them up.")
  String shard = "1/1";

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = {
        "Set any other value of a scenario: ramp, to, arrivals, size, drain, churn, offline, slow,"
            + " slow-read, stalled, climb, no-default-threshold, name, seed,"
            + " lanes, max-lag, source-ip, start-at, server-pid, broadcast-url, publish-header."
            + " Repeatable."
      })
  List<String> sets = List.of();

  @Option(
      names = "--yes-load-test",
      paramLabel = "HOST",
      description = "Allow load on a host outside of private networks. Repeatable.")
  List<String> yes = List.of();
}
