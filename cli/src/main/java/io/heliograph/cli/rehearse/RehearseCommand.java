package io.heliograph.cli.rehearse;

import io.heliograph.cli.shell.Shell;
import io.heliograph.cli.shell.Terminals;
import io.heliograph.server.Heliograph;
import io.heliograph.server.config.Settings;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine.Command;

/**
 * Runs in one JVM what users run in many: the cache that the JVM makes of this run knows the
 * classes of every command that is in it. The build calls it; help does not show it.
 */
@Command(name = "rehearse", hidden = true, description = "Run every command once, for the build.")
public final class RehearseCommand implements Callable<Integer> {
  private final Program program;

  /** The program as it would run in a process of its own. */
  public interface Program {
    int run(Shell shell, List<String> args);
  }

  public RehearseCommand(Program program) {
    this.program = program;
  }

  @Override
  public Integer call() {
    Logger.getLogger("").setLevel(Level.WARNING);
    try (Heliograph server = Heliograph.start(Settings.of(Map.of("server.port", "0")))) {
      String at = server.uri().toString();
      run(0, "--version");
      run(0, "--help");
      run(0, "subscribe", "--help");
      run(0, "publish", "--help");
      run(2, "subscribe", "--no-such-option");
      for (String output : List.of("text", "json")) {
        run(0, "publish", "alice", "{\"n\":1}", "-o", output, "--server", at);
        run(
            0,
            "subscribe",
            "alice",
            "--from",
            "oldest",
            "--count",
            "1",
            "-o",
            output,
            "--server",
            at);
      }
    }
    // Nobody listens there any more.
    String nowhere = "http://127.0.0.1:1";
    run(3, "publish", "alice", "hi", "--server", nowhere);
    run(3, "subscribe", "alice", "--server", nowhere);
    run(0, "demo", "--for", "500ms");
    return 0;
  }

  /** What works otherwise here than for users would make a cache of the wrong things. */
  private void run(int expected, String... args) {
    var shell =
        new Shell(
            new Terminals(true, true, true),
            Map.of(),
            OutputStream.nullOutputStream(),
            OutputStream.nullOutputStream());
    int exit = program.run(shell, List.of(args));
    if (exit != expected) {
      throw new IllegalStateException(
          "sse-cli " + String.join(" ", args) + " ended with " + exit + ", not " + expected);
    }
  }
}
