package io.heliograph.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.client.EventPublisher;
import io.heliograph.client.NewEvent;
import io.heliograph.server.Heliograph;
import io.heliograph.server.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code subscribe} does with events: choose, print, hand on, remember. */
@Order(1)
final class SubscribeIT {
  private static Heliograph server;
  private static EventPublisher publisher;

  @TempDir private Path dir;

  @BeforeAll
  static void startServer() {
    server =
        Heliograph.start(
            Settings.of(
                Map.of("server.port", "0", "drain.window", "0s", "limits.event-bytes", "500000")));
    publisher = EventPublisher.create(server.uri());
  }

  @AfterAll
  static void stopServer() {
    publisher.close();
    server.close();
  }

  @Test
  void patternsChooseByTheData() {
    for (int n = 1; n <= 5; n++) {
      publisher.publish("wim", NewEvent.json("order", "{\"n\":" + n + ",\"s\":\"x" + n + "\"}"));
    }
    try (Sse subscribe =
            oldest("wim", "-o", "data", "--grep", "n.:[3-9]", "--grep", "x[245]", "--count", "2");
        Sse pattern = oldest("wim", "--grep", "(")) {
      assertThat(subscribe.exit()).isZero();
      assertThat(subscribe.out())
          .containsExactly("{\"n\":4,\"s\":\"x4\"}", "{\"n\":5,\"s\":\"x5\"}");
      assertThat(pattern.exit()).isEqualTo(2);
      assertThat(pattern.err()).contains("'(' is not a regular expression");
    }
  }

  @Test
  void anExpressionThatOnlyABacktrackingEngineTakesIsRejected() {
    try (Sse grep = oldest("rex", "--grep", "(?=ab)", "--count", "1")) {
      assertThat(grep.exit()).isEqualTo(2);
      assertThat(grep.err()).contains("'(?=ab)' is not a regular expression");
    }
  }

  @Test
  void aCursorFileGoesOnWhereTheLastRunEnded() throws IOException {
    Path cursor = dir.resolve("cursor");
    for (int n = 1; n <= 5; n++) {
      publisher.publish("cora", NewEvent.text("n", "event " + n));
    }
    List<String> seen = new ArrayList<>();
    for (int run = 0; run < 2; run++) {
      try (Sse some = oldest("cora", "--cursor-file", cursor, "-o", "data", "--count", "2")) {
        assertThat(some.exit()).isZero();
        seen.addAll(some.out());
      }
    }
    // kill -9 right after an event was printed: it is not printed again.
    try (Sse killed =
        Sse.packed(
            "subscribe",
            "cora",
            "--server",
            server.uri(),
            "--from",
            "oldest",
            "--cursor-file",
            cursor,
            "-o",
            "data")) {
      killed.awaitOut(1);
      seen.addAll(killed.out());
      killed.awaitErr("live ").signal("KILL").exit();
    }
    publisher.publish("cora", NewEvent.text("n", "event 6"));
    try (Sse last = oldest("cora", "--cursor-file", cursor, "-o", "data", "--count", "1")) {
      assertThat(last.exit()).isZero();
      seen.addAll(last.out());
    }
    assertThat(seen)
        .containsExactly("event 1", "event 2", "event 3", "event 4", "event 5", "event 6");
  }

  @Test
  void aCursorFileThatIsNoneOrInUseIsAMistake() throws IOException {
    Path none = Files.writeString(dir.resolve("none"), "something else");
    Path held = dir.resolve("held");
    try (Sse first = oldest("ida", "--cursor-file", held)) {
      first.awaitErr("connected");
      for (Path file : List.of(none, held, dir.resolve("no/where"))) {
        try (Sse subscribe = oldest("ida", "--cursor-file", file)) {
          assertThat(subscribe.exit()).as("%s", file).isEqualTo(2);
          assertThat(subscribe.err()).contains("--cursor-file: ");
        }
      }
    }
    assertThat(Files.readString(none)).isEqualTo("something else");
  }

  @Test
  void aProgramGetsTheDataOnStdinAndTheRestInItsEnvironment() {
    publisher.publish("eve", NewEvent.text("note", "two\nlines"));
    String script =
        "cat; echo \"/$SSE_TYPE/$SSE_USER/$SSE_REPLAY/${SSE_ID%%.*}/$SSE_TS\"; echo x >&2";
    // A process, because the program inherits its stdout and stderr.
    try (Sse exec =
        Sse.packed(
            "subscribe",
            "eve",
            "--server",
            server.uri(),
            "--from",
            "oldest",
            "--count",
            "1",
            "--exec",
            "--",
            "sh",
            "-c",
            script)) {
      assertThat(exec.exit()).isZero();
      assertThat(exec.out()).hasSize(2);
      assertThat(exec.out().get(0)).isEqualTo("two");
      assertThat(exec.out().get(1)).matches("lines/note/eve/true/1/20\\S+Z");
      assertThat(exec.err()).contains("x");
    }
  }

  @Test
  void whatAProgramDidNotDoComesAgain() throws IOException {
    publisher.publish("ed", NewEvent.text("n", "good"));
    publisher.publish("ed", NewEvent.text("n", "bad"));
    Path cursor = dir.resolve("cursor");
    Path done = dir.resolve("done");
    String script = "read -r word; echo $word >> " + done + "; test $word = good";
    for (int run = 0; run < 2; run++) {
      try (Sse exec = oldest("ed", "--cursor-file", cursor, "--exec", "--", "sh", "-c", script)) {
        assertThat(exec.exit()).isEqualTo(7);
        assertThat(exec.err()).contains("sh exited with 1 at the event ");
      }
    }
    assertThat(Files.readAllLines(done)).containsExactly("good", "bad", "bad");

    try (Sse goOn =
        oldest(
            "ed",
            "--count",
            "2",
            "--exec-on-error",
            "continue",
            "--exec",
            "--",
            "sh",
            "-c",
            script)) {
      assertThat(goOn.exit()).isZero();
      assertThat(goOn.err()).contains("! exec        sh exited with 1");
    }
  }

  @Test
  void aProgramThatIsNotThereHasFailed() {
    publisher.publish("ernie", NewEvent.text("n", "x".repeat(200_000)));
    try (Sse none = oldest("ernie", "--exec", "--", "/no/such/program");
        Sse ignores = oldest("ernie", "--count", "1", "--exec", "--", "true")) {
      assertThat(none.exit()).isEqualTo(7);
      assertThat(ignores.exit()).isZero();
    }
  }

  @Test
  void aProgramIsRunAgainAsOftenAsAsked() throws IOException {
    publisher.publish("ray", NewEvent.text("n", "only"));
    Path tries = dir.resolve("tries");
    String line =
        "cat >> '" + tries + "'; echo >> '" + tries + "'; test $(wc -l < '" + tries + "') = ";
    try (Sse mended =
        oldest(
            "ray",
            "--count",
            "1",
            "--exec-on-error",
            "retry:2",
            "--exec",
            "--",
            "sh",
            "-c",
            line + 3)) {
      assertThat(mended.exit()).isZero();
      assertThat(mended.err()).contains("retry 1 of 2 in 500 ms", "retry 2 of 2 in 1.0 s");
    }
    assertThat(Files.readAllLines(tries)).containsExactly("only", "only", "only");

    try (Sse hopeless =
        oldest("ray", "--exec-on-error", "retry:1", "--exec", "--", "sh", "-c", line + 0)) {
      assertThat(hopeless.exit()).isEqualTo(7);
    }
    assertThat(Files.readAllLines(tries)).hasSize(5);
  }

  @Test
  void rawIsEveryByteAsItCame() throws IOException {
    String stream = ":\u00e9 hi\r\n\r\nid:7\rdata:  x\r\rfoo: bar\n\ndata: cut";
    try (var once = Answer.always(200, "text/event-stream", stream);
        Sse raw = Sse.start("sub", "--url", once.uri(), "-o", "raw", "--max-reconnects=0")) {
      assertThat(raw.exit()).isEqualTo(3);
      // The test's reader splits at all three kinds of ends.
      assertThat(String.join("\n", raw.out()))
          .isEqualTo(stream.replace("\r\n", "\n").replace("\r", "\n"));
    }
  }

  @Test
  void rawShowsHeliographsOwnEventsAndEndsWithItsReader() throws Exception {
    Process process =
        new ProcessBuilder(
                Sse.PROGRAM.toString(),
                "sub",
                "ray",
                "-o",
                "raw",
                "-q",
                "--server",
                server.uri().toString())
            .start();
    try (var out = process.inputReader()) {
      String line = out.readLine();
      while (!line.equals("event: stream.live")) {
        line = out.readLine();
      }
      out.close();
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void whatDoesNotGoTogetherIsRefused() {
    for (List<String> wrong :
        List.of(
            List.of("two"),
            List.of("--exec"),
            List.of("--exec-on-error", "continue"),
            List.of("--exec-on-error", "maybe", "--exec", "--", "true"),
            List.of("-o", "json", "--exec", "--", "true"),
            List.of("-o", "raw", "--count", "1"),
            List.of("-o", "raw", "--type", "a"),
            List.of("-o", "raw", "--grep", "a"),
            List.of("--cursor-file", "x", "--last-event-id", "1"))) {
      var args = new ArrayList<Object>(List.of("sub", "zoe", "--server", server.uri()));
      args.addAll(wrong);
      try (Sse subscribe = Sse.start(args.toArray())) {
        assertThat(subscribe.exit()).as("%s", wrong).isEqualTo(2);
      }
    }
  }

  private static Sse oldest(String user, Object... args) {
    var all =
        new ArrayList<Object>(
            List.of("subscribe", user, "--server", server.uri(), "--from", "oldest"));
    all.addAll(List.of(args));
    return Sse.start(all.toArray());
  }
}
