package io.heliograph.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.cli.load.result.ReportFiles;
import io.heliograph.cli.load.result.Summaries;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code report} shows to people and to programs. */
final class ReportTest {
  private static final Map<String, String> ENV =
      Map.of("XDG_CONFIG_HOME", "/nowhere", "LC_ALL", "C.UTF-8");

  @TempDir private Path dir;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @BeforeEach
  void write() throws IOException {
    ReportFiles.write(dir, Summaries.good(), List.of());
  }

  @Test
  void aTerminalShowsItsColours() {
    assertThat(run("show", dir.toString())).isZero();
    assertThat(run("compare", dir.toString(), dir.toString())).isZero();

    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("\033[32m✓ ", "\033[32mno regression\033[0m")
        .doesNotContain("\\u001b");
  }

  @Test
  void aMistakeIsJsonWhereJsonIsWanted() {
    assertThat(run("show", dir.resolve("nowhere").toString(), "-o", "json")).isEqualTo(2);

    assertThat(err.toString(StandardCharsets.UTF_8))
        .startsWith("{\"kind\":\"error\",\"code\":\"usage\",\"exit\":2,")
        .contains("there is no ");
  }

  private int run(String command, String... words) {
    var all = new ArrayList<>(List.of("report", command));
    all.addAll(List.of(words));
    return new Program(Shells.onTerminal(ENV, out, err), all).run();
  }
}
