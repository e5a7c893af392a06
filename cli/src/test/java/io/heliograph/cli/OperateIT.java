package io.heliograph.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.Heliograph;
import io.heliograph.server.config.Settings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What operators do: see who is there, send readers away, take tokens back. */
final class OperateIT {
  private static Heliograph server;

  @BeforeAll
  static void startServer() {
    server = Heliograph.start(Settings.of(Map.of("server.port", "0", "drain.window", "0s")));
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @Test
  void whoIsOnlineIsListedAndSentAway() {
    try (Sse alice = run("subscribe", "alice").awaitErr("connected");
        Sse bob = run("subscribe", "bob").awaitErr("connected")) {
      try (Sse users = run("users");
          Sse json = run("users", "-o", "json");
          Sse connections = run("users", "alice");
          Sse nobody = run("users", "nobody")) {
        assertThat(users.exit()).isZero();
        assertThat(users.out()).containsExactly("USER   CONNECTIONS", "alice  1", "bob    1");
        assertThat(json.exit()).isZero();
        assertThat(json.out())
            .containsExactly(
                "{\"user\":\"alice\",\"online\":true,\"connections\":1}",
                "{\"user\":\"bob\",\"online\":true,\"connections\":1}");
        assertThat(connections.exit()).isZero();
        assertThat(connections.out()).hasSize(2);
        assertThat(connections.out().getLast()).contains("127.0.0.1:");
        assertThat(nobody.exit()).isZero();
        assertThat(nobody.out()).isEmpty();
        assertThat(nobody.err()).contains("nobody has 0 open connections");
      }
      try (Sse kick = run("kick", "alice");
          Sse again = run("kick", "bob", "no-such-connection")) {
        assertThat(kick.exit()).isZero();
        assertThat(kick.out()).containsExactly("closed 1 connection");
        assertThat(alice.exit()).isEqualTo(5);
        assertThat(again.exit()).isZero();
        assertThat(again.out()).containsExactly("closed 0 connections");
      }
      await().until(() -> server.hub().connections().count() == 1);
      try (Sse stats = run("stats");
          Sse json = run("stats", "-o", "json")) {
        assertThat(stats.exit()).isZero();
        assertThat(stats.out()).anyMatch(line -> line.matches("connections +1"));
        assertThat(json.exit()).isZero();
        assertThat(json.out()).singleElement().asString().startsWith("{\"").contains("\"users\":1");
      }
    }
  }

  @Test
  void aRevocationNamesOneThing() {
    for (List<String> wrong : List.of(List.<String>of(), List.of("carol", "--token-id", "j-1"))) {
      var args = new ArrayList<Object>(List.of("revoke"));
      args.addAll(wrong);
      try (Sse revoke = run(args.toArray())) {
        assertThat(revoke.exit()).as("%s", wrong).isEqualTo(2);
      }
    }
  }

  @Test
  void aRefusalAndASilentServerHaveTheirOwnCodes() throws Exception {
    try (var strict = Answer.always(401, "application/problem+json", "{\"detail\":\"who?\"}")) {
      for (String[] command :
          new String[][] {{"users"}, {"kick", "a"}, {"revoke", "a"}, {"stats"}, {"history", "a"}}) {
        var refused = new ArrayList<Object>(List.of(command));
        refused.addAll(List.of("--server", strict.uri()));
        var silent = new ArrayList<Object>(List.of(command));
        silent.addAll(List.of("--server", "http://127.0.0.1:1"));
        try (Sse no = Sse.start(refused.toArray());
            Sse nobody = Sse.start(silent.toArray())) {
          assertThat(no.exit()).as(command[0]).isEqualTo(4);
          assertThat(no.err()).contains("(401): who?");
          assertThat(nobody.exit()).as(command[0]).isEqualTo(3);
        }
      }
    }
  }

  @Test
  void figuresOfAnotherServerAreNoRefusal() throws IOException {
    try (var page = Answer.always(200, "text/html", "<p>hello");
        Sse stats = Sse.start("stats", "--server", page.uri())) {
      assertThat(stats.exit()).isEqualTo(5);
      assertThat(stats.err()).startsWith("sse-cli: the answer is not JSON; is that a Heliograph");
    }
  }

  private static Sse run(Object... args) {
    var all = new ArrayList<Object>(List.of(args));
    all.addAll(List.of("--server", server.uri()));
    return Sse.start(all.toArray());
  }
}
