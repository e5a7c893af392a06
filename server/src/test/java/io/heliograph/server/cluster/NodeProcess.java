package io.heliograph.server.cluster;

import io.heliograph.server.JavaProgram;
import io.heliograph.server.Main;
import io.heliograph.server.TestReader;
import io.heliograph.server.redis.RedisProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A node as a process of its own, so that {@code kill -9} is a real one. */
final class NodeProcess implements AutoCloseable {

  private final HttpClient http = HttpClient.newHttpClient();
  private final Process process;
  private final URI address;
  private final String token;

  private NodeProcess(Process process, URI address, String token) {
    this.process = process;
    this.address = address;
    this.token = token;
  }

  /**
   * Starts it and waits until it listens.
   *
   * @param token for the calls of this class; empty without {@code auth.mode=jwt}
   */
  static NodeProcess start(RedisProcess redis, Map<String, String> settings, String token)
      throws IOException {
    var arguments = new ArrayList<>(List.of("--port=0", "--log=" + redis.url()));
    settings.forEach((name, value) -> arguments.add("--set=" + name + "=" + value));
    Process process =
        new ProcessBuilder(JavaProgram.command(Main.class, arguments))
            .redirectErrorStream(true)
            .start();
    return new NodeProcess(process, JavaProgram.awaitListening(process), token);
  }

  int port() {
    return address.getPort();
  }

  TestReader open(String path, String... headers) throws IOException {
    var all = new ArrayList<>(List.of(headers));
    if (!token.isEmpty() && !path.contains("ticket=")) {
      all.add("Authorization: Bearer " + token);
    }
    return TestReader.open(address.getPort(), path, all.toArray(String[]::new));
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send("GET", path, "");
  }

  /** A request with a body of JSON, or none. */
  HttpResponse<String> send(String method, String path, String body)
      throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(address.resolve(path))
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    if (!body.isEmpty()) {
      request.header("Content-Type", "application/json");
    }
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** SIGKILL. Returns when it has ended. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** SIGTERM. Returns when it has ended. */
  void stop() throws InterruptedException {
    process.destroy();
    process.waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    http.close();
  }
}
