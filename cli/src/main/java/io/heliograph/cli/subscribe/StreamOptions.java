package io.heliograph.cli.subscribe;

import io.heliograph.cli.option.Options;
import io.heliograph.cli.option.Size;
import io.heliograph.client.Heartbeat;
import io.heliograph.client.ReconnectPolicy;
import io.heliograph.client.SseClient;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** When a connection counts as lost, and when it is opened again. */
final class StreamOptions extends Options {
  // Data of the largest event that a server of ours may allow, 1 MiB, has at most seven times its
  // size on the wire: each line feed costs another "data: ".
  private static final int MAX_EVENT_BYTES = 16 << 20;

  @Option(
      names = "--liveness",
      paramLabel = "DURATION",
      description = "Reconnect after this much silence (default: as the server announces).")
  private @Nullable Duration liveness;

  @Option(
      names = "--max-event-bytes",
      paramLabel = "SIZE",
      converter = Size.OfEvent.class,
      description =
          "Largest event to accept; a larger one ends the command with 5 (default: 16MiB).")
  private @Nullable Integer maxEventBytes;

  @Option(
      names = "--max-reconnects",
      paramLabel = "COUNT",
      description =
          "Give up after this many failures in a row (default: never, except that the first"
              + " connection must succeed). 0: do not reconnect, and exit with 0 if the stream"
              + " ends, 3 if it breaks off.")
  private @Nullable Integer maxReconnects;

  /** Whether the first end of the stream is the end. */
  boolean once() {
    return maxReconnects != null && maxReconnects == 0;
  }

  /** Whether a first connection that fails is the end: the address is probably mistyped. */
  boolean unreached() {
    return maxReconnects == null || maxReconnects == 0;
  }

  /** Applies it to the client of a stream, if the values make sense. */
  SseClient.Builder to(SseClient.Builder client) {
    if (maxEventBytes != null && maxEventBytes < 1) {
      throw usage("--max-event-bytes is " + maxEventBytes + "; allowed: 1B to 1024MiB");
    } else if (liveness != null && liveness.toMillis() < 1) {
      throw usage("--liveness is below 1ms; allowed: 1ms and more");
    } else if (maxReconnects != null && maxReconnects < 0) {
      throw usage("--max-reconnects is " + maxReconnects + "; allowed: 0 and more");
    }
    return client
        .reconnect(policy())
        .heartbeat(liveness == null ? Heartbeat.serverAnnounced() : Heartbeat.fixed(liveness))
        .maxEventBytes(maxEventBytes == null ? MAX_EVENT_BYTES : maxEventBytes);
  }

  private ReconnectPolicy policy() {
    if (maxReconnects == null) {
      return ReconnectPolicy.exponential();
    }
    return maxReconnects == 0
        ? ReconnectPolicy.never()
        : ReconnectPolicy.exponential().maxFailures(maxReconnects);
  }
}
