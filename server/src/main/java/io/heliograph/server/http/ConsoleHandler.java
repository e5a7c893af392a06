package io.heliograph.server.http;

import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;

/**
 * Serves the console, a page for operators that uses nothing but the public API. Anybody may load
 * it: it holds nothing, and each of its calls needs what every caller needs. Thread-safe.
 */
final class ConsoleHandler {

  // Nothing inline and nothing from elsewhere: what an event holds can never run in this page.
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'"
          + " data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

  // The three files fit together, so none may be older than the others.
  private static final String ASK_FIRST = "no-cache";

  private final StaticFile page;
  private final StaticFile script =
      new StaticFile(ScriptHandler.TYPE, StatusHandler.resource("console.js"));
  private final StaticFile style =
      new StaticFile("text/css; charset=utf-8", StatusHandler.resource("console.css"));

  /**
   * Makes it.
   *
   * @param asksForTokens whether the page asks for a token before its first call
   */
  ConsoleHandler(boolean asksForTokens) {
    String html = new String(StatusHandler.resource("console.html"), StandardCharsets.UTF_8);
    this.page =
        new StaticFile(
            "text/html; charset=utf-8",
            html.replace("{auth}", asksForTokens ? "jwt" : "off").getBytes(StandardCharsets.UTF_8));
  }

  void page(ServerRequest request, ServerResponse response) {
    response.headers().set(StatusHandler.CONTENT_SECURITY_POLICY, POLICY);
    page.send(request, response, ASK_FIRST);
  }

  void script(ServerRequest request, ServerResponse response) {
    script.send(request, response, ASK_FIRST);
  }

  void style(ServerRequest request, ServerResponse response) {
    style.send(request, response, ASK_FIRST);
  }
}
