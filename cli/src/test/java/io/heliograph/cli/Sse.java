package io.heliograph.cli;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@code sse-cli} at work, with what it has written so far.
 *
 * <p>{@link #start} runs the program in this JVM: the same code from the command line on, without
 * the start of a process. {@link #packed} runs the packed program as a user would: for the
 * launcher, signals, pipes, and one test of each command.
 */
final class Sse implements AutoCloseable {
  /** Slow enough for a loaded machine; nothing waits so long when all is well. */
  static final Duration PATIENCE = Duration.ofSeconds(60);

  static final Path PROGRAM = Path.of(System.getProperty("sse-cli"));

  private final Running running;

  /** A program that was started. */
  interface Running {
    /** Waits for the end, and until all that was written has been read; whether it came. */
    boolean awaitEnd(Duration patience) throws InterruptedException;

    int exit();

    /** The lines on stdout, as many as have come. */
    List<String> out();

    /** The lines on stderr, as many as have come. */
    List<String> err();

    /** All of its stdin. */
    void type(String text);

    void signal(String name);

    void end();
  }

  private Sse(Running running) {
    this.running = running;
  }

  /** Runs {@code sse-cli} with these arguments in this JVM. */
  static Sse start(Object... args) {
    return start(Map.of(), args);
  }

  /** The same with variables of the environment added. */
  static Sse start(Map<String, String> env, Object... args) {
    return new Sse(new InProcess(environment(env), words(args)));
  }

  /** Starts the packed program with these arguments. */
  static Sse packed(Object... args) {
    return packed(Map.of(), args);
  }

  /** The same with variables of the environment added. */
  static Sse packed(Map<String, String> env, Object... args) {
    var command = new ArrayList<>(command());
    command.addAll(words(args));
    return start(new ProcessBuilder(command), env);
  }

  /** Starts any program, most often a shell that starts the packed one. */
  static Sse start(ProcessBuilder builder, Map<String, String> env) {
    try {
      adjust(builder.environment(), env);
      return new Sse(new PackedProcess(builder.start()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> words(Object... args) {
    var words = new ArrayList<String>();
    for (Object arg : args) {
      words.add(arg.toString());
    }
    return words;
  }

  private static Map<String, String> environment(Map<String, String> more) {
    var env = new TreeMap<>(System.getenv());
    adjust(env, more);
    return env;
  }

  private static void adjust(Map<String, String> env, Map<String, String> more) {
    env.keySet().removeIf(name -> name.startsWith("SSE_CLI_"));
    // Not the configuration of whoever runs the tests.
    env.put("XDG_CONFIG_HOME", "/nonexistent");
    env.put("LC_ALL", "C.UTF-8");
    env.putAll(more);
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
      if (!running.awaitEnd(patience)) {
        throw new AssertionError("still running; it has said:\n" + out() + "\n" + err());
      }
      return running.exit();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** The lines on stdout, as many as have come. */
  List<String> out() {
    return List.copyOf(running.out());
  }

  /** All of stderr that has come. */
  String err() {
    return String.join("\n", running.err());
  }

  Sse awaitErr(String part) {
    await(part)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> err().contains(part));
    return this;
  }

  /** Of a terminal, which has one stream for both. */
  Sse awaitOutText(String part) {
    await(part)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> String.join("\n", out()).contains(part));
    return this;
  }

  Sse awaitFile(Path file) {
    await(file.toString()).atMost(PATIENCE).until(() -> Files.exists(file));
    return this;
  }

  Sse awaitOut(int lines) {
    await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(() -> out().size() >= lines);
    return this;
  }

  Sse type(String text) {
    running.type(text);
    return this;
  }

  /** Sends a signal, as {@code kill} does; in this JVM only INT and TERM are understood. */
  Sse signal(String name) {
    running.signal(name);
    return this;
  }

  /** Whatever happened: nothing is left behind. */
  @Override
  public void close() {
    running.end();
  }
}
