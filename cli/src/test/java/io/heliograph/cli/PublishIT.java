package io.heliograph.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.Heliograph;
import io.heliograph.server.config.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sending to several users, and many events. */
final class PublishIT {
  private static Heliograph server;

  @TempDir private Path dir;

  @BeforeAll
  static void startServer() {
    server =
        Heliograph.start(
            Settings.of(
                Map.of("server.port", "0", "drain.window", "0s", "limits.event-bytes", "1000")));
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @Test
  void severalUsersGetTheSameEvent() {
    try (Sse text = publish("ann", "robert", "hi", "--type", "note");
        Sse json = publish("ann", "robert", "hi", "-o", "json")) {
      assertThat(text.exit()).isZero();
      assertThat(text.out()).hasSize(2);
      assertThat(text.out().get(0)).matches("ann     accepted \\S+  0 connections");
      assertThat(text.out().get(1)).matches("robert  accepted \\S+  0 connections");
      assertThat(json.exit()).isZero();
      assertThat(json.out().get(1))
          .startsWith("{\"user\":\"robert\",\"status\":\"accepted\",\"id\":");
    }
    assertThat(kept("robert")).containsExactly("hi", "hi");
  }

  @Test
  void usersComeFromAFileMoreThanOneRequestTakes() throws IOException {
    Path users =
        Files.writeString(
            dir.resolve("users"),
            IntStream.rangeClosed(1, 1500)
                .mapToObj(n -> "file-" + n)
                .collect(Collectors.joining("\n\n", "", "\nfile-1\n")));
    try (Sse all = publish("--to-file", users, "hi", "-o", "json")) {
      assertThat(all.exit()).isZero();
      assertThat(all.out()).hasSize(1500);
    }
    assertThat(kept("file-1")).containsExactly("hi");
    assertThat(kept("file-1500")).containsExactly("hi");

    Files.writeString(users, "ann\n\nb/c\n");
    try (Sse wrong = publish("--to-file", users, "hi")) {
      assertThat(wrong.exit()).isEqualTo(2);
      assertThat(wrong.err()).contains("line 3: the user id ");
    }
  }

  /** As editors of Windows write them. */
  @Test
  void aFileWithAByteOrderMarkAndCarriageReturnsIsReadAsMeant() throws IOException {
    Path users = Files.writeString(dir.resolve("users"), "\ufeffbom-1\r\nbom-2\r\n");
    Path data = Files.writeString(dir.resolve("data"), "\ufeffone\r\ntwo\r\n");
    Path token = Files.writeString(dir.resolve("token"), "\ufeffabc\r\n");
    try (Sse all = publish("--to-file", users, "@" + data, "--token", "@" + token)) {
      assertThat(all.exit()).as(all.err()).isZero();
    }
    assertThat(kept("bom-1")).containsExactly("one", "two");
    assertThat(kept("bom-2")).containsExactly("one", "two");
  }

  @Test
  void eachLineIsAnEventAndARefusedOneIsToldByItsNumber() {
    String input = "{\"n\": 1}\n\n" + "x".repeat(2000) + "\nlast";
    try (Sse text = publish("lea", "--lines").type(input);
        Sse json = publish("leo", "--lines", "-o", "json").type(input)) {
      assertThat(text.exit()).isEqualTo(5);
      assertThat(text.out())
          .singleElement()
          .asString()
          .startsWith("accepted 2 lines, 1 refused in ");
      assertThat(text.err()).contains("line 3: refused (413): The event's data has more than 1000");
      assertThat(json.exit()).isEqualTo(5);
      assertThat(json.out()).hasSize(3);
      assertThat(json.out().get(0))
          .startsWith("{\"line\":1,\"user\":\"leo\",\"status\":\"accepted\"");
      assertThat(json.out().get(1))
          .startsWith("{\"line\":3,\"user\":\"leo\",\"status\":\"refused\",\"http\":413,");
    }
    assertThat(kept("lea")).containsExactly("{\"n\":1}", "last");
  }

  @Test
  void aLineIsSentWhileTheInputIsStillOpen() throws Exception {
    Process process =
        new ProcessBuilder(
                Sse.PROGRAM.toString(), "pub", "liv", "--lines", "-o", "json", "--server", uri())
            .start();
    try (var in = process.outputWriter();
        var out = process.inputReader()) {
      for (int line = 1; line <= 3; line++) {
        in.write("hello\n");
        in.flush();
        assertThat(out.readLine()).startsWith("{\"line\":" + line + ",");
      }
      in.close();
      assertThat(process.waitFor()).isZero();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void linesOfAFileGoInOrder() throws IOException {
    Path file = dir.resolve("lines");
    List<String> numbers = IntStream.range(0, 1200).mapToObj(Integer::toString).toList();
    Files.write(file, numbers);
    try (Sse all = publish("fay", "--lines", "@" + file)) {
      assertThat(all.exit()).isZero();
      assertThat(all.out()).singleElement().asString().startsWith("accepted 1200 lines in ");
    }
    List<String> kept = kept("fay"); // No server keeps as many.
    assertThat(kept).isEqualTo(numbers.subList(numbers.size() - kept.size(), numbers.size()));
  }

  @Test
  void underOneKeyAnEventIsPublishedOnce() {
    for (int run = 0; run < 2; run++) {
      try (Sse same = publish("kay", "kim", "once", "--idempotency-key", "order-17")) {
        assertThat(same.exit()).isZero();
      }
    }
    assertThat(kept("kim")).containsExactly("once");
    try (Sse other = publish("kay", "kim", "other", "--idempotency-key", "order-17")) {
      assertThat(other.exit()).isEqualTo(5);
      assertThat(other.err()).contains("(422)");
    }
  }

  @Test
  void aSignalEndsItAndTellsHowFarItCame() {
    try (Sse waiting = publish("sid", "--lines").type("one\ntwo\n")) {
      assertThat(waiting.exit()).isZero();
      assertThat(waiting.out()).singleElement().asString().startsWith("accepted 2 lines");
    }
    try (Sse waiting = publish("sid", "--lines")) {
      waiting.signal("INT");
      assertThat(waiting.exit()).isEqualTo(130);
      assertThat(waiting.out()).singleElement().asString().startsWith("accepted 0 lines");
    }
  }

  /** The first signal waits for the answer, and tells how far it came; the second does not. */
  @Test
  void aSecondSignalEndsItAtOnce() throws IOException {
    try (var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Sse stuck =
            Sse.packed(
                    "pub",
                    "ann",
                    "--lines",
                    "--server",
                    "http://127.0.0.1:" + silent.getLocalPort())
                .type("x\n");
        var connection = silent.accept()) {
      assertThat(connection.getInputStream().read()).isEqualTo('P'); // OST …
      stuck.signal("INT").awaitErr("Ctrl-C again to quit now").signal("INT");

      assertThat(stuck.exit()).isEqualTo(130);
      assertThat(stuck.out()).isEmpty();
    }
  }

  @Test
  void aServerThatIsNotThereIsToldByTheLine() {
    try (Sse none =
        Sse.start("pub", "ann", "--lines", "--server", "http://127.0.0.1:1").type("x\n")) {
      assertThat(none.exit()).isEqualTo(3);
      assertThat(none.err()).contains("line 1: POST ");
    }
  }

  @Test
  void whatDoesNotGoTogetherIsRefused() {
    for (List<String> wrong :
        List.of(
            List.of("ann"),
            List.<String>of(),
            List.of("..", "x"),
            List.of("--lines"),
            List.of("--broadcast", "ann", "x"),
            List.of("--broadcast", "--lines"),
            List.of("ann", "x", "--idempotency-key", "k k"),
            List.of("ann", "--lines", "--idempotency-key", "k"),
            List.of("ann", "x", "--ttl", "400d"),
            List.of("ann", "@/no/such/file"),
            List.of("ann", "--lines", "@/no/such/file"),
            List.of("ann", "-", "--token", "-"))) {
      try (Sse refused = publish(wrong.toArray()).type("")) {
        assertThat(refused.exit()).as("%s", wrong).isEqualTo(2);
        assertThat(refused.out()).isEmpty();
      }
    }
  }

  private static List<String> kept(String user) {
    try (Sse all = Sse.start("sub", user, "--server", uri(), "--no-follow", "-o", "data")) {
      assertThat(all.exit()).isZero();
      return all.out();
    }
  }

  private static String uri() {
    return server.uri().toString();
  }

  private static Sse publish(Object... args) {
    var all = new ArrayList<Object>(List.of("publish", "--server", uri()));
    all.addAll(List.of(args));
    return Sse.start(all.toArray());
  }
}
