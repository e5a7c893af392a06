package io.heliograph.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.Heliograph;
import io.heliograph.server.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokens: made by the program, named by reference, taken by a server that wants them. */
final class TokenIT {
  @TempDir private static Path dir;
  private static Path secret;
  private static Heliograph server;

  @BeforeAll
  static void startServer() throws IOException {
    secret = Files.writeString(dir.resolve("secret"), "0123456789abcdef".repeat(3) + "\n");
    server =
        Heliograph.start(
            Settings.of(
                Map.of(
                    "server.port", "0",
                    "drain.window", "0s",
                    "auth.mode", "jwt",
                    "auth.jwt.secret-file", secret.toString(),
                    "auth.jwt.issuer", "me",
                    "auth.jwt.audience", "push")));
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @Test
  void aServerTakesTheTokenByEveryReference() throws IOException {
    String token = token("ops", "publish");
    Path file = Files.writeString(dir.resolve("token"), token + "\n");
    for (String reference : List.of("@" + file, "env:PUSH", "cmd:cat " + file, "-", token)) {
      Map<String, String> env = Map.of("PUSH", token);
      try (Sse publish = start(env, "publish", "alice", "x", "--token", reference)) {
        publish.type(token + "\n");
        assertThat(publish.exit()).as(reference).isZero();
        assertThat(publish.out()).singleElement().asString().startsWith("accepted ");
        assertThat(publish.err().contains("other users of this machine can see a token"))
            .isEqualTo(reference.equals(token));
        assertThat(publish.err()).doesNotContain(token);
      }
    }
    try (Sse publish = start(Map.of("SSE_CLI_TOKEN", token), "publish", "alice", "x")) {
      assertThat(publish.exit()).isZero();
      assertThat(publish.err()).isEmpty();
    }
  }

  @Test
  void anAccessIsRevokedAndItsStreamEnds() {
    Map<String, String> ops = Map.of("SSE_CLI_TOKEN", token("ops", "operate"));
    Map<String, String> carol = Map.of("SSE_CLI_TOKEN", token("carol", "subscribe"));
    try (Sse stream = start(carol, "sub", "carol")) {
      stream.awaitErr("connected");
      try (Sse user = start(ops, "revoke", "carol")) {
        assertThat(user.exit()).as(user.err()).isZero();
        assertThat(user.out())
            .singleElement()
            .asString()
            .startsWith("revoked until ")
            .endsWith(", closed 1 connection");
      }
      // A token that no connection uses: the other revocation ends the stream above at any time.
      try (Sse token = start(ops, "revoke", "--token-id", "j-1", "-o", "json")) {
        assertThat(token.exit()).isZero();
        assertThat(token.out())
            .singleElement()
            .asString()
            .startsWith("{\"user\":null,\"jti\":\"j-1\",\"connections\":0,\"until\":\"");
      }
      assertThat(stream.exit()).isEqualTo(5);
    }
  }

  @Test
  void everyCommandThatTalksToAServerShowsIt() {
    String token = token("alice", "subscribe publish operate");
    Map<String, String> env = Map.of("PUSH", token);
    try (Sse subscribe = start(env, "sub", "alice", "--token", "env:PUSH", "--count", "1");
        Sse tail = start(env, "tail", "alice", "--token", "env:PUSH", "--count", "1")) {
      subscribe.awaitErr("connected");
      tail.awaitErr("connected");
      try (Sse publish = start(env, "publish", "alice", "hello", "--token", "env:PUSH")) {
        assertThat(publish.exit()).isZero();
      }
      assertThat(subscribe.exit()).isZero();
      assertThat(tail.exit()).isZero();
      assertThat(tail.out()).singleElement().asString().contains("hello");
    }
  }

  @Test
  void withoutTheScopeItIsRefusedAndTheHintSaysHow() {
    Map<String, String> env = Map.of("PUSH", token("alice", "subscribe"));
    try (Sse tail = start(env, "tail", "--token", "env:PUSH");
        Sse none = start(env, "sub", "alice")) {
      assertThat(tail.exit()).isEqualTo(4);
      assertThat(none.exit()).isEqualTo(4);
      assertThat(none.err()).contains("--token @FILE");
    }
  }

  /** The first token has been revoked, say: the command knows a new one. */
  @Test
  void aCommandRunsAgainWhenTheServerRefusesItsToken() throws IOException {
    Path good = Files.writeString(dir.resolve("good"), token("alice", "subscribe"));
    Path count = dir.resolve("count");
    String command =
        "echo run >> %s; if [ $(wc -l < %s) = 1 ]; then echo stale; else cat %s; fi"
            .formatted(count, count, good);
    try (Sse subscribe = start(Map.of(), "sub", "alice", "--token", "cmd:" + command)) {
      assertThat(subscribe.awaitErr("connected").signal("INT").exit()).isEqualTo(130);
    }
    assertThat(Files.readAllLines(count)).hasSize(2);
  }

  @Test
  void aReferenceThatLeadsNowhereIsAMistakeOnTheCommandLine() throws IOException {
    Path empty = Files.writeString(dir.resolve("empty"), "\n");
    Path bad = Files.writeString(dir.resolve("bad"), "se\ncret");
    for (String reference :
        List.of("@/no/such", "env:NO_SUCH_VARIABLE", "cmd:exit 3", "@" + empty, "@" + bad, "")) {
      try (Sse subscribe = start(Map.of(), "sub", "alice", "--token", reference)) {
        assertThat(subscribe.exit()).as(reference).isEqualTo(2);
        assertThat(subscribe.err()).contains("--token: ").doesNotContain("cret");
      }
    }
  }

  @Test
  void aTtlBelowTheSecondThatTokensCountInIsAMistake() {
    try (Sse token = Sse.start("token", "--user", "a", "--secret-file", secret, "--ttl", "500ms")) {
      assertThat(token.exit()).isEqualTo(2);
    }
  }

  @Test
  void aScopeThatNoServerKnowsIsAMistake() {
    try (Sse token =
        Sse.start("token", "--user", "a", "--secret-file", secret, "--scope", "publish admin")) {
      assertThat(token.exit()).isEqualTo(2);
      assertThat(token.err())
          .contains("--scope is 'publish admin'; allowed: subscribe, publish, operate");
    }
  }

  @Test
  void aSecretThatIsTooShortOrAbsentIsAMistake() throws IOException {
    Path weak = Files.writeString(dir.resolve("weak"), "12345678");
    for (Path file : List.of(weak, dir.resolve("nowhere"))) {
      try (Sse token = Sse.start("token", "--user", "a", "--secret-file", file)) {
        assertThat(token.exit()).isEqualTo(2);
        assertThat(token.out()).isEmpty();
        assertThat(token.err()).doesNotContain("12345678").contains(file.toString());
      }
    }
  }

  private static String token(String user, String scope) {
    try (Sse token =
        Sse.start(
            "token",
            "--user",
            user,
            "--scope",
            scope,
            "--secret-file",
            secret,
            "--issuer",
            "me",
            "--audience",
            "push")) {
      assertThat(token.exit()).isZero();
      assertThat(token.err()).isEmpty();
      return token.out().getFirst();
    }
  }

  private static Sse start(Map<String, String> env, Object... args) {
    var all = new ArrayList<Object>(List.of(args));
    all.add("--server");
    all.add(server.uri());
    return Sse.start(env, all.toArray());
  }
}
