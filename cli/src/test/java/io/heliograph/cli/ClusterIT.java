package io.heliograph.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes at a Redis Cluster, as processes, under the load of {@code simulate}. */
@Tag("slow")
@Order(1)
final class ClusterIT {

  private static final String LISTENING = "listening on ";

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
    try (HttpClient http = HttpClient.newHttpClient()) {
      var request = HttpRequest.newBuilder(node.uri.resolve("/health/ready")).build();
      return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
    }
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
              "90",
              "--rate",
              "300/s",
              "--broadcast",
              "2/s",
              "--set",
              "seed=14",
              "--set",
              "max-lag=1m",
              "--set",
              "drain=15s",
              "--warmup",
              "500ms",
              "--duration",
              "35s",
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

        simulate.exit(Duration.ofMinutes(3));
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
