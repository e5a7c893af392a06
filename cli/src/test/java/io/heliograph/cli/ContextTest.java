package io.heliograph.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Contexts: kept, switched, used, and kept from whom they are not for. */
final class ContextTest {
  @TempDir private Path dir;
  private final Map<String, String> env = new HashMap<>();
  private String out = "";
  private String err = "";

  @Test
  void theFirstIsUsedAndOthersWhenTheyAreNamed() throws IOException {
    ok("context", "add", "dev", "--server", "http://127.0.0.1:1");
    ok("context", "add", "prod", "--server", "https://push.example.com", "--token", "env:T");

    ok("context", "list");
    assertThat(out).isEqualTo("* dev   http://127.0.0.1:1\n  prod  https://push.example.com\n");
    ok("context", "use", "prod");
    ok("context", "list", "-o", "json");
    assertThat(out.lines().toList())
        .containsExactly(
            "{\"name\":\"dev\",\"current\":false,\"server\":\"http://127.0.0.1:1\"}",
            "{\"name\":\"prod\",\"current\":true,\"server\":\"https://push.example.com\",\"token\":\"env:T\"}");
    ok("context", "rm", "prod");
    assertThat(out).contains("no context is in use now");
    ok("config", "show");
    assertThat(out).contains("context    -");
    ok("config", "show", "--context", "dev");
    assertThat(out).contains("context    dev", "server     http://127.0.0.1:1");
  }

  @Test
  void theFileIsForItsOwnerOnlyAndSoIsItsDirectory() throws IOException {
    ok("context", "add", "dev", "--server", "http://127.0.0.1:1");

    assertThat(modes(config())).isEqualTo("rw-------");
    assertThat(modes(directory())).isEqualTo("rwx------");
    assertThat(directory()).isDirectoryNotContaining("glob:**.config*.yaml");
  }

  @Test
  void whatPeopleWroteIntoTheFileStaysAndSoDoesALink() throws IOException {
    Files.createDirectories(directory());
    Path real = Files.writeString(dir.resolve("dotfile.yaml"), "");
    Files.createSymbolicLink(config(), real);
    Files.writeString(
        config(),
        """
        contexts:
          empty: {}
          prod:
            server: https://push.example.com
            headers: ['A: "x"']
        """);
    ok("context", "add", "dev", "--server", "http://127.0.0.1:1", "-H", "A: 1", "-H", "B: #2");
    ok("context", "use", "prod");

    assertThat(real)
        .content()
        .isEqualTo(
            """
            # Written by sse-cli context, which keeps no comments.
            current: prod
            contexts:
              empty: {}
              prod:
                server: "https://push.example.com"
                headers: ["A: \\"x\\""]
              dev:
                server: "http://127.0.0.1:1"
                headers: ["A: 1","B: #2"]
            """);
    assertThat(config()).isSymbolicLink();
    ok("config", "show", "--context", "dev");
    assertThat(out).contains("A: 1", "B: #2");
  }

  @Test
  void aTokenItselfIsNotKeptAndAFilesPathIsMadeAbsolute() throws IOException {
    fails("context", "add", "a", "--server", "http://x", "--token", "abcdef");
    assertThat(err).contains("--token @FILE").doesNotContain("abcdef");
    assertThat(config()).doesNotExist();

    ok("context", "add", "a", "--server", "http://x", "--token", "@t", "--cacert", "ca.pem");
    ok("config", "show");
    assertThat(out)
        .contains("@" + Path.of("t").toAbsolutePath(), Path.of("ca.pem").toAbsolutePath() + " ");
  }

  @Test
  void aFileOfHeadersIsStoredByItsPath() throws IOException {
    Path headers = Files.writeString(dir.resolve("h"), "X-Secret: s");
    ok("context", "add", "a", "--server", "http://x", "-H", "@" + headers);
    ok("config", "show");
    assertThat(out).contains("@" + headers).doesNotContain("X-Secret");
  }

  @Test
  void whatMakesNoContextIsRefused() {
    fails("context", "add", "no server");
    fails("context", "add", "a", "--server", "http://x", "--token", "-");
    fails("context", "add", "-x", "--server", "http://x");
    fails("context", "add", "a/b", "--server", "http://x");
    fails("context", "use", "nowhere");
    fails("context");
    ok("context", "add", "a", "--server", "http://x");
    fails("context", "add", "a", "--server", "http://y");
    assertThat(err).contains("--replace");
    ok("context", "add", "a", "--server", "http://y", "--replace");
    ok("config", "show");
    assertThat(out).contains("http://y");
  }

  @Test
  void anErrorNamesTheContextAndWhereItsTokenIsFrom() throws IOException {
    env.put("T", "abcdef");
    try (var no = Answer.always(401, "text/plain", "no")) {
      ok("context", "add", "prod", "--server", no.uri().toString(), "--token", "env:T");

      assertThat(run("--context", "prod", "publish", "alice", "x")).isEqualTo(4);
      assertThat(err)
          .contains("context \"prod\", token from env:T.  Check:  sse-cli doctor --context prod")
          .doesNotContain("abcdef");
      assertThat(run("publish", "alice", "x", "--context", "prod")).isEqualTo(4);

      Path other = Files.writeString(dir.resolve("other.token"), "other");
      assertThat(run("--context", "prod", "publish", "alice", "x", "--token", "@" + other))
          .isEqualTo(4);
      assertThat(err)
          .contains("context \"prod\", token from --token @" + other + ".  Check:")
          .doesNotContain("env:T");
      env.put("SSE_CLI_TOKEN", "fghijk");
      assertThat(run("publish", "alice", "x", "--server", no.uri().toString())).isEqualTo(4);
      assertThat(err).contains("token from SSE_CLI_TOKEN.").doesNotContain("fghijk");
    }
  }

  /** Else a URL typed, or a directory entered, would be enough to give a token away. */
  @Test
  void theCredentialsOfAContextGoToItsServerOnly() throws IOException {
    env.put("T", "abcdef");
    var seen = new CopyOnWriteArrayList<String>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          seen.add(
              exchange.getRequestHeaders().getFirst("Authorization")
                  + " "
                  + exchange.getRequestHeaders().getFirst("X-A"));
          exchange.sendResponseHeaders(401, -1);
          exchange.close();
        });
    server.start();
    String url = "http://127.0.0.1:" + server.getAddress().getPort();
    try {
      ok("context", "add", "own", "--server", url, "--token", "env:T", "-H", "X-A: b");
      assertThat(run("publish", "alice", "x")).isEqualTo(4);
      assertThat(seen).containsOnly("Bearer abcdef b");
      seen.clear();
      ok("context", "add", "far", "--server", "http://127.0.0.1:1", "--token", "env:T", "--use");
      assertThat(run("publish", "alice", "x", "--server", url)).isEqualTo(4);
      assertThat(err).contains("'token' of context \"far\" not sent");
      env.put("SSE_CLI_SERVER", url);
      assertThat(run("publish", "alice", "x")).isEqualTo(4);
      assertThat(run("subscribe", "--url", url + "/events")).isEqualTo(4);
      env.remove("SSE_CLI_SERVER");
      Path scenario =
          Files.writeString(
              dir.resolve("friday.yaml"), "apiVersion: sse-cli/v2\nserver: " + url + "\n");
      assertThat(run("simulate", scenario.toString(), "--users", "1", "--report", "none"))
          .isEqualTo(4);
      assertThat(err).contains("'token' of context \"far\" not sent");
      assertThat(seen).containsOnly("null null");
      seen.clear();
      assertThat(run("publish", "alice", "x", "--context", "own")).isEqualTo(4);
      assertThat(seen).containsOnly("Bearer abcdef b");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void theCredentialsOfAContextDoNotGoToAnotherServerThatIsPublishedTo() {
    env.put("T", "abcdef");
    ok("context", "add", "own", "--server", "http://127.0.0.1:1", "--token", "env:T");

    String[] both = {
      "--subscribe-url", "http://127.0.0.1:1/{user}", "--publish-url", "http://[::1]:2/{user}"
    };
    assertThat(run("simulate", both[0], both[1], both[2], both[3], "--report", "none"))
        .isEqualTo(3);
    assertThat(err)
        .contains("'token' of context \"own\" not sent: http://[::1]:2 is another server");
    String own = both[3].replace("[::1]:2", "127.0.0.1:1");
    assertThat(run("simulate", both[0], both[1], both[2], own, "--report", "none")).isEqualTo(3);
    assertThat(err).doesNotContain("not sent");
  }

  /** Its paths would end up in the query; that may also hold a token, which is not to be stored. */
  @Test
  void aServerHasNoQueryAndNoFragment() {
    for (String server :
        List.of("http://127.0.0.1:1/?token=abcdef", "http://127.0.0.1:1/#abcdef")) {
      fails("context", "add", "q", "--server", server);
      assertThat(err).contains("--server has a query or a fragment").doesNotContain("abcdef");
      assertThat(config()).doesNotExist();
      for (String talking : List.of("publish alice x", "sub alice", "tail", "users", "doctor")) {
        fails((talking + " --server " + server).split(" "));
        assertThat(err).as(talking).contains("--server has a query or a fragment");
      }
    }
  }

  @Test
  void showTellsEachValueAndWhereItComesFrom() {
    env.put("SSE_CLI_OUTPUT", "json");
    ok("context", "add", "prod", "--server", "http://x", "-H", "Cookie: abcdef", "-H", "A: b");
    ok("config", "show");

    assertThat(out.lines().map(line -> line.replaceAll(" {2,}", "|")).toList())
        .containsExactly(
            "context|prod|(" + config() + ")",
            "headers|Cookie: ****|(" + config() + ", line 6)",
            "|A: b|(" + config() + ", line 6)",
            "output|json|(SSE_CLI_OUTPUT)",
            "server|http://x|(" + config() + ", line 5)");
    ok("config", "show", "-o", "json");
    assertThat(out)
        .contains(
            "{\"key\":\"output\",\"values\":[\"json\"],\"level\":\"environment\","
                + "\"where\":\"SSE_CLI_OUTPUT\"}")
        .doesNotContain("abcdef");
    fails("config");
  }

  @Test
  void aBrokenFileStopsOnlyCommandsThatTalkToAServer() throws IOException {
    Files.createDirectories(directory());
    Files.writeString(config(), "contexts: [");
    Path stream = Files.writeString(dir.resolve("stream"), "data: hi\n\n");

    ok("--help");
    ok("--version");
    ok("publish", "--help");
    for (String harmless : List.of("help exit-codes", "completion bash")) {
      ok(harmless.split(" "));
      assertThat(err).as(harmless).contains(config() + ", line 1", "ignored by this command");
    }
    env.put("SSE_CLI_OUTPUT", "data");
    ok("decode", stream.toString());
    assertThat(out).isEqualTo("hi\n");
    for (String talking : List.of("publish alice x", "subscribe alice", "tail", "doctor")) {
      fails(talking.split(" "));
      assertThat(err).as(talking).contains(config() + ", line 1").doesNotContain("Usage:");
    }
    fails("decode", stream.toString(), "--context", "prod");
    fails("context", "list");
    assertThat(err).contains(config() + ", line 1");
  }

  private Path directory() {
    return config().resolveSibling("");
  }

  private Path config() {
    return dir.resolve("sse-cli/config.yaml");
  }

  private void ok(String... args) {
    assertThat(run(args)).as(String.join(" ", args)).withFailMessage(() -> out + err).isZero();
  }

  private void fails(String... args) {
    assertThat(run(args)).as(String.join(" ", args)).isEqualTo(2);
    assertThat(err).isNotEmpty();
  }

  private int run(String... args) {
    env.put("XDG_CONFIG_HOME", dir.toString());
    var outBytes = new ByteArrayOutputStream();
    var errBytes = new ByteArrayOutputStream();
    var shell = Shells.of(env, outBytes, errBytes);
    int exit = new Program(shell, List.of(args)).run();
    out = outBytes.toString(StandardCharsets.UTF_8);
    err = errBytes.toString(StandardCharsets.UTF_8);
    return exit;
  }

  private static String modes(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }
}
