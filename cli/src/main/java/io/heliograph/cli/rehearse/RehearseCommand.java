package io.heliograph.cli.rehearse;

import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Host;
import io.heliograph.cli.shell.Shell;
import io.heliograph.cli.shell.Terminals;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * Runs in one JVM what users run in many: the cache that the JVM makes of this run knows the
 * classes of every command that is in it, and what is hot in them. The build calls it; help does
 * not show it.
 */
@Command(name = "rehearse", hidden = true, description = "Run what a cache is for, for the build.")
public final class RehearseCommand implements Callable<Integer> {
  private final Program program;

  /** The program as it would run in a process of its own. */
  public interface Program {
    int run(Shell shell, List<String> args);
  }

  public RehearseCommand(Program program) {
    this.program = program;
  }

  /** What a cache is for: the launcher has one for each. */
  enum Part {
    /** What is over in a moment. */
    COMMANDS,
    /** What measures. */
    SIMULATE,
    /** The server; it says where it listens, and whoever started it goes on from there. */
    SERVE
  }

  @Parameters(index = "0", description = "What the cache is for.")
  private Part part = Part.COMMANDS;

  @Parameters(
      index = "1",
      arity = "0..1",
      description = "A server to talk to; not in this process, whose cache is not to know it.")
  private String server = "";

  @Override
  public Integer call() {
    switch (part) {
      case COMMANDS -> commands();
      case SIMULATE -> simulate();
      case SERVE -> {
        run(0, "demo", "--for", "1s");
        run(System.out, Set.of(0), "serve", "--port", "0");
      }
    }
    return 0;
  }

  private void simulate() {
    run(
        OutputStream.nullOutputStream(),
        // On a busy machine it may be unfit to measure or fail a threshold; it has run all the
        // same.
        Set.of(0, ExitCode.UNTRUSTED.code(), ExitCode.THRESHOLDS.code()),
        "simulate",
        "--users",
        "100",
        "--rate",
        "1000/s",
        "--set",
        "ramp=1s",
        "--warmup",
        "1s",
        "--duration",
        "3s",
        // It would lie where the build was started, among the sources.
        "--report",
        "none",
        "--server",
        server);
  }

  private void commands() {
    run(0, "--version");
    run(0, "--help");
    run(0, "subscribe", "--help");
    run(0, "publish", "--help");
    run(0, "simulate", "--help");
    run(0, "report", "--help");
    run(0, "tail", "--help");
    run(0, "token", "--help");
    run(0, "decode", "--help");
    run(0, "doctor", "--help");
    run(0, "context", "--help");
    run(0, "context", "list", "-o", "name");
    run(2, "subscribe", "--no-such-option");
    for (String output : List.of("text", "json")) {
      run(0, "publish", "alice", "{\"n\":1}", "-o", output, "--server", server);
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
          server);
    }
    run(0, "tail", "--for", "300ms", "--server", server);
    // Nobody listens there.
    String nowhere = "http://127.0.0.1:1";
    run(3, "publish", "alice", "hi", "--server", nowhere);
    run(3, "subscribe", "alice", "--server", nowhere);
  }

  /** What works otherwise here than for users would make a cache of the wrong things. */
  private void run(int expected, String... args) {
    run(OutputStream.nullOutputStream(), Set.of(expected), args);
  }

  private void run(OutputStream out, Set<Integer> expected, String... args) {
    var shell =
        new Shell(
            Host.PROCESS,
            new Terminals(true, true, true),
            // No configuration: the user's who builds is not for this cache.
            Map.of("XDG_CONFIG_HOME", "/nonexistent"),
            out,
            OutputStream.nullOutputStream());
    int exit = program.run(shell, List.of(args));
    if (!expected.contains(exit)) {
      throw new IllegalStateException(
          "sse-cli " + String.join(" ", args) + " ended with " + exit + ", not of " + expected);
    }
  }
}
