package io.heliograph.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes at a Redis Cluster, as processes, under the load of {@code simulate}. */
@Tag("slow")
@Order(1)
final class ClusterIT {

  private static final String LISTENING = "listening on ";
  private static final int USERS = 90;
  private static final Pattern CONNECTIONS = Pattern.compile("\"connections\":(\\d+)");

  @TempDir private Path dir;

  /** A node, and where it listens. */
  private record Node(Sse program, URI uri) {}

  private static Node start(RedisServers redis) {
    Sse program =
        Sse.packed(
            "serve",
            "--port",
            "0",
            "--log",
            redis.url(),
            "--set",
            "log.redis.wait-replicas=1",
            "--set",
            "drain.window=1s",
            "--set",
            "stream.retry=200ms");
    program.awaitOutText(LISTENING);
    String line =
        program.out().stream().filter(each -> each.contains(LISTENING)).findFirst().orElseThrow();
    var node = new Node(program, URI.create(line.substring(line.indexOf("http")).split(" ", 2)[0]));
    await().atMost(Sse.PATIENCE).until(() -> isReady(node));
    return node;
  }

  private static boolean isReady(Node node) throws IOException, InterruptedException {
    return get(node, "/health/ready").statusCode() == 200;
  }

  private static long connections(Node node) throws IOException, InterruptedException {
    return CONNECTIONS
        .matcher(get(node, "/v1/stats?node=self").body())
        .results()
        .mapToLong(found -> Long.parseLong(found.group(1)))
        .sum();
  }

  private static HttpResponse<String> get(Node node, String path)
      throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      var request = HttpRequest.newBuilder(node.uri.resolve(path)).build();
      return http.send(request, BodyHandlers.ofString());
    }
  }

  /** All users are connected to nodes that follow every log. */
  private static boolean isHealed(List<Node> nodes) throws IOException, InterruptedException {
    long all = 0;
    for (Node node : nodes) {
      if (!isReady(node)) {
        return false;
      }
      all += connections(node);
    }
    return all == USERS;
  }

  @Test
  void aRollingRestartAndKilledServersLoseNothing() throws Exception {
    var nodes = new ArrayList<Node>();
    try (var redis = new RedisServers(dir);
        var balancer = new Balancer()) {
      for (int i = 0; i < 3; i++) {
        nodes.add(start(redis));
        balancer.add(nodes.getLast().uri);
      }
      try (Sse simulate =
          Sse.start(
              "simulate",
              "--server",
              balancer.uri(),
              "--users",
              USERS,
              "--rate",
              "150/s",
              "--broadcast",
              "1/s",
              "--set",
              "seed=14",
              "--set",
              "max-lag=1m",
              "--warmup",
              "500ms",
              "--duration",
              "10m",
              "--report",
              "none",
              "-o",
              "json")) {
        simulate.awaitErr("! measure");
        for (int i = 0; i < 3; i++) {
          restart(i, "TERM", nodes, balancer, redis); // One after the other, as for an upgrade.
        }
        redis.killPrimary();
        restart(0, "KILL", nodes, balancer, redis);

        // The run goes on until all is over, however slow the machine is.
        await().atMost(Sse.PATIENCE).until(() -> isHealed(nodes));
        simulate.signal("INT").exit();
        assertThat(simulate.out()).hasSize(1);
        String json = simulate.out().getFirst();
        SimulateIT.assertNothingIsLostOrWrong(json);
        assertThat(json).contains("\"loss.announced\":0,");
      }
    } finally {
      nodes.forEach(node -> node.program.close());
    }
  }

  private static void restart(
      int index, String signal, List<Node> nodes, Balancer balancer, RedisServers redis) {
    Node old = nodes.get(index);
    balancer.remove(old.uri);
    old.program.signal(signal);
    int exit = old.program.exit();
    assertThat(exit).isEqualTo(signal.equals("KILL") ? 137 : 0);
    nodes.set(index, start(redis));
    balancer.add(nodes.get(index).uri);
  }
}
