package io.heliograph.cli.simulate;

import io.heliograph.cli.load.plan.SimulatePlan.EngineKind;
import io.heliograph.cli.option.DurationConverter;
import io.heliograph.cli.option.Headers;
import io.heliograph.cli.option.ServerOption;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say how, and from where, it is done. */
final class HowOptions {
  @Option(
      names = "--engine",
      paramLabel = "E",
      description = "${COMPLETION-CANDIDATES}: the client SDK, or a small one. Default: sdk.")
  EngineKind engine = EngineKind.sdk;

  @Option(
      names = "--source-ip",
      paramLabel = "A-B",
      description = "Connect from these addresses in turn (127.0.0.1-127.0.0.8).")
  @Nullable String sources;

  @Option(
      names = "--lanes",
      paramLabel = "N",
      description = "Connections to publish by. Default: 64.")
  int lanes = 64;

  @Option(
      names = "--max-lag",
      paramLabel = "D",
      converter = DurationConverter.class,
      description = "Drop a publish that cannot begin for so long. Default: 5s.")
  Duration maxLag = Duration.ofSeconds(5);

  @Option(
      names = "--shard",
      paramLabel = "I/N",
      description = "This machine's part; 'sse-cli report merge' adds them up.")
  @Nullable String shard;

  @Option(names = "--start-at", paramLabel = "T", description = "Wait for this time (RFC 3339).")
  @Nullable String startAt;

  @Option(
      names = "--server-pid",
      paramLabel = "PID",
      description = "The server's process. Default: who listens there, on this machine.")
  long serverPid;

  @Option(
      names = "--server-metrics",
      paramLabel = "URL",
      converter = ServerOption.HttpUri.class,
      description = "Where the server tells of itself to Prometheus, such as its /metrics.")
  @Nullable URI serverMetrics;

  @Option(
      names = "--token",
      paramLabel = "REF",
      description =
          "The token of each user's stream: 'cmd:./token-of {user}'; mint:FILE makes all,"
              + " publishing too, with the server's shared secret; or one for all, as 'subscribe'"
              + " takes it.")
  @Nullable String token;

  @Option(
      names = {"-H", "--header"},
      paramLabel = "'K: V'",
      // Configured ones come as one text, and no header holds a line feed.
      split = "\n",
      hideParamSyntax = true,
      converter = Headers.Converter.class,
      description = "Send this header with each request; @FILE: those in its lines. Repeatable.")
  List<Headers> headers = List.of();

  @Option(
      names = "--yes-load-test",
      paramLabel = "HOST",
      description = "You may do this to a host that is not on this network. Repeatable.")
  List<String> yes = List.of();
}
