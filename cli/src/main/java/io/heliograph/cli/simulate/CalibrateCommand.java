package io.heliograph.cli.simulate;

import io.heliograph.cli.load.plan.SimulatePlan.EngineKind;
import io.heliograph.cli.option.CommonOptions;
import io.heliograph.cli.option.Rate;
import io.heliograph.cli.option.Size;
import io.heliograph.cli.shell.Shell;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Reads the command line of {@code simulate calibrate}; {@link CalibrateTask} does the work. */
@Command(
    name = "calibrate",
    sortOptions = false,
    descriptionHeading = "%n",
    header = "Measure what this program itself can do on this machine.",
    description =
        "Simulates users of a server of its own that does nothing, at the load asked for and then"
            + " at twice that and so on, until it is no longer fit to measure. Takes about a"
            + " minute on a machine with nothing else to do. 'simulate' shows the result beside"
            + " its own, and says when it was rather this program that was measured. Kept in"
            + " XDG_CACHE_HOME, or ~/.cache.",
    optionListHeading = "%n")
final class CalibrateCommand implements Callable<Integer> {
  private final Shell shell;

  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--users", paramLabel = "N", description = "How many. Default: 1000.")
  private int users = 1000;

  @Option(
      names = "--rate",
      paramLabel = "R",
      converter = Rate.Converter.class,
      description = "Publishes to begin with. Default: 500/s.")
  private Rate rate = new Rate(500, false);

  @Option(
      names = "--size",
      paramLabel = "S",
      converter = Size.class,
      description = "Of each event's data. Default: 200B.")
  private int size = 200;

  @Option(
      names = "--engine",
      paramLabel = "E",
      description = "${COMPLETION-CANDIDATES}. Default: sdk.")
  private EngineKind engine = EngineKind.sdk;

  @SuppressWarnings("UnusedVariable") // It acts on the shell as it is read.
  @Mixin
  private final CommonOptions common;

  CalibrateCommand(Shell shell) {
    this.shell = shell;
    this.common = new CommonOptions(shell);
  }

  @Override
  public Integer call() throws InterruptedException {
    if (users < 1 || rate.share() || rate.perSecond() < 1) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(),
          users < 1
              ? "--users is " + users + "; allowed: 1 and more"
              : "--rate is a number of publishes, 1/s and more");
    }
    return new CalibrateTask(shell, engine, users, rate.perSecond(), size).run().code();
  }
}
