package io.heliograph.cli.manual;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Writes the manual pages of all commands. The build calls it; help does not show it. */
@Command(name = "man-pages", hidden = true, description = "Write the manual pages, for the build.")
public final class ManPagesCommand implements Callable<Integer> {
  private final Supplier<CommandLine> program;

  @Parameters(description = "Where to.")
  private Path directory = Path.of("");

  /**
   * Writes them.
   *
   * @param program with all its commands
   */
  public ManPagesCommand(Supplier<CommandLine> program) {
    this.program = program;
  }

  @Override
  public Integer call() throws IOException {
    CommandLine root = program.get();
    Files.createDirectories(directory);
    write(root, root.getCommandSpec().version()[0].replaceFirst(",.*", ""));
    return 0;
  }

  private void write(CommandLine command, String version) throws IOException {
    Files.writeString(
        directory.resolve(ManPage.name(command) + ".1"), ManPage.of(command, version));
    for (CommandLine below : ManPage.visible(command)) {
      write(below, version);
    }
  }
}
