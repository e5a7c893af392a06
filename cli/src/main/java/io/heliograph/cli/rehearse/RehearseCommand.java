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
 * Runs in one JVM what users run in many: the AOT cache that the JVM writes then contains the
 * classes of all these commands, and what is hot in them. The build calls it; help does not list
 * it.
 */
@Command(name = "rehearse", hidden = true, description = "Train an AOT cache, for the build.")
public final class RehearseCommand implements Callable<Integer> {
  private static final Set<Integer> OK = Set.of(0);

  private final Program program;

  /** The program as it would run in a process of its own. */
  public interface Program {
    int run(Shell shell, List<String> args);
  }

  public RehearseCommand(Program program) {
    this.program = program;
  }

  /** The launcher has a cache for each. */
  enum Part {
    /** Short commands. */
    COMMANDS,
    SIMULATE,
    /** Prints where it listens; the caller sends it requests and ends it. */
    SERVE
  }

  @Parameters(index = "0", description = "The cache to train.")
  private Part part = Part.COMMANDS;

  @Parameters(
      index = "1",
      arity = "0..1",
      description = "A server in another process, so that its classes do not get into the cache.")
  private String server = "";

  @Override
  public Integer call() {
    switch (part) {
      case COMMANDS -> commands();
      case SIMULATE -> {
        for (String engine : List.of("raw", "sdk")) {
          // A busy machine makes it INVALID, which does not matter here. A report would be written
          // among the sources.
          run(
              Set.of(0, ExitCode.UNTRUSTED.code(), ExitCode.THRESHOLDS.code()),
              "simulate --users 100 --rate 1000/s --set ramp=1s --warmup 1s --duration 3s"
                  + " --report none --set engine="
                  + engine
                  + " --server "
                  + server);
        }
      }
      case SERVE -> {
        run(OK, "demo --for 1s");
        run(System.out, OK, "serve --port 0");
      }
    }
    return 0;
  }

  private void commands() {
    run(OK, "--version");
    run(OK, "--help");
    for (String command :
        "subscribe publish simulate report tail token decode doctor context".split(" ", 0)) {
      run(OK, command + " --help");
    }
    run(OK, "context list");
    run(Set.of(2), "subscribe --no-such-option");
    for (String output : List.of("text", "json")) {
      String common = " -o " + output + " --server " + server;
      run(OK, "publish alice {\"n\":1}" + common);
      run(OK, "subscribe alice --from oldest --count 1" + common);
    }
    run(OK, "tail --for 300ms --server " + server);
    // Nobody listens there.
    run(Set.of(3), "publish alice hi --server http://127.0.0.1:1");
    run(Set.of(3), "subscribe alice --server http://127.0.0.1:1");
  }

  private void run(Set<Integer> expected, String line) {
    run(OutputStream.nullOutputStream(), expected, line);
  }

  private void run(OutputStream out, Set<Integer> expected, String line) {
    var shell =
        new Shell(
            Host.PROCESS,
            new Terminals(true, true, true),
            // The configuration of the user who builds must not influence the cache.
            Map.of("XDG_CONFIG_HOME", "/nonexistent"),
            out,
            OutputStream.nullOutputStream());
    int exit = program.run(shell, List.of(line.split(" ", 0)));
    // Otherwise the cache would be made of something that users do not run.
    if (!expected.contains(exit)) {
      throw new IllegalStateException(
          "sse-cli " + line + " ended with " + exit + ", not with one of " + expected);
    }
  }
}
