package io.heliograph.cli.follow;

import io.heliograph.cli.option.DurationConverter;
import io.heliograph.cli.option.Size;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.client.Heartbeat;
import io.heliograph.client.ReconnectPolicy;
import io.heliograph.client.SseClient;
import java.time.Duration;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** When a stream that is followed ends, and when it is opened again. */
public final class FollowOptions {
  // Data of the largest event that a server of ours may allow, 1 MiB, has at most seven times its
  // size on the wire: each line feed costs another "data: ".
  private static final int MAX_EVENT_BYTES = 16 << 20;

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec spec;

  @Option(names = "--count", paramLabel = "N", description = "End after so many events.")
  private @Nullable Long count;

  @Option(
      names = "--for",
      paramLabel = "D",
      converter = DurationConverter.class,
      description = "End after so long (500ms, 2s, 1h30m).")
  private @Nullable Duration duration;

  @Option(
      names = "--timeout",
      paramLabel = "D",
      converter = DurationConverter.class,
      description = "Fail with 124 if it has not ended otherwise after so long.")
  private @Nullable Duration timeout;

  @Option(
      names = "--idle-timeout",
      paramLabel = "D",
      converter = DurationConverter.class,
      description = "End when the stream is open and has shown no event for so long.")
  private @Nullable Duration idle;

  @Option(
      names = "--until",
      paramLabel = "EXPR",
      converter = FilterOptions.Condition.class,
      description = "End after the first event that fits; EXPR as of --where.")
  private @Nullable Where until;

  @Option(names = "--int-ok", description = "Ctrl-C and SIGTERM end it with 0.")
  private boolean intOk;

  @Option(
      names = "--liveness",
      paramLabel = "D",
      converter = DurationConverter.class,
      description =
          "A stream that is silent for so long is lost and opened again. Without it: what the"
              + " server announces.")
  private @Nullable Duration liveness;

  @Option(
      names = "--max-event-bytes",
      paramLabel = "SIZE",
      converter = Size.OfEvent.class,
      description =
          "Largest event to accept, such as 64MiB. A larger one ends the command with 5."
              + " Default: 16MiB.")
  private @Nullable Integer maxEventBytes;

  @ArgGroup private @Nullable Reconnect reconnect;

  static final class Reconnect {
    @Option(
        names = "--no-reconnect",
        description = "Do not reconnect: exit with 0 if the stream ends, 3 if it breaks off.")
    boolean never;

    @Option(
        names = "--max-reconnects",
        paramLabel = "N",
        description =
            "Give up after so many failures in a row. Also waits for a server that is not up yet.")
    @Nullable Integer max;
  }

  /** After how many events to end. */
  public OptionalLong count() {
    return count == null ? OptionalLong.empty() : OptionalLong.of(count);
  }

  /** Which data is the last; null if any may be followed by more. */
  public @Nullable Predicate<String> until() {
    return until;
  }

  @Nullable Duration idle() {
    return idle;
  }

  /** The code to exit with when a signal ends it. */
  ExitCode onSignal(ExitCode usual) {
    return intOk ? ExitCode.OK : usual;
  }

  @Nullable Duration duration() {
    return duration;
  }

  @Nullable Duration timeout() {
    return timeout;
  }

  /**
   * Whether a server that was never reached is tried again: mostly it is a typo in the URL, and
   * whoever made it wants to be told.
   */
  boolean waitsForServer() {
    return reconnect != null && reconnect.max != null;
  }

  /** Whether the first end of the stream is the end. */
  boolean opensOnce() {
    return reconnect != null && reconnect.never;
  }

  /**
   * Gives all this to the client of a stream.
   *
   * @throws ParameterException if one of these options has a value that makes no sense
   */
  public SseClient.Builder to(SseClient.Builder client) {
    if (maxEventBytes != null && maxEventBytes < 1) {
      throw usage("--max-event-bytes is " + maxEventBytes + "; allowed: 1B to 1024MiB");
    }
    return client
        .reconnect(policy())
        .heartbeat(heartbeat())
        .maxEventBytes(maxEventBytes == null ? MAX_EVENT_BYTES : maxEventBytes);
  }

  /** How long a stream may be silent. */
  private Heartbeat heartbeat() {
    return liveness == null ? Heartbeat.serverAnnounced() : Heartbeat.fixed(liveness);
  }

  /**
   * When a stream that broke is opened again.
   *
   * @throws ParameterException if one of these options has a value that makes no sense
   */
  private ReconnectPolicy policy() {
    if (count != null && count < 1) {
      throw usage("--count is " + count + "; allowed: 1 and more");
    }
    if (liveness != null && liveness.toMillis() < 1) {
      throw usage("--liveness is below 1ms; allowed: 1ms and more");
    }
    if (reconnect == null) {
      return ReconnectPolicy.exponential();
    } else if (reconnect.max == null) {
      return ReconnectPolicy.never();
    } else if (reconnect.max < 0) {
      throw usage("--max-reconnects is " + reconnect.max + "; allowed: 0 and more");
    }
    return ReconnectPolicy.exponential().maxFailures(reconnect.max);
  }

  private ParameterException usage(String message) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }
}
