package io.heliograph.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.heliograph.cli.shell.Shell;
import io.heliograph.cli.shell.Terminals;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The manual pages that the build writes. */
final class ManPagesTest {
  @TempDir private Path dir;

  @BeforeEach
  void write() {
    var shell =
        new Shell(
            new Terminals(false, false, false),
            Map.of(),
            OutputStream.nullOutputStream(),
            OutputStream.nullOutputStream());
    assertThat(new Program(shell, List.of("man-pages", dir.toString())).run()).isZero();
  }

  @Test
  void everyCommandHasAPageAndHiddenOnesHaveNone() {
    assertThat(dir)
        .isDirectoryContaining("glob:**/sse-cli.1")
        .isDirectoryContaining("glob:**/sse-cli-subscribe.1")
        .isDirectoryContaining("glob:**/sse-cli-context-add.1")
        .isDirectoryNotContaining("glob:**/*rehearse*")
        .isDirectoryNotContaining("glob:**/*man-pages*");
  }

  @Test
  void aPageSaysWhatHelpSays() throws IOException {
    String page = Files.readString(dir.resolve("sse-cli-subscribe.1"));

    assertThat(page)
        .contains(".SH \"NAME\"\nsse\\-cli\\-subscribe \\- Follow one user")
        .contains(
            "\\fB\\-o\\fR, \\fB\\-\\-output\\fR=\\fIFORMAT\\fR\nHow to write events: text, json")
        .contains(".SS \"Connection\"\n.TP\n\\fB\\-\\-cacert\\fR=\\fIF\\fR")
        .contains("\\fB\\-\\-fail\\-on\\-gap\\fR\n")
        .contains("\\fB124\\fR\n\\-\\-timeout passed first")
        .contains(".SH \"EXAMPLES\"", ".SH \"SEE ALSO\"\n\\fBsse\\-cli\\fR(1)")
        .doesNotContain("%%", "${");
  }

  @Test
  void groffHasNothingToSayAboutThem() throws Exception {
    assumeTrue(
        Stream.of(System.getenv("PATH").split(":", -1))
            .anyMatch(directory -> Files.isExecutable(Path.of(directory, "groff"))),
        "there is no groff");
    try (Stream<Path> pages = Files.list(dir)) {
      for (Path page : pages.toList()) {
        Process groff =
            new ProcessBuilder("groff", "-man", "-ww", "-Tutf8", "-z", page.toString())
                .redirectErrorStream(true)
                .start();
        assertThat(new String(groff.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
            .as(page.toString())
            .isEmpty();
        assertThat(groff.waitFor()).isZero();
      }
    }
  }
}
