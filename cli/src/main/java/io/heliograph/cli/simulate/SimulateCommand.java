package io.heliograph.cli.simulate;

import io.heliograph.cli.option.CommonOptions;
import io.heliograph.cli.option.ServerOption;
import io.heliograph.cli.shell.Shell;
import io.heliograph.cli.simulate.OutOptions.ProgressKind;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Reads the command line of {@code simulate}; {@link PlanReader} makes a plan of it, and {@link
 * SimulateTask} does the work.
 */
@Command(
    name = "simulate",
    aliases = "sim",
    sortOptions = false,
    descriptionHeading = "%n",
    header = "Simulate many users, and check that each gets what it is owed.",
    description = {
      "Connects users, publishes to them at a constant rate, and holds what arrives against"
          + " what was sent: nothing lost, doubled, out of order or misrouted without being"
          + " told. Says how long it took, and whether this program was itself fit to"
          + " measure. Leaves a report; 'sse-cli report' shows and compares them."
    },
    customSynopsis = {
      "sse-cli simulate [OPTIONS] [--preset NAME]",
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

  @Spec private @Nullable CommandSpec spec;

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
    this.shell = shell;
    this.common = new CommonOptions(shell);
  }

  @Override
  public Integer call() throws InterruptedException {
    SimulatePlan plan = plan();
    ProgressKind progress = out.progress;
    if (progress == ProgressKind.auto) {
      progress = shell.terminals().err() ? ProgressKind.live : ProgressKind.plain;
    }
    var task = new SimulateTask(shell, plan, out.output, progress);
    return (out.check ? task.check() : task.run()).code();
  }

  private SimulatePlan plan() {
    try {
      return new PlanReader(server, foreign, load, expected, how, out).plan();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(), String.valueOf(e.getMessage()));
    }
  }
}
