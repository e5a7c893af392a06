package io.heliograph.cli.simulate;

import io.heliograph.cli.load.meter.Verdict;
import io.heliograph.cli.load.plan.SimulatePlan;
import io.heliograph.cli.option.CommonOptions;
import io.heliograph.cli.option.ServerOption;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Shell;
import io.heliograph.cli.simulate.OutOptions.ProgressKind;
import io.heliograph.cli.simulate.ScenarioFile.Setting;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads the command line of {@code simulate}; {@link PlanReader} makes a plan of it, and {@link
 * SimulateTask} does the work.
 */
@Command(
    name = "simulate",
    aliases = "sim",
    sortOptions = false,
    parameterListHeading = "%n",
    descriptionHeading = "%n",
    header = "Simulate many users, and check that each gets what it is owed.",
    description = {
      "Connects users, publishes to them at a constant rate, compares what arrives with what"
          + " was sent, and reports events that were lost without notice, duplicated, reordered"
          + " or misrouted. Measures latencies and warns if a result is limited by the generator."
          + " Writes a report; 'sse-cli report' shows and compares them."
    },
    customSynopsis = {
      "sse-cli simulate [OPTIONS] [--preset NAME | FILE]",
      "       sse-cli simulate [OPTIONS] --subscribe-url URL --publish-url URL"
    },
    footer = {
      "",
      "Examples:",
      "  sse-cli simulate --users 1000 --rate 500/s --duration 30s",
      "  sse-cli simulate --preset storm --threshold 'delivery.live.p99 < 250ms'",
      "  sse-cli simulate --subscribe-url 'http://host/sub/{user}' \\",
      "      --publish-url 'http://host/pub/{user}'"
    })
public final class SimulateCommand implements Callable<Integer> {
  private final Shell shell;
  private final UnaryOperator<Verdict.Evidence> noticed;

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "FILE",
      description = "A scenario, in YAML; options win over it.")
  private @Nullable Path scenario;

  @Mixin private final ServerOption server = new ServerOption();

  @ArgGroup(exclusive = false, heading = "%nAnother server than Heliograph:%n")
  private @Nullable ForeignOptions foreign;

  @ArgGroup(validate = false, heading = "%nWhat happens:%n")
  private final LoadOptions load = new LoadOptions();

  @ArgGroup(validate = false, heading = "%nWhat is expected:%n")
  private final ExpectedOptions expected = new ExpectedOptions();

  @ArgGroup(validate = false, heading = "%nHow:%n")
  private final HowOptions how = new HowOptions();

  @ArgGroup(validate = false, heading = "%nWhat comes out:%n")
  private final OutOptions out = new OutOptions();

  @SuppressWarnings("UnusedVariable") // It acts on the shell as it is read.
  @Mixin
  private final CommonOptions common;

  public SimulateCommand(Shell shell) {
    this(shell, UnaryOperator.identity());
  }

  /**
   * The same, with what the generator noticed of itself seen through another's eyes.
   *
   * @param noticed the identity, but in tests, which must not fail because their machine is busy
   */
  public SimulateCommand(Shell shell, UnaryOperator<Verdict.Evidence> noticed) {
    this.shell = shell;
    this.noticed = noticed;
    this.common = new CommonOptions(shell);
  }

  @Override
  public Integer call() throws InterruptedException {
    return resolved().run();
  }

  /** This command, with what the scenario says. */
  SimulateCommand resolved() {
    return scenario == null ? this : merged(scenario);
  }

  private int run() throws InterruptedException {
    SimulatePlan plan = plan();
    if (out.printScenario) {
      return printed(ScenarioText.of(plan));
    }
    if (out.dryRun) {
      return printed(shell.symbols().of(String.join("\n", Rehearsal.lines(plan)) + "\n"));
    }
    ProgressKind progress = out.progress;
    if (progress == ProgressKind.auto) {
      progress = shell.terminals().err() ? ProgressKind.live : ProgressKind.plain;
    }
    var task = new SimulateTask(shell, plan, out.output, progress, noticed);
    return (out.check ? task.check() : task.run()).code();
  }

  private int printed(String text) {
    try {
      shell.out().bytes(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // Its reader left, and did not want the rest.
    }
    return ExitCode.OK.code();
  }

  /** What was asked for. */
  SimulatePlan plan() {
    if (out.printScenario && how.shard != null) {
      throw usage("--print-scenario prints what all shards do: leave --shard away");
    }
    try {
      return new PlanReader(server, foreign, load, expected, how, out, shell).plan();
    } catch (IllegalArgumentException | TypeConversionException e) {
      throw usage(String.valueOf(e.getMessage()));
    }
  }

  /** The same command with the options of the scenario, of which those that are given here win. */
  private SimulateCommand merged(Path file) {
    List<Setting> settings;
    try {
      settings = ScenarioFile.read(file);
    } catch (IllegalArgumentException e) {
      throw usage(String.valueOf(e.getMessage()));
    }
    var args = new ArrayList<String>();
    var given = new HashSet<String>();
    for (OptionSpec option : commandLine().getParseResult().matchedOptionsSet()) {
      given.add(option.longestName());
      if (option.arity().max() == 0) {
        args.add(option.longestName());
      } else {
        option.originalStringValues().forEach(v -> args.add(option.longestName() + "=" + v));
      }
    }
    settings.stream()
        .filter(setting -> !given.contains(setting.option()))
        .forEach(setting -> args.add(setting.option() + "=" + setting.value()));
    var merged = new SimulateCommand(shell, noticed);
    var line = new CommandLine(merged).setCaseInsensitiveEnumValuesAllowed(true);
    line.setExpandAtFiles(false);
    line.setDefaultValueProvider(commandLine().getDefaultValueProvider());
    try {
      line.parseArgs(args.toArray(String[]::new));
      merged.plan();
      return merged;
    } catch (ParameterException e) {
      String place = place(file, settings, e);
      throw usage(place + ": " + e.getMessage());
    }
  }

  private static String place(Path file, List<Setting> settings, ParameterException e) {
    if (e.getArgSpec() instanceof OptionSpec option) {
      for (Setting setting : settings) {
        boolean same = setting.option().equals(option.longestName());
        if (same && (e.getValue() == null || setting.value().equals(e.getValue()))) {
          return file + ":" + setting.line();
        }
      }
    }
    return file.toString();
  }

  private CommandLine commandLine() {
    return Objects.requireNonNull(spec).commandLine();
  }

  private ParameterException usage(String message) {
    return new ParameterException(commandLine(), message);
  }
}
