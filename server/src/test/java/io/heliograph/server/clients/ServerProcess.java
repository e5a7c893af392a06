package io.heliograph.server.clients;

import io.heliograph.server.JavaProgram;
import io.heliograph.server.Main;
import io.heliograph.server.PagedServer;
import io.heliograph.server.TestCertificate;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Heliograph as a process of its own, so that {@code kill -9} is a real one. */
public final class ServerProcess implements AutoCloseable {

  private static final Pattern TICKET = Pattern.compile("\"ticket\":\"([^\"]+)\"");
  private static final Pattern CONNECTION = Pattern.compile("\"since\":");

  private final HttpClient http;
  private final Process process;
  private final String scheme;
  private final int port;
  private final String authorization;

  private ServerProcess(Process process, String scheme, int port, String authorization)
      throws Exception {
    this.http = HttpClient.newBuilder().sslContext(TestCertificate.trustingContext()).build();
    this.process = process;
    this.scheme = scheme;
    this.port = port;
    this.authorization = authorization;
  }

  /**
   * Starts it and waits until it listens. With TLS it has the browsers' page, too.
   *
   * @param token for the calls of this class; empty without {@code auth.mode=jwt}
   */
  static ServerProcess start(Map<String, String> settings, String token) throws Exception {
    return start(
        settings.containsKey("server.tls.certificate") ? PagedServer.class : Main.class,
        settings,
        token);
  }

  /** Starts one that has the browsers' pages, and waits until it listens. */
  public static ServerProcess startWithPages(Map<String, String> settings, String token)
      throws Exception {
    return start(PagedServer.class, settings, token);
  }

  private static ServerProcess start(Class<?> program, Map<String, String> settings, String token)
      throws Exception {
    var arguments = new ArrayList<>(List.of("--port=0"));
    settings.forEach((name, value) -> arguments.addAll(List.of("--set", name + "=" + value)));
    Process process =
        new ProcessBuilder(JavaProgram.command(program, arguments))
            .redirectErrorStream(true)
            .start();
    URI address = JavaProgram.awaitListening(process);
    return new ServerProcess(
        process, address.getScheme(), address.getPort(), token.isEmpty() ? "" : "Bearer " + token);
  }

  public int port() {
    return port;
  }

  /** Publishes; fails unless the event was accepted. */
  public void publish(String user, String type, String data) {
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

  /** A ticket for the token's user. */
  public String ticket(String token) {
    var answer =
        send(
            HttpRequest.newBuilder(uri("/v1/tickets"))
                .setHeader("Authorization", "Bearer " + token)
                .POST(HttpRequest.BodyPublishers.noBody()));
    Matcher ticket = TICKET.matcher(answer.body());
    if (!ticket.find()) {
      throw new AssertionError(answer.statusCode() + " " + answer.body());
    }
    return ticket.group(1);
  }

  /** Closes all streams of the user, for good. */
  public void kick(String user) {
    send(HttpRequest.newBuilder(uri("/v1/users/" + user + "/connections")).DELETE());
  }

  /** Ends the access of the user, and all its streams. */
  public void revoke(String user) {
    var answer =
        send(
            HttpRequest.newBuilder(uri("/v1/revocations"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"user\":\"" + user + "\"}")));
    if (answer.statusCode() != 200) {
      throw new AssertionError(answer.statusCode() + " " + answer.body());
    }
  }

  /** How many streams the user has. */
  public int connections(String user) {
    String body = send(HttpRequest.newBuilder(uri("/v1/users/" + user))).body();
    return (int) CONNECTION.matcher(body).results().count();
  }

  private URI uri(String path) {
    return URI.create(scheme + "://127.0.0.1:" + port + path);
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      HttpRequest asked = request.build();
      if (!authorization.isEmpty() && asked.headers().firstValue("Authorization").isEmpty()) {
        asked = request.header("Authorization", authorization).build();
      }
      return http.send(asked, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** SIGTERM: it says goodbye to its readers. Returns when it has ended. */
  public void drain() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      throw new AssertionError("the server did not stop within 30 s");
    }
  }

  /** SIGKILL. Returns when it has ended. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    http.close();
  }
}
