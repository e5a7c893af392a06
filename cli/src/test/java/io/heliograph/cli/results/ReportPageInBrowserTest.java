package io.heliograph.cli.results;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.heliograph.cli.load.result.Summaries;
import io.heliograph.cli.load.result.Summary;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The page in a real browser, if there is one (Debian: {@code chromium}). */
@Execution(ExecutionMode.CONCURRENT) // Each start of the browser waits for much.
@Order(1)
final class ReportPageInBrowserTest {
  private static final Path BROWSER = Path.of("/usr/bin/chromium");
  private static final long PATIENCE_SECONDS = 120; // It starts, maybe on a busy machine.
  // As in report.css, for a light screen.
  private static final int BLUE = 0x2563eb;
  private static final int RED = 0xd02b2b;
  private static final int VIOLET = 0x7c3aed;
  // Above what the keys of the charts have of a colour.
  private static final int A_LINE = 500;

  @TempDir private Path dir;

  @BeforeEach
  void needsABrowser() {
    assumeTrue(Files.isExecutable(BROWSER), BROWSER + " is not installed");
  }

  @Test
  void itDrawsItsChartsAndComplainsOfNothing() throws Exception {
    Path page = page(Summaries.good(), null);

    BufferedImage image = screenshot(page);

    assertThat(List.of(count(image, BLUE), count(image, RED), count(image, VIOLET)))
        .allMatch(pixels -> pixels > A_LINE);
  }

  @Test
  void itTellsTheFiguresInTables() throws Exception {
    String dom = dom(page(Summaries.good(), Summaries.slowed(3)));

    assertThat(dom)
        .contains("<td>57.3ms</td>") // As SummaryText writes it.
        .contains("<td>172ms</td>") // Of the other run.
        .contains("<caption>Thresholds</caption>")
        .contains("7 of 7</dd>");
    assertThat(dom.substring(dom.indexOf("<main"), dom.indexOf("</main>")))
        .doesNotContain("undefined", "NaN", "[object");
    assertThat(dom.split("<canvas", -1)).hasSizeGreaterThan(6);
  }

  @Test
  void whatAnInvalidRunKeptIsNoSuccess() throws Exception {
    String dom = dom(page(Summaries.invalid(), null));

    assertThat(dom)
        .contains("<b>INVALID</b>", "7 of 7</dd>", "the run is not valid")
        .doesNotContain("class=\"good\"", "tile good");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "</script><script>document.title='ran'</script>",
        "<!--<script>",
        "<img src=x onerror=\"document.title='ran'\">",
        "\" onload='document.title=1' ' & {{script}} ${1+1} \u2028"
      })
  void textsOfARunAreShownAndNeverRun(String text) throws Exception {
    String dom = dom(page(Summaries.saying(text), Summaries.saying(text)));

    assertThat(dom)
        .contains("<title>Load test ")
        .contains(
            "<h1>Load test “"
                + text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
        .contains("<caption>Latencies</caption>")
        .doesNotContain("<title>ran", "<title>1", "<img");
  }

  private Path page(Summary summary, @Nullable Summary other) throws IOException {
    return Files.writeString(dir.resolve("report.html"), ReportPage.of(summary, null, other));
  }

  private String dom(Path page) throws Exception {
    return opened(page, "--dump-dom");
  }

  private BufferedImage screenshot(Path page) throws Exception {
    Path file = dir.resolve("page.png");
    opened(page, "--hide-scrollbars", "--window-size=1280,2400", "--screenshot=" + file);
    return Objects.requireNonNull(ImageIO.read(file.toFile()));
  }

  private String opened(Path page, String... options) throws Exception {
    Path said = dir.resolve("stderr");
    var command = new ArrayList<String>();
    command.addAll(
        List.of(
            BROWSER.toString(),
            "--headless",
            "--no-sandbox", // It refuses to run as root with one.
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--blink-settings=preferredColorScheme=1", // Light.
            "--enable-logging=stderr",
            "--virtual-time-budget=5000",
            "--user-data-dir=" + dir.resolve("profile")));
    Stream.of(options).forEach(command::add);
    command.add(page.toUri().toString());
    Path output = dir.resolve("stdout");
    Process browser =
        new ProcessBuilder(command)
            .redirectOutput(output.toFile())
            .redirectError(said.toFile())
            .start();
    try {
      assertThat(browser.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    } finally {
      browser.destroyForcibly().waitFor();
    }
    // Errors, and what the page's policy stopped.
    assertThat(Files.readAllLines(said)).noneMatch(line -> line.contains(":CONSOLE"));
    return Files.readString(output);
  }

  private static int count(BufferedImage image, int colour) {
    int count = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        count += (image.getRGB(x, y) & 0xffffff) == colour ? 1 : 0;
      }
    }
    return count;
  }
}
