package io.heliograph.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Streams of other servers, such as the answer of a language model. */
final class ForeignStreamIT {
  private static final String ANSWER = "data: {\"t\":\"a\"}\n\ndata: [DONE]\n\n";

  @TempDir private Path dir;

  @Test
  void anAnswerToAPostIsWrittenAndEndsWithZero() throws IOException {
    Path body = Files.writeString(dir.resolve("body.json"), "{\"stream\":true}");
    var seen = new CopyOnWriteArrayList<String>();
    HttpServer server = server(seen);
    String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/v1/chat";
    try (Sse file = Sse.start("sub", "--url", url, "-X", "POST", "-d", "@" + body, "-o", "data");
        Sse stdin = Sse.start("sub", "--url", url, "-d", "-", "-o", "data").type("plain")) {
      assertThat(file.exit()).as(file.err()).isZero();
      assertThat(file.out()).containsExactly("{\"t\":\"a\"}", "[DONE]");
      assertThat(stdin.exit()).as(stdin.err()).isZero();
      assertThat(seen)
          .containsExactlyInAnyOrder(
              "POST application/json {\"stream\":true}", "POST text/plain; charset=utf-8 plain");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void theEventThatEndsAStreamEndsTheCommand() throws IOException {
    try (var server = Answer.always(200, "text/event-stream", ANSWER + "data: more\n\n");
        Sse sub = Sse.start("sub", "--url", server.uri(), "--until-data", "[DONE]", "-o", "data")) {
      assertThat(sub.exit()).isZero();
      assertThat(sub.out()).containsExactly("{\"t\":\"a\"}", "[DONE]");
    }
  }

  @Test
  void aBodyNeedsAUrlAndAPost() {
    for (List<String> wrong :
        List.of(
            List.of("alice", "-d", "x"),
            List.of("alice", "-X", "POST"),
            List.of("--url", "http://127.0.0.1:1", "-X", "GET", "-d", "x"),
            List.of("--url", "http://127.0.0.1:1", "-d", "@/no/such/file"))) {
      var args = new ArrayList<Object>(List.of("sub"));
      args.addAll(wrong);
      try (Sse sub = Sse.start(args.toArray())) {
        assertThat(sub.exit()).as("%s", wrong).isEqualTo(2);
      }
    }
  }

  @Test
  void linesThatAreNotFieldsAreCountedAtTheEnd() throws IOException {
    try (var server =
            Answer.always(200, "text/event-stream", "data: x\n\n{\"error\":\"quota\"}\n\n");
        Sse text = Sse.start("sub", "--url", server.uri(), "--max-reconnects=0");
        Sse meta = Sse.start("sub", "--url", server.uri(), "--max-reconnects=0", "-o", "meta")) {
      assertThat(text.exit()).isZero();
      assertThat(text.err()).contains("1 event in ", "0 gaps, 1 unreadable line.");
      assertThat(meta.exit()).isZero();
      assertThat(meta.out().getLast()).contains("\"omitted\":0,\"unreadable\":1,");
    }
  }

  @Test
  void theHeadersOfTheAnswerAreShownIfAskedFor() throws IOException {
    try (var server = Answer.always(200, "text/event-stream", ANSWER);
        Sse verbose = Sse.start("sub", "--url", server.uri(), "--max-reconnects=0", "-v");
        Sse usual = Sse.start("sub", "--url", server.uri(), "--max-reconnects=0")) {
      assertThat(verbose.exit()).isZero();
      assertThat(verbose.err())
          .containsIgnoringCase("! header      content-type: text/event-stream");
      assertThat(usual.exit()).isZero();
      assertThat(usual.err()).doesNotContain("header");
    }
  }

  /** As with curl. */
  @Test
  void aHeaderThatIsGivenTwiceIsSentTwice() throws IOException {
    var seen = new CopyOnWriteArrayList<String>();
    HttpServer server =
        server(
            exchange -> {
              seen.add(
                  exchange.getRequestURI().getPath()
                      + " "
                      + exchange.getRequestHeaders().get("X-A"));
              exchange.sendResponseHeaders(401, -1);
              exchange.close();
            });
    String url = "http://127.0.0.1:" + server.getAddress().getPort();
    Object[] twice = {"--server", url, "-H", "X-A: 1", "-H", "x-a: 2"};
    try {
      for (String command :
          List.of(
              "subscribe subscribe",
              "publish publish data",
              "history history",
              "kick kick",
              "simulate --users 1 --rate 0/s --duration 1s --report none --set engine=sdk",
              "simulate --users 1 --rate 0/s --duration 1s --report none --set engine=raw")) {
        seen.clear();
        var args = new ArrayList<Object>(List.of(command.split(" ")));
        args.addAll(List.of(twice));
        try (Sse sse = Sse.start(args.toArray())) {
          assertThat(sse.exit()).as(sse.err()).isEqualTo(4);
          assertThat(seen).as(command).isNotEmpty().allMatch(line -> line.endsWith(" [1, 2]"));
        }
      }
    } finally {
      server.stop(0);
    }
  }

  @Test
  void cookiesComeFromAFileAndNewOnesGoThere() throws IOException {
    Path jar =
        Files.writeString(
            dir.resolve("jar"),
            """
            # Netscape HTTP Cookie File
            127.0.0.1\tFALSE\t/\tFALSE\t0\tsession\told
            #HttpOnly_127.0.0.1\tFALSE\t/\tFALSE\t4102444800\tkept\tk
            127.0.0.1\tFALSE\t/\tFALSE\t9223372036854775807\tever\te
            other.example\tFALSE\t/\tFALSE\t0\tforeign\tf
            """);
    var seen = new CopyOnWriteArrayList<String>();
    HttpServer server = cookieServer(seen);
    String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    try {
      for (int run = 0; run < 2; run++) {
        try (Sse sub = Sse.start("sub", "--url", url, "-b", jar, "--max-reconnects=0")) {
          assertThat(sub.exit()).as(sub.err()).isZero();
        }
      }
      assertThat(seen)
          .containsExactly("session=old; kept=k; ever=e", "kept=k; ever=e; session=new");
      assertThat(jar)
          .content()
          .contains("#HttpOnly_127.0.0.1\tFALSE\t/\tFALSE\t4102444800\tkept\tk\n")
          .contains("127.0.0.1\tFALSE\t/\tFALSE\t0\tsession\tnew\n", "foreign")
          .doesNotContain("old");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void aDeviceThatTakesCookiesStaysADevice() throws Exception {
    Path device = dir.resolve("null"); // As -b /dev/null, which is then not at risk.
    int made = new ProcessBuilder("mknod", device.toString(), "c", "1", "3").start().waitFor();
    assumeTrue(made == 0 && Files.isReadable(device), "only root may make a device");
    HttpServer server = cookieServer(new CopyOnWriteArrayList<>());
    String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    try (Sse sub = Sse.start("sub", "--url", url, "-b", device, "--max-reconnects=0")) {
      assertThat(sub.exit()).isZero();
      assertThat(sub.err()).doesNotContain("cannot write the cookies");
      assertThat(Files.isRegularFile(device)).isFalse();
    } finally {
      server.stop(0);
    }
  }

  @Test
  void aFileThatHoldsNoCookiesIsRefusedWithItsLineAndWithoutItsText() throws IOException {
    Path jar = Files.writeString(dir.resolve("jar"), "# ok\nS3CRET\n");
    try (Sse sub = Sse.start("sub", "--url", "http://127.0.0.1:1", "--cookie-jar", jar)) {
      assertThat(sub.exit()).isEqualTo(2);
      assertThat(sub.err()).contains("--cookie-jar: " + jar + ", line 2").doesNotContain("S3CRET");
    }
  }

  /** Answers each request with a cookie and an empty stream. */
  private static HttpServer cookieServer(List<String> seen) throws IOException {
    return server(
        exchange -> {
          seen.add(exchange.getRequestHeaders().getFirst("Cookie"));
          exchange.getResponseHeaders().set("Set-Cookie", "session=new; Path=/");
          exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
          exchange.sendResponseHeaders(200, 0);
          exchange.close();
        });
  }

  /** Answers each request with the stream, and ends it. */
  private static HttpServer server(List<String> seen) throws IOException {
    return server(
        exchange -> {
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          seen.add(
              exchange.getRequestMethod()
                  + " "
                  + exchange.getRequestHeaders().getFirst("Content-Type")
                  + " "
                  + body);
          exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write(ANSWER.getBytes(StandardCharsets.UTF_8));
          exchange.close();
        });
  }

  private static HttpServer server(HttpHandler handler) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", handler);
    server.start();
    return server;
  }
}
