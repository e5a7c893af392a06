package io.heliograph.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that wants to write to the terminal, or to the shell of whoever pastes a hint. */
final class HostileStreamIT {
  private static final String ESC = "\u001b";

  /** Each asks the terminal for something: clear, title, answer, C1 controls, other order. */
  private static final List<String> BYTES =
      List.of(ESC + "[2J", ESC + "]0;t\u0007", ESC + "[6n", "\u009b31m", "\u0008\u007f", "\u202e");

  @TempDir private Path dir;

  @Test
  void noByteOfItReachesATerminalUnescaped() throws IOException {
    assumeTrue(Stream.of("/usr/bin", "/bin").anyMatch(bin -> Files.exists(Path.of(bin, "script"))));
    String bad = String.join("", BYTES);
    String stream =
        (": " + bad + "\n\n")
            + ("event: stream.open\ndata: {\"mode\":\"" + "fresh" + "\",\"v\":1}\n\n")
            + ("event: stream.gap\ndata: {\"log\":\"" + ESC + "\",\"reason\":\"x" + bad + "\"}\n\n")
            + ("event: stream." + bad + "\ndata: " + bad + "\n\n")
            + ("event: a" + bad + "\nid: i" + bad + "\ndata: d" + bad + "\ndata: two\n\n");
    try (var server = Answer.always(200, "text/event-stream", stream)) {
      for (String output : List.of("text", "id", "json")) {
        String line =
            "'%s' sub --url %s --heartbeats --no-reconnect --color always -v -o %s"
                .formatted(Sse.PROGRAM, server.uri(), output);
        var script = new ProcessBuilder("script", "-qec", line, "/dev/null");
        try (Sse terminal = Sse.start(script, Map.of("TERM", "xterm"))) {
          terminal.exit();
          String seen = String.join("\n", terminal.out());

          assertThat(seen).contains("--cursor-file FILE");
          assertThat(seen.replaceAll(ESC + "\\[[0-9;]*m", ""))
              .as(output)
              .doesNotContainPattern("[\\p{Cntrl}\u0080-\u009f\u202e&&[^\n]]");
        }
      }
    }
  }

  @Test
  void aPastedHintRunsNothingOfTheServers() throws IOException, InterruptedException {
    String id = "'$(touch bad1)`touch bad2`; touch bad3 #";
    try (var server = Answer.always(200, "text/event-stream", "id: " + id + "\ndata: x\n\n");
        Sse sub =
            Sse.start(
                "sub",
                "--url",
                server.uri() + "/?a=$(touch+bad4)&b=1",
                "--type",
                "mess*",
                "--http1",
                "--no-reconnect",
                "--count",
                "1")) {
      assertThat(sub.exit()).isZero();

      assertThat(pasted(sub.err()))
          .containsExactly(
              "sub",
              "--url",
              server.uri() + "/?a=$(touch+bad4)&b=1",
              "--type",
              "mess*",
              "--http1",
              "--no-reconnect",
              "--last-event-id",
              id);
    }
  }

  @Test
  void aHintRepeatsWhatMattersAndNoSecret() throws IOException, InterruptedException {
    Path header = Files.writeString(dir.resolve("h"), "X-Key: S3CRET");
    try (var server = Answer.always(200, "text/event-stream", "id: -7\ndata: x\n\n");
        Sse sub =
            Sse.start(
                "sub",
                "--url",
                server.uri() + "/?access_token=S3CRET&f=1",
                "-H",
                "@" + header,
                "-H",
                "X-Api-Key: S3CRET",
                "--token",
                "S3CRET",
                "--exec-on-error=continue",
                "--count",
                "1",
                "--exec",
                "--",
                "true",
                "two words")) {
      assertThat(sub.exit()).isZero();

      assertThat(sub.err()).contains("secret instead of the stars").doesNotContain("S3CRET");
      assertThat(pasted(sub.err()))
          .containsExactly(
              "sub",
              "--url",
              server.uri() + "/?access_token=****&f=1",
              "-H",
              "@" + header,
              "-H",
              "X-Api-Key: ****",
              "--token",
              "****",
              "--exec-on-error",
              "continue",
              "--exec",
              "--last-event-id=-7",
              "--",
              "true",
              "two words");
    }
  }

  @Test
  void aCursorFileHoldsNoTokenOfTheUrl() throws IOException {
    Path cursor = dir.resolve("cursor");
    try (var server = Answer.always(200, "text/event-stream", "id: 7\ndata: x\n\n");
        Sse sub =
            Sse.start(
                "sub",
                "--url",
                server.uri() + "/?access_token=S3CRET",
                "--cursor-file",
                cursor,
                "--count",
                "1",
                "-o",
                "json",
                "--meta")) {
      assertThat(sub.exit()).isZero();

      assertThat(sub.err() + sub.out()).doesNotContain("S3CRET");
      assertThat(cursor).content().contains("7").doesNotContain("S3CRET");
    }
  }

  /** What a program of that name gets if a shell reads the line. */
  private List<String> pasted(String err) throws IOException, InterruptedException {
    String line = err.substring(err.indexOf("sse-cli sub")).lines().findFirst().orElseThrow();
    Path stub = Files.writeString(dir.resolve("sse-cli"), "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
    assertThat(stub.toFile().setExecutable(true)).isTrue();
    var builder = new ProcessBuilder("sh", "-c", line).directory(dir.toFile());
    builder.environment().merge("PATH", dir + ":", (path, mine) -> mine + path);
    Process sh = builder.redirectErrorStream(true).start();
    List<String> words = new ArrayList<>(sh.inputReader().readAllLines());
    assertThat(sh.waitFor()).isZero();
    try (Stream<Path> files = Files.list(dir)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .noneMatch(name -> name.startsWith("bad"));
    }
    return words;
  }
}
