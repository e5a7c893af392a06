package io.heliograph.server.page;

import static org.awaitility.Awaitility.await;

import io.heliograph.server.PlainJson;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** WebKitGTK's MiniBrowser, driven by WebDriver on an X server of its own. */
final class WebKit implements Browser {

  private final HttpClient http = HttpClient.newHttpClient();
  private final String kind;
  private final BrowserProcess process;
  private final String session;
  private final String home; // A tab that stays: only from one can another be opened.

  /**
   * Starts it.
   *
   * @param port on which its driver may listen
   * @param kind what {@link #open} opens: {@code tab}, or {@code window}, which its page sees as
   *     shown
   */
  WebKit(Path directory, int port, String kind) throws Exception {
    this.kind = kind;
    process =
        BrowserProcess.start(
            directory, List.of("xvfb-run", "-a", "WebKitWebDriver", "--port=" + port));
    String driver = "http://127.0.0.1:" + port;
    await()
        .atMost(Duration.ofSeconds(60))
        .ignoreExceptions()
        .until(() -> send("GET", driver + "/status", "").containsKey("ready"));
    Map<?, ?> created =
        send(
            "POST",
            driver + "/session",
            """
            {"capabilities":{"alwaysMatch":{"acceptInsecureCerts":true,
             "webkitgtk:browserOptions":{"binary":"%s","args":["--automation"]}}}}
            """
                .formatted(miniBrowser()));
    session = driver + "/session/" + created.get("sessionId");
    home = (String) send("POST", session + "/window/new", "{\"type\":\"tab\"}").get("handle");
  }

  // Debian has it beside the library.
  private static Path miniBrowser() throws IOException {
    try (Stream<Path> libraries = Files.list(Path.of("/usr/lib"))) {
      return libraries
          .map(system -> system.resolve("webkit2gtk-4.1/MiniBrowser"))
          .filter(Files::isExecutable)
          .findAny()
          .orElseThrow();
    }
  }

  @Override
  public synchronized String open(String url) throws Exception {
    switchTo(home);
    Map<?, ?> created = send("POST", session + "/window/new", "{\"type\":\"" + kind + "\"}");
    String tab = (String) created.get("handle");
    switchTo(tab);
    send("POST", session + "/url", "{\"url\":\"" + url + "\"}");
    return tab;
  }

  @Override
  public synchronized String evaluate(String tab, String expression) throws Exception {
    switchTo(tab);
    String script =
        "const done = arguments[0]; Promise.resolve("
            + expression
            + ").then(value => done({value}))";
    Map<?, ?> answer =
        send(
            "POST",
            session + "/execute/async",
            "{\"args\":[],\"script\":" + JsonSocket.quoted(script) + "}");
    if (!(answer.get("value") instanceof String value)) {
      throw new IllegalStateException(expression + ": " + answer);
    }
    return value;
  }

  @Override
  public synchronized void press(String tab, Key... keys) throws Exception {
    switchTo(tab);
    send("POST", session + "/actions", "{" + Key.actions(keys) + "}");
  }

  @Override
  public synchronized void close(String tab) throws Exception {
    switchTo(tab);
    send("DELETE", session + "/window", "");
  }

  private void switchTo(String tab) throws Exception {
    send("POST", session + "/window", "{\"handle\":\"" + tab + "\"}");
  }

  /** The answer's value; empty if it is no object. */
  private Map<?, ?> send(String method, String uri, String body) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(uri))
            .timeout(Duration.ofSeconds(60))
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build();
    HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IllegalStateException(method + " " + uri + ": " + answer.body());
    }
    Map<?, ?> whole = (Map<?, ?>) PlainJson.read(answer.body());
    return whole.get("value") instanceof Map<?, ?> value ? value : Map.of();
  }

  @Override
  public void close() {
    process.close();
    http.close();
  }
}
