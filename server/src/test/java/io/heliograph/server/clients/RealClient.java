package io.heliograph.server.clients;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One client as a process: lines of commands go to it, and lines of reports come from it, as
 * server/src/clients/node/program.mjs describes. Programs read and write them themselves; a
 * browser's page does so by HTTP, through {@link BrowserDesk}.
 */
final class RealClient implements AutoCloseable {

  private final BlockingQueue<String> commands = new LinkedBlockingQueue<>();
  private final Map<String, Reader> readers = new ConcurrentHashMap<>();
  private final CountDownLatch ready = new CountDownLatch(1);
  private final ClientProgram program;
  private final Relay relay;
  private List<String> command = List.of();
  private Map<String, String> environment = Map.of();
  private @Nullable Path log;
  private @Nullable Process process;

  /**
   * Makes a client that does not run yet.
   *
   * @param relay what it connects to
   */
  RealClient(ClientProgram program, Relay relay) {
    this.program = program;
    this.relay = relay;
  }

  Relay relay() {
    return relay;
  }

  String scheme() {
    return program.isHttp2() ? "https" : "http";
  }

  /** The beginning of all URLs of its streams. */
  String base() {
    return scheme() + "://127.0.0.1:" + relay.port();
  }

  ClientProgram program() {
    return program;
  }

  /** Starts the process; {@link #awaitReady} waits for it. */
  void start(List<String> command, Map<String, String> environment, Path log) throws IOException {
    this.command = command;
    this.environment = environment;
    this.log = log;
    startAgain();
  }

  /** Ends the process, if there is one, and starts another. */
  void startAgain() throws IOException {
    close();
    var said = Objects.requireNonNull(log).toFile();
    var builder = new ProcessBuilder(command).redirectError(said);
    builder.environment().putAll(environment);
    if (program.isBrowser()) {
      process = builder.redirectOutput(said).start();
      return;
    }
    var started = builder.start();
    process = started;
    Thread.startVirtualThread(() -> readReports(started));
    Thread.startVirtualThread(() -> writeCommands(started));
  }

  boolean awaitReady() throws InterruptedException {
    return ready.await(90, TimeUnit.SECONDS);
  }

  void open(Reader reader, String url) {
    readers.put(reader.name(), reader);
    command("open", reader.name(), url);
  }

  void close(Reader reader) {
    command("close", reader.name());
  }

  /** The token for all requests from now on. */
  void token(String token) {
    command("token", token);
  }

  private void command(String... fields) {
    commands.add(String.join("\t", fields));
  }

  /** The commands that have not been fetched yet, after a wait for the first. */
  String nextCommands() throws InterruptedException {
    var first = commands.poll(5, TimeUnit.SECONDS);
    if (first == null) {
      return "";
    }
    var lines = new StringBuilder(first).append('\n');
    String more;
    while ((more = commands.poll()) != null) {
      lines.append(more).append('\n');
    }
    return lines.toString();
  }

  /** Takes one line from the client. */
  void report(String line) {
    String[] fields = line.split("\t", -1);
    if (fields[0].equals("ready")) {
      ready.countDown();
    }
    var reader = readers.get(fields[0]);
    if (reader != null && fields.length > 1) {
      reader.report(fields);
    }
  }

  private void readReports(Process started) {
    try (var lines =
        new BufferedReader(
            new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8))) {
      String line;
      while ((line = lines.readLine()) != null) {
        report(line);
      }
    } catch (IOException e) {
      // It has ended.
    }
  }

  private void writeCommands(Process started) {
    try (var out = started.getOutputStream()) {
      while (started.isAlive()) {
        out.write(nextCommands().getBytes(StandardCharsets.UTF_8));
        out.flush();
      }
    } catch (IOException e) {
      // It has ended.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    var started = process;
    if (started != null) {
      started.descendants().forEach(ProcessHandle::destroyForcibly);
      started.destroyForcibly();
    }
  }
}
