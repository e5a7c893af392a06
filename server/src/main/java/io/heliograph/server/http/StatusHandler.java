package io.heliograph.server.http;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.heliograph.server.gate.Gate;
import io.heliograph.server.hub.Hub;
import io.heliograph.server.observe.Metrics;
import io.heliograph.server.presence.Directory;
import io.heliograph.server.request.HeadRequest;
import io.heliograph.server.request.Json;
import io.heliograph.server.request.Requests;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/** Says how the server is: figures and health. */
final class StatusHandler {

  static final HeaderName CONTENT_SECURITY_POLICY = HeaderNames.create("Content-Security-Policy");

  private static final Pattern AUTHORITY = Pattern.compile("[0-9A-Za-z._:\\[\\]-]{1,255}");

  private static final String TOKEN_NEEDED =
      """
      <p>Every call needs a token: a signed JWT whose <code>sub</code> is the user and whose
      <code>scope</code> is <code>subscribe</code>, <code>publish</code> or <code>operate</code>. If the keys are a
      shared secret, make one for development:</p>
      <pre>
      TOKEN=$(sse-cli token --user alice --scope 'subscribe publish' --secret-file FILE)
      </pre>
      """;

  private static final String CONSOLE =
      "  <li><a href=\"console\">console</a>: what this server does, in a page for operators\n";

  private final Hub hub;
  private final Metrics metrics;
  private final Gate gate;
  private final Nodes nodes;
  private final String index;
  private final byte[] openApi = resource("openapi.yaml");

  StatusHandler(Hub hub, Nodes nodes, Metrics metrics, Gate gate, boolean console) {
    this.hub = hub;
    this.nodes = nodes;
    this.metrics = metrics;
    this.gate = gate;
    this.index =
        new String(resource("index.html"), StandardCharsets.UTF_8)
            .replace("{console}", console ? CONSOLE : "");
  }

  /** A flat object, so that a shell's tools can read it. */
  void stats(ServerRequest request, ServerResponse response) {
    Directory.Figures figures = nodes.asked(request).figures();
    Hub.Stats stats = figures.stats();
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
          json.writeNumberField("nodes", figures.nodes());
        });
  }

  /** Everything, as Prometheus reads it. */
  void metrics(ServerRequest request, ServerResponse response) {
    response.headers().set(HeaderNames.CONTENT_TYPE, Metrics.CONTENT_TYPE);
    HeadRequest.send(response, metrics.page());
  }

  /** For a person who opens the server's address: what runs here, and how to call it. */
  void index(ServerRequest request, ServerResponse response) {
    response.headers().set(HeaderNames.CONTENT_TYPE, "text/html; charset=utf-8");
    response.headers().set(CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'");
    boolean asksForTokens = gate.asksForTokens();
    String page =
        index
            .replace("{address}", address(request))
            .replace("{token}", asksForTokens ? "-H \"Authorization: Bearer $TOKEN\" " : "")
            .replace("{how}", asksForTokens ? TOKEN_NEEDED : "");
    HeadRequest.send(response, page.getBytes(StandardCharsets.UTF_8));
  }

  /** The server's address as the person's browser has it. */
  private static String address(ServerRequest request) {
    String authority = request.authority();
    boolean secure =
        request.isSecure()
            || Requests.header(request, HeaderNames.X_FORWARDED_PROTO)
                .filter("https"::equals)
                .isPresent();
    return (secure ? "https://" : "http://")
        // It goes into the page, so what could be markup is not repeated.
        + (AUTHORITY.matcher(authority).matches()
            ? authority
            : "localhost:" + request.localPeer().port());
  }

  /** The API's description, which a test holds to the routes. */
  void openApi(ServerRequest request, ServerResponse response) {
    response.headers().set(HeaderNames.CONTENT_TYPE, "application/yaml");
    HeadRequest.send(response, openApi);
  }

  /** A file of this package. */
  static byte[] resource(String name) {
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
    // Without a key to verify tokens with, this node would refuse every reader.
    Optional<String> fault = hub.fault().or(nodes.all()::fault);
    String status = hub.closing() ? "DRAINING" : gate.ready() && fault.isEmpty() ? "UP" : "DOWN";
    response.status(status.equals("UP") ? Status.OK_200 : Status.SERVICE_UNAVAILABLE_503);
    Json.send(
        response,
        json -> {
          json.writeStringField("status", status);
          if (fault.isPresent()) {
            json.writeStringField("reason", fault.get());
          }
        });
  }
}
