package io.heliograph.cli.simulate;

import io.heliograph.cli.load.plan.Storm;
import io.heliograph.cli.load.plan.Target;
import io.heliograph.cli.option.Rate;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of the load, and of servers other than Heliograph. Lists that are not given are null. */
final class LoadOptions {
  @Option(
      names = "--subscribe-url",
      paramLabel = "URL",
      description =
          "For another server: URL of a user's stream. {user} is replaced by the user's name.")
  @Nullable String subscribeUrl;

  @Option(
      names = "--publish-url",
      paramLabel = "URL",
      description =
          "For another server: URL to which events are posted. {user} must be in this URL or in"
              + " --publish-body.")
  @Nullable String publishUrl;

  @Option(
      names = "--publish-body",
      paramLabel = "TEXT",
      description =
          "Body of a publish request to --publish-url; must contain {envelope} (default: '"
              + Target.DATA
              + "').")
  String publishBody = Target.DATA;

  @Option(
      names = "--users",
      paramLabel = "COUNT",
      description = "Number of simulated users (default: 100).")
  int users = 100;

  @Option(
      names = "--rate",
      paramLabel = "RATE",
      description = "Rate of events to one user each, such as 200/s or 12k/m (default: 100/s).")
  Rate rate = new Rate(100, false);

  @Option(
      names = "--broadcast",
      paramLabel = "RATE",
      description = "Rate of events to all users (default: none).")
  Rate broadcast = new Rate(0, false);

  @Option(
      names = "--warmup",
      paramLabel = "DURATION",
      description = "Publish this long before measuring, while the JIT compiles (default: 10s).")
  // Until the JIT has compiled what a delivery takes; docs/guides/load-testing.md has the figures.
  Duration warmup = Duration.ofSeconds(10);

  @Option(
      names = "--duration",
      paramLabel = "DURATION",
      description = "Length of the measurement (default: 10s).")
  Duration duration = Duration.ofSeconds(10);

  @Option(
      names = "--storm",
      paramLabel = "TIME[:SHARE[:HOW]]",
      converter = StormConverters.Cut.class,
      description =
          "TIME after the start of the measurement, cut SHARE of the connections (default: 100%%)"
              + " by 'reset' or 'close' (default: reset). Repeatable.")
  @Nullable List<Storm> storms;

  @Option(
      names = "--run",
      paramLabel = "TIME:COMMAND",
      converter = StormConverters.Run.class,
      description =
          "TIME after the start of the measurement, run COMMAND, such as one that restarts the"
              + " server. Repeatable.")
  @Nullable List<Storm> runs;

  @Option(
      names = "--threshold",
      paramLabel = "EXPR",
      description =
          "Exit with 99 if EXPR is false, such as 'delivery.live.p99 < 250ms'. Repeatable.")
  @Nullable List<String> thresholds;

  @Option(
      names = "--shard",
      paramLabel = "INDEX/COUNT",
      description =
          "Simulate only this part of the users, to use several machines; 'sse-cli report merge'"
              + " combines the reports (default: 1/1).")
  String shard = "1/1";

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description =
          "Set a value that has no option: ramp, arrivals, size, drain, churn, offline, slow,"
              + " slow-read, stalled, no-default-threshold, name, seed, engine, lanes,"
              + " max-lag, source-ip, server-pid, broadcast-url, publish-header. Repeatable.")
  List<String> sets = List.of();

  @Option(
      names = "--yes-load-test",
      paramLabel = "HOST",
      description = "Allow load on a host outside private networks. Repeatable.")
  List<String> yes = List.of();
}
