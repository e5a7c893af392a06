package io.heliograph.server;

import static org.awaitility.Awaitility.await;

import io.heliograph.server.config.Settings;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** A real server on a free port, and HTTP to it. */
public final class TestServer implements AutoCloseable {

  private final Heliograph server;
  private final HttpClient http;

  private TestServer(Heliograph server) {
    this.server = server;
    this.http =
        isSecure()
            ? HttpClient.newBuilder().sslContext(StreamPath.trustingContext()).build()
            : HttpClient.newHttpClient();
  }

  private boolean isSecure() {
    return server.uri().getScheme().equals("https");
  }

  public static TestServer start() {
    return start(Map.of());
  }

  public static TestServer start(Map<String, String> settings) {
    var all = new LinkedHashMap<>(settings);
    all.putIfAbsent("server.port", "0");
    all.putIfAbsent("drain.window", "0s");
    Settings read = Settings.of(all);
    if (read.server().port() == 0) {
      return new TestServer(Heliograph.start(read));
    }
    // A process that another test is about to start holds copies of all sockets for a moment, so a
    // port may still be taken right after its server was closed.
    return new TestServer(
        await()
            .pollInSameThread()
            .ignoreException(StartException.class)
            .until(() -> Heliograph.start(read), Objects::nonNull));
  }

  static TestServer of(Heliograph server) {
    return new TestServer(server);
  }

  public Heliograph heliograph() {
    return server;
  }

  public int port() {
    return server.uri().getPort();
  }

  /** A new connection, through TLS if the server speaks that. */
  public Socket connect() throws IOException {
    return StreamPath.connect(isSecure(), port());
  }

  /** A socket for which the kernel keeps few bytes that were not read. */
  public Socket connect(int receiveBufferBytes) throws IOException {
    var socket = new Socket();
    socket.setReceiveBufferSize(receiveBufferBytes);
    return StreamPath.connect(isSecure(), port(), socket);
  }

  /** A stream of any path. */
  public TestReader open(String path, String... headers) throws IOException {
    return TestReader.open(connect(), path, headers);
  }

  public TestReader subscribe(String user) throws IOException {
    return open("/sse/" + encoded(user));
  }

  public TestReader resume(String user, String lastEventId) throws IOException {
    return open("/sse/" + encoded(user), "Last-Event-ID: " + lastEventId);
  }

  /** Publishes text as the data of an event of type message; fails unless it was accepted. */
  public String publish(String user, String data) {
    var response =
        post("/v1/users/" + encoded(user) + "/events", "text/plain; charset=utf-8", data);
    if (response.statusCode() != 202) {
      throw new AssertionError(response.statusCode() + " " + response.body());
    }
    return response.body();
  }

  public String broadcast(String data) {
    var response = post("/v1/broadcast", "text/plain", data);
    if (response.statusCode() != 202) {
      throw new AssertionError(response.statusCode() + " " + response.body());
    }
    return response.body();
  }

  public HttpResponse<String> post(String path, String contentType, String body) {
    return send(
        HttpRequest.newBuilder(server.uri().resolve(path))
            .header("Content-Type", contentType)
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  public HttpResponse<String> get(String path) {
    return send(HttpRequest.newBuilder(server.uri().resolve(path)));
  }

  public HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  public URI uri(String path) {
    return server.uri().resolve(path);
  }

  public static String encoded(String user) {
    return URLEncoder.encode(user, StandardCharsets.UTF_8).replace("+", "%20");
  }

  @Override
  public void close() {
    server.close();
    http.close();
  }
}
