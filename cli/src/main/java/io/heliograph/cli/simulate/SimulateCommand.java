package io.heliograph.cli.simulate;

import io.heliograph.cli.access.AccessOptions;
import io.heliograph.cli.load.meter.Verdict;
import io.heliograph.cli.load.plan.Plan;
import io.heliograph.cli.option.CliCommand;
import io.heliograph.cli.option.OutputOption;
import io.heliograph.cli.option.ServerOption;
import io.heliograph.cli.settings.Defaults;
import io.heliograph.cli.shell.Shell;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads the command line of {@code simulate}; {@link PlanReader} makes a plan of it, and {@link
 * SimulateTask} does the work. A scenario gives the options their defaults.
 */
@Command(
    name = "simulate",
    aliases = "sim",
    header = "Simulate many users and check that each receives every event it should.",
    description = {
      "Connects users, publishes to them at a constant rate, compares the events received with"
          + " the events sent, and reports those that were lost without notice, duplicated,"
          + " reordered or misrouted. Measures latencies, and marks the result as INVALID if the"
          + " load generator itself was the bottleneck. Writes a report; 'sse-cli report' shows and"
          + " compares reports.",
      "",
      "If each user needs its own token: --token 'cmd:./token-of {user}', or --token mint:FILE with"
          + " the server's shared secret, which also creates a token for publishing."
    },
    customSynopsis = {
      "sse-cli simulate [OPTIONS] [SCENARIO]",
      "       sse-cli simulate [OPTIONS] --subscribe-url URL --publish-url URL"
    },
    footer = {
      "",
      "Examples:",
      "  sse-cli simulate --users 1000 --rate 500/s --duration 30s",
      "  sse-cli simulate storm --threshold 'delivery.live.p99 < 250ms'",
      "  sse-cli simulate --subscribe-url 'http://host/sub/{user}' \\",
      "      --publish-url http://host/pub \\",
      "      --publish-body '{\"to\":\"{user}\",\"data\":\"{envelope}\"}'"
    })
public final class SimulateCommand extends CliCommand implements Defaults.Overlay {
  private final UnaryOperator<Verdict.Evidence> noticed;
  private @Nullable Scenario scenario;

  @SuppressWarnings("UnusedVariable") // Read as a word, before picocli sets it.
  @Parameters(
      arity = "0..1",
      paramLabel = "SCENARIO",
      description =
          "A preset (idle, steady, fanout, burst, churn, slow-consumers, storm, restart,"
              + " soak) or a YAML file. Options override it.")
  private @Nullable String named;

  @Mixin private final ServerOption server = new ServerOption();

  @Mixin private final AccessOptions access = new AccessOptions();

  @Mixin private final LoadOptions load = new LoadOptions();

  @Mixin private final OutputOption output = new OutputOption();

  @Option(
      names = "--report",
      paramLabel = "DIR",
      description = "Directory of the report, or 'none' (default: sim-NAME-TIME, here).")
  private @Nullable String report;

  /** The command; {@code noticed} is as of {@link io.heliograph.cli.load.run.Simulation}. */
  public SimulateCommand(Shell shell, UnaryOperator<Verdict.Evidence> noticed) {
    super(shell);
    this.noticed = noticed;
  }

  @Override
  public Optional<Defaults.Given> of(OptionSpec option) {
    String name = option.longestName().substring(2);
    // Of other options with several values the reader of the plan takes those of the scenario. A
    // mistake in it is reported as --output says, which it therefore cannot say.
    if (name.equals("output") || (option.isMultiValue() && !name.equals("header"))) {
      return Optional.empty();
    }
    List<String> texts = scenario().texts(name);
    return texts.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Defaults.Given(
                option.isMultiValue() ? String.join("\n", texts) : texts.getLast(),
                scenario().place(name)));
  }

  /** Read from the words of the command line, because picocli asks before it has set all fields. */
  private Scenario scenario() {
    Scenario known = scenario;
    if (known == null) {
      CommandSpec command = commandLine().getCommandSpec();
      List<String> files = command.positionalParameters().getFirst().originalStringValues();
      List<String> sets = command.findOption("--set").originalStringValues();
      try {
        known = Scenario.of(files.isEmpty() ? null : files.getFirst(), sets);
      } catch (IllegalArgumentException e) {
        throw usage(String.valueOf(e.getMessage()));
      }
      scenario = known;
    }
    return known;
  }

  @Override
  public Integer call() throws InterruptedException {
    return new SimulateTask(shell, plan(), output.json(), noticed).run().code();
  }

  Plan plan() {
    try {
      return new PlanReader(server, access, load, report, scenario(), shell).plan();
    } catch (IllegalArgumentException | TypeConversionException e) {
      throw usage(String.valueOf(e.getMessage()));
    }
  }
}
