package io.heliograph.server.redis;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A redis-server on a free port, which the test ends. */
public final class RedisProcess implements AutoCloseable {

  // Another one, such as Valkey, can be tested by -Dredis-server.
  private static final String PROGRAM = System.getProperty("redis-server", "/usr/bin/redis-server");

  private final Path directory;
  private final int port;
  private final List<String> options;
  private Process process;

  private RedisProcess(Path directory, int port, List<String> options) {
    this.directory = directory;
    this.port = port;
    this.options = options;
    this.process = launch();
    awaitAnswer();
  }

  /**
   * Starts a server that keeps nothing on disk unless an option says otherwise.
   *
   * @param options as of the command line, such as {@code --maxmemory}, {@code 10mb}
   */
  public static RedisProcess start(String... options) {
    return start(freePort(), options);
  }

  static RedisProcess start(int port, String... options) {
    assumeInstalled();
    try {
      return new RedisProcess(Files.createTempDirectory("redis"), port, List.of(options));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Skips the test if there is no redis-server, and fails it where CI has to have one. */
  public static void assumeInstalled() {
    boolean installed = Files.isExecutable(Path.of(PROGRAM));
    String what = "This test needs " + PROGRAM + ": apt-get install redis-server";
    if (!installed && Optional.ofNullable(System.getenv("REDIS_REQUIRED")).isPresent()) {
      fail(what);
    }
    assumeTrue(installed, what);
  }

  static int freePort() {
    while (true) {
      try (var socket = new ServerSocket(0)) {
        int port = socket.getLocalPort();
        if (port <= 55_535 && isFree(port + 10_000)) { // Where the bus of a Cluster listens.
          return port;
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static boolean isFree(int port) {
    try (var socket = new ServerSocket(port)) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }

  private Process launch() {
    var command = new ArrayList<String>();
    command.addAll(List.of(PROGRAM, "--port", Integer.toString(port)));
    command.addAll(List.of("--dir", directory.toString(), "--bind", "127.0.0.1"));
    command.addAll(List.of("--save", "", "--appendonly", "no", "--daemonize", "no"));
    command.addAll(options);
    try {
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.appendTo(directory.resolve("redis.log").toFile()))
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitAnswer() {
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(20))
        .ignoreExceptions()
        .until(() -> call("PING").equals("PONG"));
  }

  public int port() {
    return port;
  }

  /** The address, as a setting. */
  public String url() {
    return "redis://127.0.0.1:" + port;
  }

  /** The address, for a connection of a test's own. */
  public RedisOptions options() {
    return options(port);
  }

  /** The address of a relay, for a connection of a test's own. */
  public static RedisOptions options(int port) {
    return options(List.of(port), "test");
  }

  static RedisOptions options(List<Integer> ports, String prefix) {
    return options(ports, prefix, 0);
  }

  static RedisOptions options(List<Integer> ports, String prefix, int waitReplicas) {
    return new RedisOptions(
        ports.stream().map(each -> new RedisOptions.Host("127.0.0.1", each)).toList(),
        false,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        0,
        prefix,
        waitReplicas);
  }

  Path directory() {
    return directory;
  }

  boolean isRunning() {
    return process.isAlive();
  }

  /** Kills it, as a power loss of its machine would. */
  public void kill() {
    signal("KILL");
    awaitEnd();
  }

  private void awaitEnd() {
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        throw new IllegalStateException("redis-server does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Starts it again, on the same port and directory. */
  public void restart() {
    process = launch();
    awaitAnswer();
  }

  /** Stops it without ending it. */
  public void pause() {
    signal("STOP");
  }

  public void resume() {
    signal("CONT");
  }

  private void signal(String name) {
    try {
      int exit =
          new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
      if (exit != 0) {
        throw new IllegalStateException("kill ended with " + exit);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Executes a command and returns its answer as text; the elements of a list in lines. */
  public String call(String... command) {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(10_000);
      var out = new ByteArrayOutputStream();
      out.writeBytes(("*" + command.length + "\r\n").getBytes(StandardCharsets.UTF_8));
      for (String word : command) {
        byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
        out.writeBytes(("$" + bytes.length + "\r\n").getBytes(StandardCharsets.UTF_8));
        out.writeBytes(bytes);
        out.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
      }
      socket.getOutputStream().write(out.toByteArray());
      return answer(new DataInputStream(new BufferedInputStream(socket.getInputStream())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String answer(DataInputStream in) throws IOException {
    String line = line(in);
    return switch (line.charAt(0)) {
      case '+', ':' -> line.substring(1);
      case '-' -> throw new IllegalStateException(line.substring(1));
      case '$' -> {
        int length = Integer.parseInt(line.substring(1));
        if (length < 0) {
          yield "";
        }
        byte[] bytes = in.readNBytes(length);
        in.skipNBytes(2);
        yield new String(bytes, StandardCharsets.UTF_8);
      }
      case '*' -> {
        var parts = new ArrayList<String>();
        for (int i = Integer.parseInt(line.substring(1)); i > 0; i--) {
          parts.add(answer(in));
        }
        yield String.join("\n", parts);
      }
      default -> throw new IllegalStateException("not an answer of Redis: " + line);
    };
  }

  private static String line(InputStream in) throws IOException {
    var line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException("Redis has closed the connection");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  @Override
  public void close() {
    if (process.isAlive()) {
      signal("KILL"); // Which also ends one that is paused.
      awaitEnd();
    }
    try (Stream<Path> files = Files.walk(directory)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
