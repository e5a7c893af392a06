package io.heliograph.cli.demo;

import io.heliograph.cli.option.CommonOptions;
import io.heliograph.cli.option.DurationConverter;
import io.heliograph.cli.shell.Shell;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Reads the command line of {@code demo}; {@link DemoTask} does the work. */
@Command(
    name = "demo",
    sortOptions = false,
    descriptionHeading = "%n",
    optionListHeading = "%n",
    header = "See it work: a server, two users and their events.",
    description = {
      "Starts a server on a free port of this machine, follows the streams of alice and bob"
          + " as any client would, and sends each an event by HTTP. The server also sends"
          + " every user the time. Ctrl-C ends it."
    })
public final class DemoCommand implements Callable<Integer> {
  private final Shell shell;

  @Option(
      names = "--for",
      paramLabel = "D",
      converter = DurationConverter.class,
      description = "End after so long (500ms, 2s, 1h30m).")
  private @Nullable Duration duration;

  @SuppressWarnings("UnusedVariable") // It acts on the shell as it is read.
  @Mixin
  private final CommonOptions common;

  public DemoCommand(Shell shell) {
    this.shell = shell;
    this.common = new CommonOptions(shell);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    return new DemoTask(shell, duration).run().code();
  }
}
