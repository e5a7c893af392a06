package io.heliograph.server;

import io.heliograph.server.config.Settings;
import io.heliograph.server.config.SettingsException;
import io.heliograph.server.log.file.Backup;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Copies the events of a server with {@code log.type=file}. */
@Command(
    name = "backup",
    description =
        "Copy the directory of a server with log.type=file, while the server runs or while it is"
            + " stopped. To restore, start a server with the copy as log.file.directory.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class BackupCommand implements Callable<Integer> {

  @Parameters(
      paramLabel = "DIR",
      description = "Where the copy goes: a directory that is empty or does not exist.")
  private @Nullable Path to;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Directory to copy (default: the setting log.file.directory).")
  private @Nullable Path data;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Settings file of the server (default: heliograph.yaml).")
  private @Nullable Path config;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    CommandSpec command = Objects.requireNonNull(spec);
    PrintWriter out = command.commandLine().getOut();
    PrintWriter err = command.commandLine().getErr();
    try {
      Path from = data == null ? configured() : data;
      long bytes = Backup.copy(from, Objects.requireNonNull(to));
      out.println("copied " + bytes + " bytes from " + from + " to " + to);
      out.flush();
      return ExitCode.OK;
    } catch (SettingsException e) {
      err.println(command.root().name() + ": " + e.getMessage());
      return ExitCode.USAGE;
    } catch (IOException e) {
      // The message of a missing or forbidden file is only its name.
      Object why = e instanceof FileSystemException ? e : e.getMessage();
      err.println(command.root().name() + ": The copy was not made: " + why);
      return ExitCode.SOFTWARE;
    }
  }

  private Path configured() {
    Map<String, String> flags = new LinkedHashMap<>();
    Settings settings = Settings.load(flags, System.getenv(), Optional.ofNullable(config));
    if (settings.log().type() instanceof Settings.LogType.File(Path directory)) {
      return directory;
    }
    throw new SettingsException(
        "The settings have no log.file.directory. Name the directory with --data.");
  }
}
