package io.heliograph.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.Heliograph;
import io.heliograph.server.config.Settings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What users see of the packed program: help, answers, exit codes. */
@Order(1)
final class ProgramIT {
  private static Heliograph server;

  @BeforeAll
  static void startServer() {
    server = Heliograph.start(Settings.of(Map.of("server.port", "0", "drain.window", "0s")));
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "subscribe",
        "tail",
        "history",
        "publish",
        "users",
        "kick",
        "revoke",
        "stats",
        "decode",
        "doctor",
        "token",
        "demo",
        "simulate",
        "report",
        "context",
        "config",
        "completion",
        "help"
      })
  void helpIsAsWritten(String command) throws IOException {
    var args = new java.util.ArrayList<>(List.of(command.split(" ", 0)));
    args.removeIf(String::isEmpty);
    args.add("--help");

    try (Sse help = Sse.start(args.toArray())) {
      assertThat(help.exit()).isZero();
      assertThat(String.join("\n", help.out())).isEqualTo(golden(command).strip());
      assertThat(help.out()).allMatch(line -> line.length() <= 80);
      assertThat(help.err()).isEmpty();
    }
  }

  @Test
  void theVersionIsThatOfTheJar() {
    try (Sse version = Sse.packed("--version")) {
      assertThat(version.exit()).isZero();
      assertThat(version.out()).singleElement().asString().matches("sse-cli \\d+\\.\\d+.*");
    }
  }

  /** The build's own command, which runs all others and takes what fails for a fault. */
  @Test
  void aFaultOfTheProgramIsAdmitted() {
    try (Sse fault = Sse.start("rehearse", "commands", "http://127.0.0.1:1")) {
      assertThat(fault.exit()).isEqualTo(1);
      assertThat(fault.err())
          .contains("sse-cli: internal error: ")
          .contains("This is a bug in sse-cli; -v prints the stack trace.")
          .doesNotContain("at io.heliograph");
    }
  }

  /** picocli would color it where stdin and stdout are terminals, whatever stderr is. */
  @Test
  void theUsageInAnErrorHasNoColours() {
    Map<String, String> terminal = Map.of("SSE_CLI_JAVA_OPTS", "-Dpicocli.ansi=true");
    try (Sse wrong = Sse.packed(terminal, "context", "use")) {
      assertThat(wrong.exit()).isEqualTo(2);
      assertThat(wrong.err()).contains("Usage: sse-cli context use [").doesNotContain("\033");
    }
  }

  @Test
  void aWrongOptionGetsAShortAnswer() {
    try (Sse wrong = Sse.start("subscribe", "alice", "--cuont", "1")) {
      assertThat(wrong.exit()).isEqualTo(2);
      assertThat(wrong.out()).isEmpty();
      assertThat(wrong.err())
          .contains("sse-cli subscribe: there is no option '--cuont'")
          .contains("Did you mean '--count'?")
          .contains("Try 'sse-cli subscribe --help'")
          .doesNotContain("--fail-on-gap");
      assertThat(wrong.err().lines()).hasSizeLessThan(8);
    }
  }

  @Test
  void whoReadsJsonGetsMistakesAsJson() {
    for (String wrong :
        List.of("sub alice -o json --cuont 1", "tail --output=json --rate x", "pub -ojson")) {
      try (Sse program = Sse.start((Object[]) wrong.split(" "))) {
        assertThat(program.exit()).isEqualTo(2);
        assertThat(program.out()).isEmpty();
        assertThat(program.err().lines())
            .singleElement()
            .asString()
            .startsWith(
                "{\"kind\":\"error\",\"code\":\"usage\",\"exit\":2,\"http\":null,\"message\":\"")
            .matches(
                ".*\"hint\":\"(Did you mean '--count'\\?|Try 'sse-cli (tail|publish) --help'.)\"}");
      }
    }
  }

  @Test
  void aWrongCommandGetsAShortAnswer() {
    try (Sse wrong = Sse.start("subscrib")) {
      assertThat(wrong.exit()).isEqualTo(2);
      assertThat(wrong.err())
          .contains("sse-cli: there is no command 'subscrib'", "Did you mean 'subscribe'?");
    }
  }

  @Test
  void publishTellsTheIdAndTheConnections() {
    try (Sse publish = Sse.packed("publish", "nora", "{\"n\":1}", "--server", server.uri())) {
      assertThat(publish.exit()).isZero();
      assertThat(publish.out()).singleElement().asString().matches("accepted \\S+  0 connections");
    }
  }

  @Test
  void publishAnswersInJson() {
    try (Sse publish = Sse.start("pub", "nora", "1", "-o", "json", "--server", server.uri())) {
      assertThat(publish.exit()).isZero();
      assertThat(publish.out())
          .singleElement()
          .asString()
          .matches(
              "\\{\"user\":\"nora\",\"status\":\"accepted\",\"id\":\"\\S+\",\"connections\":0,\"ackMs\":[\\d.]+}");
    }
  }

  @Test
  void dataComesFromStdinFilesAndTheCommandLine(@TempDir Path dir) throws IOException {
    Path file = Files.writeString(dir.resolve("data"), "from a file\n");
    for (String data : List.of("-", "@" + file, "typed", "{ \"json\": [1.50] }")) {
      try (Sse publish = Sse.start("publish", "dan", data, "--server", server.uri())) {
        publish.type("from stdin\n");
        assertThat(publish.exit()).as(data).isZero();
      }
    }

    try (Sse all = subscribe("dan", "--from", "oldest", "--count", "4", "-o", "json")) {
      assertThat(all.exit()).isZero();
      assertThat(all.out().get(0)).contains("\"data\":\"from stdin\"");
      assertThat(all.out().get(1)).contains("\"data\":\"from a file\"");
      assertThat(all.out().get(2)).contains("\"data\":\"typed\"");
      assertThat(all.out().get(3)).contains("\"json\":{\"json\":[1.50]}");
    }
  }

  @Test
  void argumentsAreReadAsUtf8WhateverTheLocale() {
    // Written by printf: this JVM may itself run in such a locale.
    var shell =
        new ProcessBuilder(
            "sh",
            "-c",
            "exec \"$0\" publish uta \"$(printf 'h\\303\\251')\" --server \"$1\"",
            Sse.PROGRAM.toString(),
            server.uri().toString());
    try (Sse publish = Sse.start(shell, Map.of("LC_ALL", "C"))) {
      assertThat(publish.exit()).isZero();
    }
    try (Sse subscribe = subscribe("uta", "--count", "1", "--from", "oldest")) {
      assertThat(subscribe.exit()).isZero();
      assertThat(subscribe.out()).singleElement().asString().endsWith("  h\u00e9  (replay)");
    }
  }

  @Test
  void aRefusedEventIsExplained() {
    try (Sse refused =
        Sse.start("publish", "ann", "x", "--type", "stream.x", "--server", server.uri())) {
      assertThat(refused.exit()).isEqualTo(5);
      assertThat(refused.out()).isEmpty();
      assertThat(refused.err()).contains("'stream.x' is reserved");
    }
  }

  @Test
  void aBroadcastIsNotSentUnasked() {
    try (Sse broadcast = Sse.start("publish", "--broadcast", "x", "--server", server.uri())) {
      assertThat(broadcast.exit()).isEqualTo(2);
      assertThat(broadcast.err()).contains("--yes");
    }
  }

  @Test
  void nobodyThereIsANetworkError() {
    for (String command : List.of("publish alice x", "subscribe alice", "tail")) {
      String[] args = (command + " --server http://127.0.0.1:1").split(" ");
      try (Sse program = Sse.packed((Object[]) args)) {
        assertThat(program.exit()).as(command).isEqualTo(3);
        assertThat(program.out()).isEmpty();
        // In its own words, not in those of a log.
        assertThat(program.err()).contains("127.0.0.1:1").doesNotContain("WARNING");
      }
    }
  }

  @Test
  void otherCredentialsAreAskedFor() throws IOException {
    try (var strict = Answer.always(401, "text/plain", "no")) {
      for (String command : List.of("publish alice x", "subscribe alice", "tail")) {
        String[] args = (command + " -o json --server " + strict.uri()).split(" ");
        try (Sse program = Sse.start((Object[]) args)) {
          assertThat(program.exit()).as(command).isEqualTo(4);
          assertThat(program.err()).contains("\"code\":\"auth\",\"exit\":4,\"http\":401");
        }
      }
    }
  }

  @Test
  void whatIsNoEventStreamIsRefused() {
    URI stats = server.uri().resolve("/v1/stats");
    try (Sse program = Sse.start("subscribe", "--url", stats)) {
      assertThat(program.exit()).isEqualTo(5);
      assertThat(program.err()).contains("text/event-stream");
    }
  }

  @Test
  void aTimeoutIsAFailureAndATimeSpanIsNot() {
    try (Sse timeout = subscribe("ann", "--timeout", "10ms", "--count", "1");
        Sse span = subscribe("ann", "--for", "10ms")) {
      assertThat(timeout.exit()).isEqualTo(124);
      assertThat(span.exit()).isZero();
    }
  }

  private static Sse subscribe(String user, Object... args) {
    var all = new java.util.ArrayList<Object>(List.of("subscribe", user, "--server", server.uri()));
    all.addAll(List.of(args));
    return Sse.start(all.toArray());
  }

  private static String golden(String command) throws IOException {
    String name = "help" + (command.isEmpty() ? "" : "-" + command.replace(' ', '-')) + ".txt";
    try (var golden = ProgramIT.class.getResourceAsStream(name)) {
      return new String(
          java.util.Objects.requireNonNull(golden, name).readAllBytes(),
          java.nio.charset.StandardCharsets.UTF_8);
    }
  }
}
