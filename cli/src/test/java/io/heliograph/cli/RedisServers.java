package io.heliograph.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/** A Redis Cluster of three primaries and three replicas, which keeps nothing on disk. */
final class RedisServers implements AutoCloseable {

  private static final String SERVER = "/usr/bin/redis-server";
  private static final String CLI = "/usr/bin/redis-cli";
  private static final int BUS = 10_000; // Where the servers of a Cluster talk to each other.

  private final Map<Integer, Process> servers = new HashMap<>();
  private final List<Integer> ports = new ArrayList<>();

  /** Starts it in a directory, and returns when each primary has a replica. */
  RedisServers(Path dir) throws IOException {
    boolean installed = Files.isExecutable(Path.of(SERVER));
    if (!installed && Optional.ofNullable(System.getenv("REDIS_REQUIRED")).isPresent()) {
      fail("This test needs " + SERVER + ": apt-get install redis-server");
    }
    assumeTrue(installed, SERVER);
    for (int i = 0; i < 6; i++) {
      int port = freePort();
      ports.add(port);
      servers.put(port, start(Files.createDirectory(dir.resolve("redis-" + port)), port));
    }
    ports.forEach(port -> awaitTrue(() -> call(port, "PING").equals("PONG")));
    var create = new ArrayList<>(List.of("--cluster", "create"));
    ports.forEach(port -> create.add("127.0.0.1:" + port));
    create.addAll(List.of("--cluster-replicas", "1", "--cluster-yes"));
    assertThatItSucceeds(create);
    ports.forEach(port -> awaitTrue(() -> isReady(port)));
  }

  private static int freePort() throws IOException {
    while (true) {
      try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        if (socket.getLocalPort() < 65_536 - BUS) {
          return socket.getLocalPort();
        }
      }
    }
  }

  private static Process start(Path dir, int port) throws IOException {
    return new ProcessBuilder(
            List.of(
                SERVER,
                "--port",
                Integer.toString(port),
                "--bind",
                "127.0.0.1",
                "--dir",
                dir.toString(),
                "--save",
                "",
                "--cluster-enabled",
                "yes",
                "--cluster-node-timeout",
                "5000"))
        .redirectErrorStream(true)
        .redirectOutput(dir.resolve("log").toFile())
        .start();
  }

  private static void awaitTrue(Callable<Boolean> condition) {
    await().atMost(Sse.PATIENCE).pollInterval(Duration.ofMillis(50)).until(condition);
  }

  private boolean isReady(int port) throws IOException {
    String info = call(port, "CLUSTER", "INFO");
    String replication = call(port, "INFO", "replication");
    return info.contains("cluster_state:ok")
        && info.contains("cluster_known_nodes:6")
        && (replication.contains("connected_slaves:1")
            || replication.contains("master_link_status:up"));
  }

  private static void assertThatItSucceeds(List<String> arguments) throws IOException {
    var command = new ArrayList<>(List.of(CLI));
    command.addAll(arguments);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    if (process.onExit().join().exitValue() != 0) {
      fail(said);
    }
  }

  private static String call(int port, String... words) throws IOException {
    var command = new ArrayList<>(List.of(CLI, "-p", Integer.toString(port)));
    command.addAll(List.of(words));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    return new String(process.getInputStream().readAllBytes(), UTF_8).strip();
  }

  /** The address, as a setting. */
  String url() {
    return "redis://"
        + ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
  }

  /** Kills a primary, as a power loss of its machine would. */
  void killPrimary() throws IOException {
    for (int port : ports) {
      Process server = Objects.requireNonNull(servers.get(port));
      if (server.isAlive() && call(port, "ROLE").startsWith("master")) {
        server.destroyForcibly().onExit().join();
        return;
      }
    }
    fail("there is no primary");
  }

  @Override
  public void close() {
    servers.values().forEach(server -> server.destroyForcibly().onExit().join());
  }
}
