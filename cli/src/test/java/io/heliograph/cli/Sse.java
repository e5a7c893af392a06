package io.heliograph.cli;

import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** The packed program, running as a user would run it. */
final class Sse implements AutoCloseable {
  /** Slow enough for a loaded machine; nothing waits so long when all is well. */
  static final Duration PATIENCE = Duration.ofSeconds(60);

  static final Path PROGRAM = Path.of(System.getProperty("sse-cli"));

  private final Process process;
  private final List<String> out = new CopyOnWriteArrayList<>();
  private final List<String> err = new CopyOnWriteArrayList<>();
  private final List<Thread> readers = new ArrayList<>();

  private Sse(Process process) {
    this.process = process;
    read(process.inputReader(StandardCharsets.UTF_8), out);
    read(process.errorReader(StandardCharsets.UTF_8), err);
  }

  /** Starts {@code sse-cli} with these arguments. */
  static Sse start(Object... args) {
    return start(Map.of(), args);
  }

  /** The same with variables of the environment added. */
  static Sse start(Map<String, String> env, Object... args) {
    var command = new ArrayList<>(command());
    for (Object arg : args) {
      command.add(arg.toString());
    }
    return start(new ProcessBuilder(command), env);
  }

  static Sse start(ProcessBuilder builder, Map<String, String> env) {
    try {
      builder.environment().keySet().removeIf(name -> name.startsWith("SSE_CLI_"));
      // Not the configuration of whoever runs the tests.
      builder.environment().put("XDG_CONFIG_HOME", "/nonexistent");
      builder.environment().put("LC_ALL", "C.UTF-8");
      builder.environment().putAll(env);
      return new Sse(builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A build in the background of a script runs with SIGINT ignored, and so would all that it
   * starts; env from GNU takes that back.
   */
  private static List<String> command() {
    boolean gnu = Files.exists(Path.of("/proc/self/status"));
    return gnu
        ? List.of("env", "--default-signal=INT", PROGRAM.toString())
        : List.of(PROGRAM.toString());
  }

  /** Waits for the end; the exit code. */
  int exit() {
    return exit(PATIENCE);
  }

  /** The same for what takes longer by itself. */
  int exit(Duration patience) {
    try {
      if (!process.waitFor(patience.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("still running; it has said:\n" + out + "\n" + err);
      }
      for (Thread reader : readers) {
        reader.join();
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** The lines on stdout, as many as have come. */
  List<String> out() {
    return List.copyOf(out);
  }

  /** All of stderr that has come. */
  String err() {
    return String.join("\n", err);
  }

  Sse awaitErr(String part) {
    await(part)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> err().contains(part));
    return this;
  }

  Sse awaitOut(int lines) {
    await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(() -> out.size() >= lines);
    return this;
  }

  Sse type(String text) {
    try (OutputStream in = process.getOutputStream()) {
      in.write(text.getBytes(StandardCharsets.UTF_8));
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends a signal, as {@code kill} does. */
  Sse signal(String name) {
    try {
      new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
      return this;
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private void read(BufferedReader from, List<String> to) {
    readers.add(Thread.startVirtualThread(() -> from.lines().forEach(to::add)));
  }

  /** Whatever happened: nothing is left behind. */
  @Override
  public void close() {
    process.destroyForcibly();
  }
}
