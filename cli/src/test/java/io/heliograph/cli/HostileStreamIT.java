package io.heliograph.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that wants to write to the terminal, or to the shell of whoever pastes a hint. */
@Order(1)
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
    Path capture = Files.writeString(dir.resolve("capture"), stream(bad) + bad + ": x\n\n");
    try (var socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread.startVirtualThread(() -> serve(socket, bad));
      String server = "http://127.0.0.1:" + socket.getLocalPort();
      for (String command :
          List.of(
              "sub --max-reconnects=0 -v -o text --url " + server + "/stream",
              "sub --max-reconnects=0 -v -o id --url " + server + "/stream",
              "sub --max-reconnects=0 -v -o json --url " + server + "/stream",
              "sub --max-reconnects=0 -v -o meta --url " + server + "/stream",
              "sub --max-reconnects=0 -v -o data --url " + server + "/stream",
              "sub --max-reconnects=0 -v -o raw --url " + server + "/stream",
              "sub --url " + server + "/json",
              "sub --url " + server + "/refused",
              "tail --count 1 -v --server " + server,
              "tail --count 1 -o data --server " + server,
              "doctor --quick --url " + server + "/stream",
              "doctor --url " + server + "/json",
              "doctor --url " + server + "/refused",
              "decode -v " + capture,
              "decode -o data " + capture,
              "publish ann hi --server " + server,
              "stats --server " + server)) {
        var script =
            new ProcessBuilder("script", "-qec", "'" + Sse.PROGRAM + "' " + command, "/dev/null");
        try (Sse terminal = Sse.start(script, Map.of("TERM", "xterm", "SSE_CLI_COLOR", "always"))) {
          terminal.exit();
          String seen = String.join("\n", terminal.out());

          assertThat(seen).as(command).contains("MARK");
          assertThat(seen.replaceAll(ESC + "\\[[0-9;]*m", ""))
              .as(command)
              .doesNotContainPattern("[\\p{Cntrl}\u0080-\u009f\u202e&&[^\n]]");
        }
      }
    }
  }

  private static String stream(String bad) {
    return ": MARK"
        + bad
        + "\n\n"
        + "event: stream.open\ndata: {\"mode\":\"fresh\",\"v\":1}\n\n"
        + "event: stream.gap\ndata: {\"log\":\""
        + ESC
        + "\",\"reason\":\"x"
        + bad
        + "\"}\n\n"
        + "event: stream."
        + bad
        + "\ndata: "
        + bad
        + "\n\n"
        + "MARK"
        + bad
        + "\n\n"
        + "event: a"
        + bad
        + "\nid: i"
        + bad
        + "MARK\ndata: MARK"
        + bad
        + "\ndata: two\n\n";
  }

  /** One answer a connection, by the path; until the socket is closed. */
  private static void serve(ServerSocket socket, String bad) {
    String quoted = "\"MARK" + bad + "\"";
    String problem = "{\"detail\":" + escaped(quoted) + "}";
    String line =
        "{\"user\":%1$s,\"id\":%1$s,\"type\":%1$s,\"time\":1,\"data\":%1$s}"
            .formatted(escaped(quoted));
    while (!socket.isClosed()) {
      try (Socket connection = socket.accept()) {
        var in = new BufferedReader(new InputStreamReader(connection.getInputStream(), UTF_8));
        String request = in.readLine();
        if (request == null) {
          continue; // A connection to see whether anything listens.
        }
        for (String header = request; header != null && !header.isEmpty(); ) {
          header = in.readLine();
        }
        String answer;
        if (request.contains("/json")) {
          answer = head(200, "application/json" + bad, bad) + "{\"error\":" + quoted + "}";
        } else if (request.contains("/v1/tail")) {
          answer = head(200, "text/event-stream", bad) + "event: event\ndata: " + line + "\n\n";
        } else if (request.contains("/stream")) {
          answer = head(200, "text/event-stream", bad) + stream(bad);
        } else {
          answer = head(403, "application/problem+json", bad) + problem;
        }
        connection.getOutputStream().write(answer.getBytes(UTF_8));
      } catch (IOException e) {
        // A reader that left, or the end of the test.
      }
    }
  }

  private static String head(int status, String type, String bad) {
    return "HTTP/1.1 %d MARK\r\nContent-Type: %s\r\nX-Bad: MARK%s\r\nConnection: close\r\n\r\n"
        .formatted(status, type, bad);
  }

  /** As JSON has it, so that the control characters are there once it is read. */
  private static String escaped(String json) {
    return json.chars()
        .mapToObj(c -> c < ' ' || c > '~' ? "\\u%04x".formatted(c) : Character.toString(c))
        .collect(Collectors.joining());
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
                "--liveness",
                "30s",
                "--max-reconnects=0",
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
              "--liveness",
              "30s",
              "--max-reconnects",
              "0",
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
                "meta")) {
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
