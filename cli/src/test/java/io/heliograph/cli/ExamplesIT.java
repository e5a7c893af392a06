package io.heliograph.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.heliograph.client.EventPublisher;
import io.heliograph.client.NewEvent;
import io.heliograph.server.Heliograph;
import io.heliograph.server.config.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every line of {@code sse-cli examples} works, on a server on which things happen. */
final class ExamplesIT {
  @TempDir private static Path dir;
  private static Heliograph server;
  private static EventPublisher publisher;
  private static final ScheduledExecutorService LIFE = Executors.newScheduledThreadPool(1);

  /** An example and what is said of it. */
  record Example(String remark, String line) {
    @Override
    public String toString() {
      return line;
    }
  }

  @BeforeAll
  static void startServer() throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "there is no bash");
    server = Heliograph.start(Settings.of(Map.of("server.port", "0", "drain.window", "0s")));
    // As long as a busy machine takes: after a failure nothing would be published any more.
    publisher = EventPublisher.builder(server.uri()).timeout(Duration.ofSeconds(60)).build();
    var _ = LIFE.scheduleWithFixedDelay(ExamplesIT::publish, 0, 50, TimeUnit.MILLISECONDS);
    Files.writeString(dir.resolve("secret"), "0123456789abcdef".repeat(3));
    Files.writeString(dir.resolve("notice.json"), "{\"text\":\"maintenance at six\"}");
    Files.writeString(dir.resolve("dev.token"), "a-token");
    Path config = Files.createDirectories(dir.resolve("sse-cli")).resolve("config.yaml");
    Files.writeString(config, "current: other\ncontexts: {other: {server: http://o}}");
    Path before = dir.resolve("before");
    try (Sse simulate =
        Sse.start(
            Map.of("SSE_CLI_SERVER", server.uri().toString()),
            "simulate",
            "--users",
            "5",
            "--duration",
            "1s",
            "--warmup",
            "100ms",
            "--report",
            before)) {
      assertThat(simulate.exit()).isZero();
    }
    // The same again: two runs would differ by what else this machine does.
    Path after = Files.createDirectory(dir.resolve("after"));
    try (var files = Files.list(before)) {
      for (Path file : files.toList()) {
        Files.copy(file, after.resolve(file.getFileName()));
      }
    }
  }

  @AfterAll
  static void stopServer() {
    LIFE.shutdownNow();
    if (server != null) {
      publisher.close();
      server.close();
    }
  }

  private static void publish() {
    for (String user : List.of("alice", "bob")) {
      publisher.publish(user, NewEvent.json("order.paid", "{\"order\":{\"total\":129}}"));
    }
  }

  static List<Example> examples() throws IOException {
    var examples = new ArrayList<Example>();
    String remark = "";
    try (var in = Program.class.getResourceAsStream("manual/examples.txt")) {
      assertThat(in).isNotNull();
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
        if (line.startsWith("    ")) {
          examples.add(new Example(remark, line.strip()));
        } else {
          remark = line;
        }
      }
    }
    return examples;
  }

  @Test
  void thereAreExamples() throws IOException {
    assertThat(examples()).hasSizeGreaterThan(25);
  }

  @ParameterizedTest
  @MethodSource("examples")
  void itWorks(Example example) {
    if (example.line.startsWith("sse-cli simulate ")) {
      try (Sse simulate =
          Sse.start(Map.of("SSE_CLI_SERVER", server.uri().toString()), wordsOf(example))) {
        assertThat(simulate.exit()).as(simulate.err()).isZero();
      }
      return;
    }
    boolean endless = example.remark.contains("until Ctrl-C");
    var shell =
        new ProcessBuilder(
            "/bin/bash", "-c", "set -o pipefail; " + (endless ? "exec " : "") + example.line);
    shell.directory(dir.toFile());
    var env =
        Map.of(
            "PATH", Sse.PROGRAM.getParent() + ":" + System.getenv("PATH"),
            "SSE_CLI_SERVER", server.uri().toString(),
            "XDG_CONFIG_HOME", dir.toString());
    try (Sse run = Sse.start(shell, env)) {
      if (endless) {
        run.awaitErr("connected").awaitOut(1).signal("TERM");
        assertThat(run.exit()).isEqualTo(143);
        return;
      }
      if (example.line.startsWith("sse-cli revoke ")) {
        // Without tokens there is nothing to revoke; TokenIT has a server with some.
        assertThat(run.exit()).isEqualTo(5);
        assertThat(run.err()).contains("Authentication is off");
        return;
      }
      assertThat(run.exit()).as(run.err()).isZero();
    }
  }

  /**
   * As bash reads them, for a run in this JVM: a busy machine would make the packed program say
   * that its figures are worth nothing. What is written goes to the directory that bash would use.
   */
  private static Object[] wordsOf(Example example) {
    var bash =
        new ProcessBuilder(
            "/bin/bash", "-c", "sse-cli() { printf '%s\\n' \"$@\"; }; " + example.line);
    try (Sse words = Sse.start(bash, Map.of())) {
      assertThat(words.exit()).isZero();
      var all = new ArrayList<Object>(words.out());
      int report = all.indexOf("--report");
      if (report >= 0) {
        all.set(report + 1, dir.resolve(all.get(report + 1).toString()));
      } else {
        all.addAll(List.of("--report", dir.resolve("report")));
      }
      return all.toArray();
    }
  }
}
