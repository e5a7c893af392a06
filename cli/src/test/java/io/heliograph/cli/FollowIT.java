package io.heliograph.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.heliograph.client.EventPublisher;
import io.heliograph.client.NewEvent;
import io.heliograph.client.PublishResult;
import io.heliograph.server.Heliograph;
import io.heliograph.server.config.Settings;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What happens to {@code subscribe} while it runs. */
@Order(1)
final class FollowIT {
  private static Heliograph server;
  private static EventPublisher publisher;

  @BeforeAll
  static void startServer() {
    server = Heliograph.start(Settings.of(Map.of("server.port", "0", "drain.window", "0s")));
    publisher = EventPublisher.create(server.uri());
  }

  @AfterAll
  static void stopServer() {
    publisher.close();
    server.close();
  }

  @Test
  void stdoutHoldsJsonLinesAndNothingElse() throws IOException {
    try (Sse alice = subscribe("alice", "-o", "meta", "--count", "2")) {
      alice.awaitErr("connected");
      publisher.publish("alice", NewEvent.json("order", "{\"n\": 1.10,\n \"s\":\"a b\"}"));
      publisher.publish("alice", NewEvent.text("note", "two\nlines \u001b[2J"));

      assertThat(alice.exit()).isZero();
      for (String line : alice.out()) {
        assertOneObject(line);
      }
      assertThat(alice.out().getFirst()).contains("\"kind\":\"open\"", "\"resumeFrom\":null");
      assertThat(alice.out())
          .anyMatch(line -> line.contains("\"json\":{\"n\":1.10,\"s\":\"a b\"}"));
      assertThat(alice.out())
          .anyMatch(line -> line.contains("\"data\":\"two\\nlines \\u001B[2J\""));
      assertThat(alice.out().getLast()).contains("\"kind\":\"summary\",\"events\":2");
    }
  }

  @Test
  void theHintNamesTheProgramAlsoWhereItsPathHasABlank(@TempDir Path dir) throws IOException {
    Path program =
        Files.createSymbolicLink(
            Files.createDirectory(dir.resolve("my tools")).resolve("sse-cli"), Sse.PROGRAM);
    String[] words = {
      program.toString(), "sub", "bo", "--server", server.uri() + "", "--for", "2s"
    };
    try (Sse bo = Sse.start(new ProcessBuilder(words), Map.of())) {
      assertThat(bo.exit()).isZero();
      assertThat(bo.err()).contains("  Resume:  '" + program + "' sub bo --server ");
    }
  }

  /** The SDK has gone on behind the last event that was shown; the hint must not. */
  @Test
  void theHintResumesRightAfterTheLastEventThatWasShown() throws IOException {
    for (int i = 1; i <= 200; i++) {
      publisher.publish("hint", NewEvent.text("n", Integer.toString(i)));
    }
    try (Sse first = subscribe("hint", "--from", "oldest", "-o", "meta", "--count", "3")) {
      assertThat(first.exit()).isZero();
      List<String> events =
          first.out().stream().filter(line -> line.contains("\"kind\":\"event\"")).toList();
      assertThat(events).hasSize(3);
      String last = events.getLast().replaceFirst(".*\"id\":\"([^\"]*)\".*", "$1");
      assertThat(first.out().getLast()).contains("\"lastId\":\"" + last + "\"");
    }
  }

  @ParameterizedTest
  @CsvSource({"INT,130", "TERM,143"})
  void aSignalEndsItWithAHintThatResumes(String signal, int exit) {
    String user = "sig-" + signal;
    try (Sse first = Sse.packed("subscribe", user, "--server", server.uri())) {
      first.awaitErr("connected");
      publisher.publish(user, NewEvent.text("a", "seen"));
      first.awaitOut(1);
      first.signal(signal);

      assertThat(first.exit()).isEqualTo(exit);
      assertThat(first.out()).hasSize(1);
      assertThat(first.err()).contains("1 event in", "--last-event-id");

      publisher.publish(user, NewEvent.text("a", "missed"));
      String id = first.err().substring(first.err().indexOf("--last-event-id ") + 16).strip();
      try (Sse second = subscribe(user, "--last-event-id", id, "--count", "1")) {
        assertThat(second.exit()).isZero();
        assertThat(second.out()).singleElement().asString().contains("missed");
      }
    }
  }

  /** Within 200 ms of an idle machine's time, of which a busy one has less. */
  @Test
  void whoReadsOneLineOfItsOutputEndsItAtOnceAndWithoutAWord() throws Exception {
    Duration best = Duration.ofDays(1);
    for (int i = 0; i < 3 && best.toMillis() >= 200; i++) {
      Duration took = endAfterOneLine("heather-" + i);
      best = took.compareTo(best) < 0 ? took : best;
    }
    // Without a look at its output it would go on until the next event, and none comes.
    assertThat(best).isLessThan(Duration.ofSeconds(3));
  }

  private static Duration endAfterOneLine(String user) throws Exception {
    Process process = rawSubscribe(user);
    try (BufferedReader out = process.inputReader();
        BufferedReader err = process.errorReader()) {
      awaitLine(err, "connected");
      publisher.publish(user, NewEvent.text("a", "one"));
      assertThat(out.readLine()).contains("one");

      out.close();
      long closedNanos = System.nanoTime();
      boolean ended = process.waitFor(20, TimeUnit.SECONDS);
      Duration took = Duration.ofNanos(System.nanoTime() - closedNanos);

      assertThat(ended).isTrue();
      assertThat(process.exitValue()).isZero();
      assertThat(err.readLine()).isNull();
      return took;
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void aServerThatIsStoppedLogsItToTheEnd() {
    try (Sse serve = Sse.packed("serve", "--port", "0")) {
      serve.awaitOut(1).signal("TERM");

      assertThat(serve.exit()).isZero();
      assertThat(serve.err()).contains(" INFO draining ", " INFO stopped ");
    }
  }

  @Test
  void aKilledServerIsWaitedForAndItsGapIsTold() {
    try (Sse first = Sse.packed("serve", "--port", "0")) {
      first.awaitOut(1);
      URI uri = URI.create(first.out().getFirst().replace("listening on ", ""));
      try (Sse alice = Sse.start("subscribe", "alice", "--server", uri, "--count", "2")) {
        alice.awaitErr("connected");
        publishTo(uri, "before");
        alice.awaitOut(1);

        first.signal("KILL");
        alice.awaitErr("disconnected").awaitErr("retry 1 in");
        try (Sse second = Sse.packed("serve", "--port", uri.getPort())) {
          second.awaitOut(1);
          alice.awaitErr("connected   again").awaitErr("gap ").awaitErr("live ");
          publishTo(uri, "after");

          assertThat(alice.exit()).isZero();
          assertThat(alice.out()).last().asString().contains("after");
          assertThat(alice.err()).contains("2 events in", "1 reconnect");
        }
      }
    }
  }

  /** As Ctrl-Z and fg do, or the lid of a laptop. */
  @Test
  void aProgramThatWasStoppedGoesOnWhereItWas() {
    try (Sse stan =
        Sse.packed(
            "subscribe",
            "stan",
            "--server",
            server.uri(),
            "--liveness",
            "2s",
            "-o",
            "data",
            "--count",
            "4")) {
      stan.awaitErr("connected");
      publisher.publish("stan", NewEvent.text("n", "1"));
      stan.awaitOut(1).signal("STOP");
      for (int n = 2; n <= 4; n++) {
        publisher.publish("stan", NewEvent.text("n", Integer.toString(n)));
      }
      // Nothing to wait for: that time passes is what is tested.
      await().pollDelay(Duration.ofSeconds(4)).until(() -> true);
      stan.signal("CONT");

      assertThat(stan.exit()).isZero();
      assertThat(stan.out()).containsExactly("1", "2", "3", "4");
    }
  }

  @Test
  void aSilentStreamIsOpenedAgainAtTheLastId() {
    try (Sse liv = subscribe("liv", "--liveness", "300ms", "-o", "data", "--count", "2")) {
      liv.awaitErr("connected");
      publisher.publish("liv", NewEvent.text("n", "1"));
      liv.awaitErr("received nothing for ").awaitErr("again after");
      publisher.publish("liv", NewEvent.text("n", "2"));

      assertThat(liv.exit()).isZero();
      assertThat(liv.out()).containsExactly("1", "2");
      assertThat(liv.err()).doesNotContain("! gap");
    }
  }

  @Test
  void whoReadsItsOutputSlowlyHoldsItUpAndLosesNothing() throws Exception {
    int events = 1500;
    Process process =
        new ProcessBuilder(
                Sse.PROGRAM.toString(),
                "subscribe",
                "sloane",
                "-o",
                "data",
                "--count",
                Integer.toString(events),
                "--server",
                server.uri().toString())
            .start();
    try (BufferedReader out = process.inputReader();
        BufferedReader err = process.errorReader()) {
      awaitLine(err, "connected");
      // More than the pipe and the sockets hold; what they do not is kept by the server.
      String filling = "x".repeat(500);
      for (int n = 0; n < events; n++) {
        publisher.publish("sloane", NewEvent.text("n", n + " " + filling));
      }
      for (int n = 0; n < events; n++) {
        assertThat(out.readLine()).isEqualTo(n + " " + filling);
      }
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
      assertThat(String.join("\n", err.lines().toList())).doesNotContain("gap         lost");
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void aGapCanBeAnError() {
    try (Sse program =
        subscribe("alice", "--last-event-id", "of-another-server", "--fail-on-gap")) {
      assertThat(program.exit()).isEqualTo(6);
      assertThat(program.err()).contains("! gap ");
    }
  }

  @Test
  void afterAGapThatWasAnErrorTheNextRunGoesOnBehindIt() {
    publisher.publish("gus", NewEvent.text("n", "kept"));
    String next;
    try (Sse ended = subscribe("gus", "--last-event-id", "of-another-server", "--fail-on-gap")) {
      assertThat(ended.exit()).isEqualTo(6);
      assertThat(ended.out()).isEmpty();
      next = ended.err().replaceFirst("(?s).*--last-event-id (\\S+).*", "$1");
    }
    try (Sse again = subscribe("gus", "--last-event-id", next, "--fail-on-gap", "--no-follow")) {
      assertThat(again.exit()).isZero();
      assertThat(again.out()).singleElement().asString().contains("  kept");
    }
  }

  @Test
  void aStreamThatEndsIsNotFollowedAgainstTheUsersWill() throws IOException {
    String stream = "id: 7\ndata: hi\n\n";
    try (var once = Answer.always(200, "text/event-stream", stream);
        Sse program = Sse.start("subscribe", "--url", once.uri(), "--max-reconnects=0")) {
      assertThat(program.exit()).isZero();
      assertThat(program.out()).singleElement().asString().endsWith("message         7  hi");
      assertThat(program.err()).contains("1 event in ");
    }
  }

  @Test
  void onlyTheTypesAskedForAreShown() {
    publisher.publish("tia", NewEvent.text("order.paid", "1"));
    publisher.publish("tia", NewEvent.text("chat", "2"));
    publisher.publish("tia", NewEvent.text("order.sent", "3"));

    try (Sse program =
        subscribe(
            "tia", "--from", "oldest", "--type", "order.*", "--type", "!*.paid", "--count", "1")) {
      assertThat(program.exit()).isZero();
      assertThat(program.out()).singleElement().asString().contains("order.sent");
    }
  }

  private static void publishTo(URI server, String text) {
    try (EventPublisher fresh = EventPublisher.create(server)) {
      assertThat(fresh.publish("alice", NewEvent.text("a", text)))
          .isInstanceOf(PublishResult.Accepted.class);
    }
  }

  private static Sse subscribe(String user, Object... args) {
    var all = new java.util.ArrayList<Object>(List.of("subscribe", user, "--server", server.uri()));
    all.addAll(List.of(args));
    return Sse.start(all.toArray());
  }

  private static Process rawSubscribe(String user) throws IOException {
    return new ProcessBuilder(
            Sse.PROGRAM.toString(), "subscribe", user, "--server", server.uri().toString())
        .start();
  }

  private static void awaitLine(BufferedReader from, String part) throws IOException {
    for (String line = from.readLine(); line != null; line = from.readLine()) {
      if (line.contains(part)) {
        return;
      }
    }
    throw new AssertionError("ended before it said " + part);
  }

  private static void assertOneObject(String line) throws IOException {
    try (JsonParser parser = new JsonFactory().createParser(line)) {
      assertThat(parser.nextToken()).as(line).isEqualTo(JsonToken.START_OBJECT);
      parser.skipChildren();
      assertThat(parser.nextToken()).as(line).isNull();
    }
  }
}
