package io.heliograph.server.http;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.heliograph.server.hub.Hub;
import io.heliograph.server.observe.Metrics;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Says how the server is: figures and health. */
final class StatusHandler {

  private static final HeaderName CONTENT_SECURITY_POLICY =
      HeaderNames.create("Content-Security-Policy");

  private final Hub hub;
  private final Metrics metrics;
  private final byte[] index = resource("index.html");
  private final byte[] openApi = resource("openapi.yaml");

  StatusHandler(Hub hub, Metrics metrics) {
    this.hub = hub;
    this.metrics = metrics;
  }

  /** A flat object, so that a shell's tools can read it. */
  void stats(ServerRequest request, ServerResponse response) {
    Hub.Stats stats = hub.stats();
    Json.send(
        response,
        json -> {
          json.writeNumberField("connections", stats.connections());
          json.writeNumberField("users", stats.users());
          json.writeNumberField("published", stats.published());
          json.writeNumberField("delivered", stats.delivered());
          json.writeNumberField("logs", stats.log().logs());
          json.writeNumberField("logBytes", stats.log().bytes());
          json.writeNumberField("logEvictions", stats.log().evictions());
        });
  }

  /** Everything, as Prometheus reads it. */
  void metrics(ServerRequest request, ServerResponse response) {
    response.headers().set(HeaderNames.CONTENT_TYPE, Metrics.CONTENT_TYPE);
    response.send(metrics.page());
  }

  /** For a person who opens the server's address: what runs here. Without script or style. */
  void index(ServerRequest request, ServerResponse response) {
    response.headers().set(HeaderNames.CONTENT_TYPE, "text/html; charset=utf-8");
    response.headers().set(CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'");
    response.send(index);
  }

  /** The API's description, which a test holds to the routes. */
  void openApi(ServerRequest request, ServerResponse response) {
    response.headers().set(HeaderNames.CONTENT_TYPE, "application/yaml");
    response.send(openApi);
  }

  private static byte[] resource(String name) {
    try (InputStream in = StatusHandler.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is missing in the server's jar");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether the process should go on: it answers, so it should. */
  void live(ServerRequest request, ServerResponse response) {
    Json.send(response, json -> json.writeStringField("status", "UP"));
  }

  /** Whether new readers should be sent here. */
  void ready(ServerRequest request, ServerResponse response) {
    boolean ready = !hub.closing();
    response.status(ready ? Status.OK_200 : Status.SERVICE_UNAVAILABLE_503);
    Json.send(response, json -> json.writeStringField("status", ready ? "UP" : "DRAINING"));
  }
}
