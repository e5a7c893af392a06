package io.heliograph.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Runs the tests of heliograph.js that need no browser, in Node.js. */
class PageParserTest {

  private static final Path TESTS = Path.of("src", "test", "js");

  @Test
  void theTestsInJavaScriptPass() throws Exception {
    Installed.assume("node", "nodejs");

    Process node =
        new ProcessBuilder("node", "--test", TESTS.toString()).redirectErrorStream(true).start();
    var said = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(node.waitFor()).as(said).isZero();
    assertThat(said).containsPattern("# pass [1-9]");
  }
}
