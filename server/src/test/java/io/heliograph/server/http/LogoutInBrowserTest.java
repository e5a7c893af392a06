package io.heliograph.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.heliograph.server.TestServer;
import io.heliograph.server.TestTokens;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The guide's logout in a real browser, if there is one (Debian: {@code chromium}). */
class LogoutInBrowserTest {

  private static final Path BROWSER = Path.of("/usr/bin/chromium");
  private static final Path GUIDE = Path.of("..", "docs", "guides", "authentication.md");
  private static final Duration PATIENCE = Duration.ofSeconds(60); // It starts.

  @TempDir private Path profile;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Queue<String> visits = new ConcurrentLinkedQueue<>();
  private HttpServer site;
  private TestServer server;

  @BeforeEach
  void start() throws IOException {
    assumeTrue(Files.isExecutable(BROWSER), BROWSER + " is not installed");
    site = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    site.setExecutor(threads);
    site.createContext("/", this::answer);
    site.start();
    server =
        TestServer.start(
            TestTokens.settings(Map.of("auth.cookie", "session", "cors.origins", origin())));
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.close();
      site.stop(0);
    }
    threads.close();
  }

  @Test
  void everyTabShowsTheLoginAndAPageWithoutTheListenerStaysAway() throws Exception {
    Process browser =
        new ProcessBuilder(
                BROWSER.toString(),
                "--headless",
                "--no-sandbox", // It refuses to run as root with one.
                "--disable-gpu",
                "--no-first-run",
                "--user-data-dir=" + profile,
                origin() + "/start")
            .redirectErrorStream(true)
            .redirectOutput(profile.resolve("output").toFile())
            .start();
    try {
      await()
          .atMost(PATIENCE)
          .until(() -> visits.containsAll(List.of("/open/1", "/open/2", "/open/3")));

      var revoke =
          HttpRequest.newBuilder(server.uri("/v1/revocations"))
              .header("Authorization", "Bearer " + TestTokens.of("backend", "operate"))
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString("{\"user\":\"alice\"}"));
      assertThat(server.send(revoke).body()).startsWith("{\"connections\":3,");

      await()
          .atMost(PATIENCE)
          .until(() -> visits.containsAll(List.of("/login/1", "/login/2", "/dead/3")));
      assertThat(visits).doesNotContain("/login/3"); // It has no listener.
      assertThat(server.heliograph().hub().connections().count()).isZero();
    } finally {
      browser.destroy();
      browser.waitFor();
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    visits.add(path);
    String body =
        switch (path) {
          case "/start" -> {
            exchange
                .getResponseHeaders()
                .add("Set-Cookie", "session=" + token() + "; Path=/; HttpOnly; SameSite=Lax");
            yield "<iframe src=/tab/1></iframe><iframe src=/tab/2></iframe><iframe"
                + " src=/tab/3></iframe>";
          }
          case "/tab/1", "/tab/2" -> page(path.substring(5), listener());
          case "/tab/3" -> page("3", "");
          default -> "";
        };
    exchange.getResponseHeaders().add("Content-Type", "text/html; charset=utf-8");
    exchange.sendResponseHeaders(200, 0);
    exchange.getResponseBody().write(body.getBytes(UTF_8));
    exchange.close();
  }

  /** Tells the site that its stream is open, and that it is closed for good. */
  private String page(String name, String listener) {
    return """
    <script>
    const events = new EventSource('%s/v1/events', {withCredentials: true});
    events.addEventListener('stream.live', () => fetch('/open/%s'));
    events.addEventListener('error', () => { if (events.readyState === 2) fetch('/dead/%s'); });
    %s
    </script>
    """
        .formatted(
            server.heliograph().uri(), name, name, listener.replace("/login", "/login/" + name));
  }

  /** The guide's own. */
  private static String listener() throws IOException {
    Matcher block =
        Pattern.compile(
                "```js\\n(events\\.addEventListener\\('stream\\.closing'.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(GUIDE));
    assertThat(block.find()).isTrue();
    return block.group(1);
  }

  private static String token() {
    return TestTokens.sign(
        TestTokens.claims("alice", "subscribe", Instant.now().minusSeconds(60), Duration.ofHours(1))
            .build());
  }

  private String origin() {
    return "http://127.0.0.1:" + site.getAddress().getPort();
  }
}
