import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Part of the build: runs a packed program once the way it is used, and has the JVM keep what it
 * loaded and linked on the way (JEP 514), so that later starts need not do it again.
 *
 * <p>It runs the program's own launcher, because a cache is good only for the class path and the
 * flags it was made with, and because the launcher names the cache: after its jars. Arguments: the
 * launcher, the prefix of its variables, and for each cache {@code --}, the beginning of its name and the
 * arguments of the run. A run that prints {@code listening on URL} is a server: it is asked
 * for a stream, given events, and ended by SIGTERM. Any other ends by itself; where its arguments
 * say {@code {server}}, the program is started as a server before, and its URL put there.
 */
final class TrainAotCache {
  private static final int USERS = 8;
  private static final int EVENTS = 2_000;
  private static final int BATCHES = 200;
  private static final int LINES = 100;
  private static final int READERS = 300;
  private static final String LISTENING = "listening on ";
  private static final int SIGTERM = 143;
  private static final Duration LIMIT = Duration.ofMinutes(2);

  public static void main(String[] args) throws Exception {
    Path launcher = Path.of(args[0]);
    String variable = args[1];
    // At once, because the runs also wait: for their own time to pass, and for one thread that writes the cache.
    var trained = new ArrayList<Future<Void>>();
    try (ExecutorService trainings = Executors.newVirtualThreadPerTaskExecutor()) {
      for (List<String> training : trainings(List.of(args).subList(2, args.length))) {
        String name = training.getFirst();
        trained.add(trainings.submit(() -> train(launcher, variable, name, training.subList(1, training.size()))));
      }
    }
    for (Future<Void> one : trained) {
      one.get();
    }
  }

  /** The parts that each begin after {@code --}. */
  private static List<List<String>> trainings(List<String> args) {
    var all = new ArrayList<List<String>>();
    for (String arg : args) {
      if (arg.equals("--")) {
        all.add(new ArrayList<>());
      } else {
        all.getLast().add(arg);
      }
    }
    return all;
  }

  private static Void train(Path launcher, String variable, String cache, List<String> run) throws Exception {
    Path lib = launcher.resolveSibling("../lib").normalize();
    String name = cache + "-[0-9]*.aot";
    deleteAll(lib, name);

    Process server = run.contains("{server}") ? start(launcher, variable, false, List.of("serve", "--port=0")) : null;
    try {
      String url = server == null ? "" : server.inputReader().lines().filter(TrainAotCache::isUrl).findFirst().orElse("");
      List<String> words = run.stream().map(arg -> arg.equals("{server}") ? url(url) : arg).toList();
      String log = train(start(launcher, variable, true, words));
      if (!log.isEmpty()) {
        // On a machine that is busy elsewhere a publish may find no answer in time, which is no reason to have no build.
        System.err.println("The training of " + cache + " failed and is repeated; it printed:\n" + log);
        deleteAll(lib, name);
        log = train(start(launcher, variable, true, words));
      }
      if (!log.isEmpty()) {
        // A cache of what went wrong would make the wrong things fast.
        deleteAll(lib, name);
      }
      if (all(lib, name).isEmpty()) {
        throw new IllegalStateException("No AOT cache came of " + launcher + " " + run + ", which printed:\n" + log);
      }
    } finally {
      if (server != null) {
        server.destroy();
      }
    }
    return null;
  }

  /** Uses it until it has ended; what it printed if it failed or did not answer in time, and else nothing. */
  private static String train(Process program) throws Exception {
    var log = new StringBuilder();
    CompletableFuture<Void> used = CompletableFuture.completedFuture(null);
    try (BufferedReader output = program.inputReader()) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        log.append("  ").append(line).append('\n');
        if (isUrl(line)) {
          URI uri = URI.create(url(line));
          // Beside this thread, which reads on: a program whose output nobody takes stands still.
          used = CompletableFuture.runAsync(() -> use(uri)).orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS);
          used.whenComplete((done, failed) -> end(program, failed));
        }
      }
    }
    boolean over = program.waitFor(60, TimeUnit.SECONDS);
    program.destroyForcibly();
    if (used.isCompletedExceptionally()) {
      return log.append("  and then: ").append(used.exceptionNow()).append('\n').toString();
    }
    return over && (program.exitValue() == 0 || program.exitValue() == SIGTERM) ? "" : log.toString();
  }

  /** Ends the server. If it could not be used, what its threads and those of its client wait for comes first. */
  private static void end(Process server, Throwable failed) {
    if (failed != null) {
      System.err.println("The server could not be used: " + failed);
      for (long pid : List.of(server.pid(), ProcessHandle.current().pid())) {
        try {
          printThreads(pid);
        } catch (IOException | InterruptedException e) {
          System.err.println("The threads of process " + pid + " cannot be printed: " + e);
        }
      }
    }
    server.toHandle().destroy(); // destroy() of the process would also close its output.
  }

  private static void printThreads(long pid) throws IOException, InterruptedException {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    Path dump = Files.createTempFile("threads", ".txt");
    for (List<String> ask : List.of(List.of("Thread.print"), List.of("Thread.dump_to_file", "-overwrite", dump.toString()))) {
      var command = new ArrayList<>(List.of(jcmd.toString(), Long.toString(pid)));
      command.addAll(ask);
      Process asked = new ProcessBuilder(command).inheritIO().start();
      asked.waitFor(20, TimeUnit.SECONDS);
      asked.destroyForcibly();
    }
    System.err.println(Files.readString(dump));
    Files.delete(dump);
  }

  private static List<Path> all(Path directory, String glob) throws IOException {
    var all = new ArrayList<Path>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, glob)) {
      files.forEach(all::add);
    }
    return all;
  }

  private static void deleteAll(Path directory, String glob) throws IOException {
    for (Path file : all(directory, glob)) {
      Files.delete(file);
    }
  }

  private static Process start(Path launcher, String variable, boolean trains, List<String> args) throws IOException {
    var builder = new ProcessBuilder(launcher.toString());
    builder.command().addAll(args);
    builder.redirectErrorStream(true);
    builder.environment().put(variable + "_JAVA_HOME", System.getProperty("java.home"));
    builder.environment().remove(variable + "_JAVA_OPTS");
    builder.environment().put(variable + "_AOT", trains ? "train" : "");
    return builder.start();
  }

  private static boolean isUrl(String line) {
    return line.contains(LISTENING);
  }

  private static String url(String line) {
    return line.substring(line.indexOf(LISTENING) + LISTENING.length()).strip();
  }

  /**
   * Streams and publishes, one event at a time a user, then in batches; then readers come and go. As many as it takes until the JVM
   * knows which methods are hot and how they are used: that is kept in the cache, too (JEP 515), and a new server is
   * fast in its first seconds.
   */
  private static void use(URI server) {
    // Not closed: on JDK 25, close() after shutdownNow() sometimes waits for ever if streams are open. This program ends soon.
    HttpClient client = HttpClient.newHttpClient();
    try (ExecutorService users = Executors.newVirtualThreadPerTaskExecutor()) {
      var used = new ArrayList<Future<?>>();
      for (int user = 0; user < USERS; user++) {
        URI events = server.resolve("/v1/users/user-" + user + "/events");
        used.add(users.submit(() -> use(client, events)));
      }
      for (Future<?> one : used) {
        one.get();
      }
      publishBatches(client, server.resolve("/v1/events"));
      client.shutdownNow();
      for (int i = 0; i < READERS; i++) {
        comeAndGo(server, "reader-" + i);
      }
    } catch (IOException | InterruptedException | ExecutionException e) {
      throw new IllegalStateException("The server could not be used.", e);
    }
  }

  /** As lines, which is how much is published. */
  private static void publishBatches(HttpClient client, URI events) throws IOException, InterruptedException {
    var lines = new StringBuilder();
    for (int i = 0; i < LINES; i++) {
      lines.append("{\"users\":[\"user-of-batch-").append(i).append("\"],\"type\":\"training\",\"data\":{\"n\":1}}\n");
    }
    var publish =
        HttpRequest.newBuilder(events)
            .header("Content-Type", "application/x-ndjson")
            .POST(HttpRequest.BodyPublishers.ofString(lines.toString()))
            .build();
    for (int i = 0; i < BATCHES; i++) {
      client.send(publish, HttpResponse.BodyHandlers.discarding());
    }
  }

  /** Each as a user of its own: a busy server may hold more of them at once than one user may have. */
  private static void comeAndGo(URI server, String user) throws IOException {
    try (var socket = new Socket(server.getHost(), server.getPort());
        var lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8))) {
      socket.getOutputStream().write(("GET /sse/" + user + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(UTF_8));
      while (!lines.readLine().startsWith("event: stream.live")) {
        // The head, and how a stream begins.
      }
    }
  }

  private static Void use(HttpClient client, URI events) throws IOException, InterruptedException {
    // Not closed here: a client that closes a stream may take its connection for one that is free.
    Iterator<String> lines =
        client.send(HttpRequest.newBuilder(events).build(), HttpResponse.BodyHandlers.ofLines()).body().iterator();
    for (int i = 0; i < EVENTS; i++) {
      var publish =
          HttpRequest.newBuilder(events)
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString("{\"type\":\"training\",\"data\":{\"n\":" + i + "}}"))
              .build();
      client.send(publish, HttpResponse.BodyHandlers.discarding());
      while (!lines.next().startsWith("event: training")) {
        // What comes before it: the stream's beginning, ids, heartbeats.
      }
    }
    return null;
  }
}
