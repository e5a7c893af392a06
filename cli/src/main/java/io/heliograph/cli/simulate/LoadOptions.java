package io.heliograph.cli.simulate;

import io.heliograph.cli.load.plan.SimulatePlan.Arrivals;
import io.heliograph.cli.load.plan.SimulatePlan.Climb;
import io.heliograph.cli.load.plan.Storm;
import io.heliograph.cli.option.DurationConverter;
import io.heliograph.cli.option.Rate;
import io.heliograph.cli.option.Share;
import io.heliograph.cli.option.Size;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say what happens. What is not given is null. */
final class LoadOptions {
  @Option(
      names = "--preset",
      paramLabel = "NAME",
      converter = Preset.Converter.class,
      description =
          "idle, steady, fanout, burst, churn, slow-consumers, storm, restart, capacity or soak;"
              + " other options win.")
  @Nullable Preset preset;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "What the report calls it. Default: the preset's name, or custom.")
  @Nullable String name;

  @Option(names = "--users", paramLabel = "N", description = "How many. Default: 100.")
  @Nullable Integer users;

  @Option(
      names = "--ramp",
      paramLabel = "D",
      converter = DurationConverter.class,
      description = "Connect them within D. Default: 1 ms a user, at least 1s.")
  @Nullable Duration ramp;

  @Option(
      names = "--rate",
      paramLabel = "R",
      converter = Rate.Converter.class,
      description = "Publishes to one user each (200/s, 12k/m). Default: 100/s.")
  @Nullable Rate rate;

  @Option(
      names = "--broadcast",
      paramLabel = "R",
      converter = Rate.Converter.class,
      description = "Publishes to everybody. Default: none.")
  @Nullable Rate broadcast;

  @Option(
      names = "--to",
      paramLabel = "HOW",
      description =
          "Who gets them: ${COMPLETION-CANDIDATES} (few users get most). Default: uniform.")
  @Nullable Spread to;

  @Option(
      names = "--arrivals",
      paramLabel = "PATTERN",
      description =
          "When they are due: ${COMPLETION-CANDIDATES} (all of a second at once). Default:"
              + " uniform.")
  @Nullable Arrivals arrivals;

  @Option(
      names = "--size",
      paramLabel = "S",
      converter = Size.class,
      description = "Of each event's data, at least. Default: 200B.")
  @Nullable Integer size;

  @Option(
      names = "--warmup",
      paramLabel = "D",
      converter = DurationConverter.class,
      description = "Publish, but do not measure yet: the JIT needs it. Default: 10s.")
  @Nullable Duration warmup;

  @Option(
      names = "--duration",
      paramLabel = "D",
      converter = DurationConverter.class,
      description = "Measure for so long. Default: 10s.")
  @Nullable Duration duration;

  @Option(
      names = "--drain",
      paramLabel = "D",
      converter = DurationConverter.class,
      description = "Then wait at most so long for what is missing. Default: 10s.")
  @Nullable Duration drain;

  @Option(
      names = "--churn",
      paramLabel = "R",
      converter = Rate.Converter.class,
      description = "Users that leave and come back (8/s, 5%%/m of all).")
  @Nullable Rate churn;

  @Option(
      names = "--offline",
      paramLabel = "D",
      converter = DurationConverter.class,
      description = "For how long, on average. Default: 2s.")
  @Nullable Duration offline;

  @Option(
      names = "--slow",
      paramLabel = "P",
      converter = Share.class,
      description = "Share of users that read slowly (1%%).")
  @Nullable Double slow;

  @Option(
      names = "--slow-read",
      paramLabel = "S",
      converter = Size.class,
      description = "How much they read a second. Default: 2KiB.")
  @Nullable Integer slowRead;

  @Option(
      names = "--stalled",
      paramLabel = "P",
      converter = Share.class,
      description = "Share of users that read nothing.")
  @Nullable Double stalled;

  @Option(
      names = "--storm",
      paramLabel = "T[:P[:HOW]]",
      converter = Storm.CutConverter.class,
      description =
          "Cut P of the connections at T of the measurement, by 'reset' or 'close'. Default:"
              + " 100%%, reset. Repeatable.")
  @Nullable List<Storm> storms;

  @Option(
      names = "--run",
      paramLabel = "T:CMD",
      converter = Storm.RunConverter.class,
      description = "Run a command at T, such as one that restarts the server. Repeatable.")
  List<Storm> runs = List.of();

  @Option(
      names = "--climb",
      paramLabel = "WHAT",
      description =
          "Double ${COMPLETION-CANDIDATES} until a threshold is not kept, then try once between.")
  @Nullable Climb climb;

  @Option(
      names = "--repeat",
      paramLabel = "N",
      description = "Do it N times, for 'report compare' to know what is noise.")
  int repeat = 1;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "The same seed chooses the same users. Default: a new one.")
  @Nullable Long seed;

  /** Who gets the events. */
  enum Spread {
    uniform,
    zipf
  }
}
