package io.heliograph.cli.demo;

import io.heliograph.cli.option.CliCommand;
import io.heliograph.cli.option.DurationConverter;
import io.heliograph.cli.shell.Shell;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "demo",
    sortOptions = false,
    descriptionHeading = "%n",
    optionListHeading = "%n",
    header = "Start a demo: a server, two users and their events.",
    description = {
      "Starts a server on a free port, follows the streams of alice and bob over HTTP, and"
          + " publishes an event to each. The server also sends every user the time. Ctrl-C stops"
          + " it."
    })
public final class DemoCommand extends CliCommand {
  @Option(
      names = "--for",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description = "Stop after this long, such as 500ms or 1h30m (default: never).")
  private @Nullable Duration duration;

  public DemoCommand(Shell shell) {
    super(shell);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    return new DemoTask(shell, duration).run().code();
  }
}
