package io.heliograph.cli.follow;

import io.heliograph.cli.option.Options;
import java.time.Duration;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** When a stream that is followed ends. */
public final class EndOptions extends Options {
  @Option(names = "--count", paramLabel = "COUNT", description = "Stop after this many events.")
  private @Nullable Long count;

  @Option(
      names = {"--for", "--timeout"},
      paramLabel = "DURATION",
      description =
          "Stop after this long, such as 500ms or 1h30m: exit code 0, or 124 if the command is"
              + " waiting for an event that did not arrive.")
  private @Nullable Duration duration;

  /** After how many events to end. */
  public OptionalLong count() {
    return count == null ? OptionalLong.empty() : OptionalLong.of(count);
  }

  @Nullable Duration duration() {
    return duration;
  }

  /** Checks what picocli cannot. */
  public void requireSense() {
    if (count != null && count < 1) {
      throw usage("--count is " + count + "; allowed: 1 and more");
    }
  }
}
