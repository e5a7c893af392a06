package io.heliograph.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.TestServer;
import io.heliograph.server.TestTokens;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The console is served whole, strictly, and only where it is enabled. */
class ConsoleTest {

  private static final Path PAGES = Path.of("src", "page");

  // Attributes and elements that the page's policy forbids, or that would lead elsewhere.
  private static final Pattern INLINE =
      Pattern.compile("<style|<script(?![^>]* src=)|\\s(on\\w+|style)=|(src|href)=\"(https?:)?//");

  @Test
  void thePageMayLoadItsOwnFilesOnly() throws Exception {
    try (var server = TestServer.start()) {
      HttpResponse<String> page = server.get("/console");

      assertThat(page.statusCode()).isEqualTo(200);
      assertThat(page.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
      assertThat(page.headers().firstValue("Content-Security-Policy"))
          .contains(
              "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
                  + " img-src 'self' data:; form-action 'none'; base-uri 'none';"
                  + " frame-ancestors 'none'");
      assertThat(page.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
      assertThat(page.body()).doesNotContainPattern(INLINE);
    }
  }

  @Test
  void itWritesNothingAsMarkup() throws Exception {
    assertThat(Files.readString(PAGES.resolve("console.js")))
        .doesNotContain("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/console", "/console.js", "/console.css"})
  void eachFileIsCheckedByItsTagAndSentOnce(String path) throws Exception {
    try (var server = TestServer.start()) {
      HttpResponse<String> first = server.get(path);
      String tag = first.headers().firstValue("ETag").orElseThrow();

      HttpResponse<String> second =
          server.send(HttpRequest.newBuilder(server.uri(path)).header("If-None-Match", tag));

      assertThat(first.headers().firstValue("Cache-Control")).contains("no-cache");
      assertThat(second.statusCode()).isEqualTo(304);
      assertThat(second.body()).isEmpty();
    }
  }

  @Test
  void thePageKnowsWhetherItMustAskForAToken() {
    try (var open = TestServer.start();
        var secured = TestServer.start(TestTokens.settings(Map.of()))) {
      assertThat(open.get("/console").body()).contains("<html lang=\"en\" data-auth=\"off\">");
      assertThat(secured.get("/console").body()).contains("<html lang=\"en\" data-auth=\"jwt\">");
    }
  }

  @Test
  void theStartPageLinksItUnlessItIsOff() {
    try (var with = TestServer.start();
        var without = TestServer.start(Map.of("console.enabled", "false"))) {
      assertThat(with.get("/").body()).contains("<a href=\"console\">").doesNotContain("{console}");
      assertThat(without.get("/").body()).doesNotContain("console");
      for (String path : List.of("/console", "/console.js", "/console.css")) {
        assertThat(without.get(path).statusCode()).as(path).isEqualTo(404);
      }
      assertThat(without.get("/heliograph.js").statusCode()).isEqualTo(200);
    }
  }
}
