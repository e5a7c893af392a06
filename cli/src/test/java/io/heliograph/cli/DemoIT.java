package io.heliograph.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The demo, with one server and with several. */
@Order(1)
final class DemoIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Pattern PROCESS = Pattern.compile("process (\\d+)");

  @TempDir private Path temporary;

  @Test
  void theDemoShowsEventsOfBothUsers() {
    try (Sse demo = Sse.packed("demo", "--for", "4s")) {
      assertThat(demo.exit()).isZero();
      assertThat(demo.out()).anyMatch(line -> line.startsWith("alice") && line.contains("order"));
      assertThat(demo.out()).anyMatch(line -> line.startsWith("bob") && line.contains("chat"));
      // Each command on a line of its own, to be copied in one piece.
      assertThat(demo.err().lines())
          .anyMatch(line -> line.matches("    \\S+ publish alice '\\{.*\\}' --server http://\\S+"))
          .anyMatch(line -> line.matches("    curl -N http://\\S+/sse/carol"));
    }
  }

  @Test
  @Tag("slow")
  void ofThreeNodesOneIsKilledAndNoEventIsLost() {
    assumeRedis();
    try (Sse demo = nodes("--nodes", "3", "--for", "6s")) {
      assertThat(demo.exit(PATIENCE)).as(demo.err()).isZero();

      assertThat(demo.err())
          .contains("! kill -9     node 2")
          .containsPattern("! moved       10 readers of node 2, within \\d");
      assertThat(demo.out().getLast())
          .matches("published 1800 +received 1800 +lost +0 +doubled 0 +readers \\d+ 0 \\d+");
      assertThat(demo.out()).hasSizeGreaterThan(5).allMatch(line -> line.length() <= 80);
      awaitNothingLeft(demo);
    }
  }

  /** Of a KILL the demo itself hears nothing. */
  @ParameterizedTest
  @ValueSource(strings = {"INT", "TERM", "KILL"})
  @Tag("slow")
  void aSignalEndsAllProcesses(String signal) {
    assumeRedis();
    try (Sse demo = nodes("--nodes", "2", "--for", "1h")) {
      demo.awaitOut(1).signal(signal);

      assertThat(demo.exit()).isEqualTo(Map.of("INT", 130, "TERM", 143, "KILL", 137).get(signal));
      awaitNothingLeft(demo);
    }
  }

  @Test
  void withoutRedisItSaysHowToInstallIt() throws IOException {
    Path path = Files.createDirectory(temporary.resolve("path"));
    Files.createSymbolicLink(path.resolve("sh"), Path.of("/bin/sh"));
    try (Sse demo = Sse.packed(Map.of("PATH", path.toString()), "demo", "--nodes", "3")) {
      assertThat(demo.exit()).isEqualTo(2);
      assertThat(demo.err())
          .contains("needs redis-server")
          .contains("apt-get install redis-server");
    }
    Files.delete(path.resolve("sh")); // JUnit would warn of a link that leads out of its directory.
  }

  @Test
  void oneNodeIsNoCluster() {
    try (Sse demo = Sse.start("demo", "--nodes", "1")) {
      assertThat(demo.exit()).isEqualTo(2);
      assertThat(demo.err()).contains("--nodes is 1; allowed: 2 to 9");
    }
  }

  private Sse nodes(Object... options) {
    var words = new java.util.ArrayList<Object>(List.of("demo"));
    words.addAll(List.of(options));
    // A setting of the user's own server, which is not for the nodes.
    return Sse.packed(
        Map.of("TMPDIR", temporary.toString(), "HELIOGRAPH_AUTH_MODE", "jwt"), words.toArray());
  }

  private void awaitNothingLeft(Sse demo) {
    List<Long> nodes =
        PROCESS.matcher(demo.err()).results().map(found -> Long.valueOf(found.group(1))).toList();
    assertThat(nodes).hasSizeGreaterThan(1);
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              assertThat(nodes).noneMatch(pid -> ProcessHandle.of(pid).isPresent());
              try (var files = Files.list(temporary)) {
                assertThat(files).isEmpty();
              }
            });
  }

  /** Skips the test without redis-server, and fails it where CI has to have one. */
  private static void assumeRedis() {
    boolean installed = Files.isExecutable(Path.of("/usr/bin/redis-server"));
    if (System.getenv("REDIS_REQUIRED") != null) {
      assertThat(installed).as("/usr/bin/redis-server").isTrue();
    }
    assumeTrue(installed, "This test needs redis-server: apt-get install redis-server");
  }
}
