package io.heliograph.server.clients;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Heliograph as a process of its own, so that {@code kill -9} is a real one. */
final class ServerProcess implements AutoCloseable {

  private static final Pattern LISTENING = Pattern.compile("http://127\\.0\\.0\\.1:(\\d+)");

  private final HttpClient http = HttpClient.newHttpClient();
  private final Process process;
  private final int port;
  private final String authorization;

  private ServerProcess(Process process, int port, String authorization) {
    this.process = process;
    this.port = port;
    this.authorization = authorization;
  }

  /**
   * Starts it and waits until it listens.
   *
   * @param token for the calls of this class; empty without {@code auth.mode=jwt}
   */
  static ServerProcess start(Map<String, String> settings, String token) throws IOException {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "io.heliograph.server.Main",
                "--port=0"));
    settings.forEach((name, value) -> command.addAll(List.of("--set", name + "=" + value)));
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var said =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    var all = new StringBuilder();
    String line;
    while ((line = said.readLine()) != null) {
      all.append(line).append('\n');
      Matcher listening = LISTENING.matcher(line);
      if (listening.find()) {
        Thread.startVirtualThread(() -> readPast(said));
        return new ServerProcess(
            process,
            Integer.parseInt(listening.group(1)),
            token.isEmpty() ? "" : "Bearer " + token);
      }
    }
    throw new AssertionError("the server did not start:\n" + all);
  }

  /** A full pipe would stop the server. */
  private static void readPast(BufferedReader said) {
    try {
      while (said.readLine() != null) {}
    } catch (IOException e) {
      // It was killed, which closes the pipe. Uncaught, it would fail whatever test waits just
      // then.
    }
  }

  int port() {
    return port;
  }

  /** Publishes; fails unless the event was accepted. */
  void publish(String user, String type, String data) {
    String path = "/v1/users/" + user + "/events?type=" + type;
    var answer =
        send(
            HttpRequest.newBuilder(uri(path))
                .header("Content-Type", "text/plain; charset=utf-8")
                .POST(HttpRequest.BodyPublishers.ofString(data)));
    if (answer.statusCode() != 202) {
      throw new AssertionError(answer.statusCode() + " " + answer.body());
    }
  }

  /** Closes all streams of the user, for good. */
  void kick(String user) {
    send(HttpRequest.newBuilder(uri("/v1/users/" + user + "/connections")).DELETE());
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      if (!authorization.isEmpty()) {
        request.header("Authorization", authorization);
      }
      return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** SIGTERM: it says goodbye to its readers. Returns when it has ended. */
  void drain() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      throw new AssertionError("the server did not stop within 30 s");
    }
  }

  /** SIGKILL. Returns when it has ended. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    http.close();
  }
}
