package io.heliograph.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.heliograph.server.Heliograph;
import io.heliograph.server.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys on the dashboard, on a terminal that {@code script(1)} makes. */
final class KeysIT {
  private static Heliograph server;

  @TempDir private Path dir;

  @BeforeAll
  static void startServer() {
    server = Heliograph.start(Settings.of(Map.of("server.port", "0", "drain.window", "0s")));
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @Test
  void qEndsARunWithItsReportAndLeavesTheTerminalAsItWas() throws IOException {
    String output = after("", "q");

    assertThat(output).contains("q stop  s storm now", "departed from the plan by keys: stop");
    assertThat(Files.readString(dir.resolve("exit")).strip()).isEqualTo("130");
    assertThat(Files.readString(dir.resolve("r/summary.json")))
        .contains("\"aborted\" : true", "\"keys\" : \"stop");
    assertThat(dir.resolve("during")).content().contains("-icanon", "-echo ");
    assertThat(dir.resolve("after")).hasSameTextualContentAs(dir.resolve("before"));
  }

  @Test
  void theTerminalIsGivenBackWhenTheProgramIsKilled() throws IOException {
    after("kill -9 $pid; ", "");

    assertThat(Files.readString(dir.resolve("exit")).strip()).isEqualTo("137");
    assertThat(dir.resolve("during")).content().contains("-icanon", "-echo ");
    assertThat(dir.resolve("after")).hasSameTextualContentAs(dir.resolve("before"));
  }

  /**
   * Runs it on a terminal, whose settings are written before, during and after it.
   *
   * @param during what the shell does to it while it runs
   * @param keys what is typed then
   */
  private String after(String during, String keys) throws IOException {
    assumeTrue(Stream.of("/usr/bin", "/bin").anyMatch(bin -> Files.exists(Path.of(bin, "script"))));
    Path line = dir.resolve("line.sh");
    Files.writeString(
        line,
        """
        cd '%s'
        stty -a >before
        # Its process group is that of the terminal, as with any command of a script.
        (
          until [ -s ready ]; do sleep 0.1; done
          pid=$(cat pid)
          stty -a </dev/tty >during
          %s
          touch looked
        ) &
        sh -c 'echo $$ >pid; exec "$@"' sh '%s' simulate --server %s --users 3 --rate 20/s \\
          --ramp 200ms --warmup 500ms --duration 30s --drain 2s --report r
        echo $? >exit
        # What gives the terminal back may come a moment after whoever was killed.
        i=0
        while [ $i -lt 50 ] && stty -a | grep -q -e -icanon; do sleep 0.1; i=$((i + 1)); done
        stty -a >after
        """
            .formatted(dir, during, Sse.PROGRAM, server.uri()));
    var script = new ProcessBuilder("script", "-qec", "sh " + line, "/dev/null");
    try (Sse terminal = Sse.start(script, Map.of("TERM", "xterm"))) {
      terminal.awaitOutText("q stop  s storm now");
      Files.writeString(dir.resolve("ready"), "yes");
      terminal.awaitFile(dir.resolve("looked"));
      if (!keys.isEmpty()) {
        terminal.type(keys);
      }
      terminal.exit();
      return String.join("\n", terminal.out());
    }
  }
}
