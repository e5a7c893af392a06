package io.heliograph.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.client.EventPublisher;
import io.heliograph.client.NewEvent;
import io.heliograph.server.Heliograph;
import io.heliograph.server.config.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code doctor} says of streams that work and of streams that do not. */
@Order(1)
final class DoctorIT {
  private static Heliograph server;

  @TempDir private Path dir;

  @BeforeAll
  static void startServer() {
    server = start("2s");
  }

  private static Heliograph start(String heartbeat) {
    return Heliograph.start(
        Settings.of(
            Map.of("server.port", "0", "drain.window", "0s", "stream.heartbeat", heartbeat)));
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @Test
  void aHealthyServerPassesEveryStep() {
    try (Sse doctor = Sse.start("doctor", "dora", "--server", server.uri())) {
      assertThat(doctor.exit()).isZero();
      assertThat(steps(doctor))
          .containsExactly(
              "ok dns",
              "ok tcp",
              "skip tls",
              "ok status",
              "ok headers",
              "ok first",
              "ok retry",
              "ok frames",
              "ok resume",
              "ok heartbeat",
              "ok lines");
      assertThat(doctor.out()).allMatch(line -> line.length() <= 80);
    }
  }

  /** A heartbeat is sent only where nothing else is: its absence is no fault of a proxy. */
  @Test
  void aStreamOnWhichEventsComeAllTheTimeIsHealthy() throws Exception {
    var over = new AtomicBoolean();
    try (EventPublisher publisher = EventPublisher.create(server.uri())) {
      Thread busy =
          Thread.startVirtualThread(
              () -> {
                while (!over.get()) {
                  publisher.publish("bea", NewEvent.text("t", "busy"));
                  LockSupport.parkNanos(200_000_000);
                }
              });
      try (Sse doctor = Sse.start("doctor", "bea", "--server", server.uri())) {
        assertThat(doctor.exit()).isZero();
        assertThat(steps(doctor)).endsWith("ok heartbeat", "ok lines");
        assertThat(doctor.out()).last().isEqualTo("The stream works.");
      } finally {
        over.set(true);
        busy.join();
      }
    }
  }

  @Test
  void aReaderThatWasKickedIsNotBlamedOnAProxy() {
    try (Sse kick = Sse.start("kick", "kim", "--server", server.uri())) {
      assertThat(kick.exit()).isZero();
    }

    try (Sse doctor = Sse.start("doctor", "kim", "--quick", "--server", server.uri())) {
      assertThat(doctor.exit()).isEqualTo(5);
      assertThat(String.join("\n", doctor.out()))
          .contains("FAIL  resume     the server answered 204", "204 tells a reader to stay away");
    }
  }

  @Test
  void whereNobodyListensItSaysSo() {
    try (Sse doctor = Sse.start("doctor", "--server", "http://127.0.0.1:1")) {
      assertThat(doctor.exit()).isEqualTo(3);
      assertThat(steps(doctor)).containsExactly("ok dns", "FAIL tcp");
      assertThat(doctor.out()).last().asString().startsWith("The stream does not work: tcp: 127");
      assertThat(String.join("\n", doctor.out()))
          .contains("cause", "nothing listens on the port", "fix");
    }
  }

  @Test
  void aServerThatIsSlowToAnswerDoesNotHang() throws Exception {
    try (var slow = Answer.always(200, "text/event-stream", ":\n")) {
      slow.server().removeContext("/");
      slow.server()
          .createContext(
              "/",
              exchange -> {
                LockSupport.parkNanos(8_000_000_000L); // The fault itself.
                exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
                exchange.sendResponseHeaders(200, 2);
                exchange.getResponseBody().write(new byte[] {':', '\n'});
                exchange.close();
              });
      try (Sse doctor = Sse.start("doctor", "--url", slow.uri())) {
        assertThat(doctor.exit()).isZero();
        assertThat(steps(doctor)).contains("ok status", "ok first");
      }
    }
  }

  @Test
  void aStreamThatEndsBeforeItsFirstByteDoesNotWork() throws IOException {
    try (var empty = Answer.always(200, "text/event-stream", "");
        Sse doctor = Sse.start("doctor", "--url", empty.uri())) {
      assertThat(doctor.exit()).isEqualTo(3);
      assertThat(steps(doctor)).endsWith("FAIL first");
      assertThat(doctor.out())
          .last()
          .asString()
          .startsWith("The stream does not work: first byte: the stream ended after ");
    }
  }

  @Test
  void aNameThatNobodyKnowsIsToldFromAServerThatIsDown() {
    try (Sse doctor = Sse.start("doctor", "--server", "http://no-such-name.invalid")) {
      assertThat(doctor.exit()).isEqualTo(3);
      assertThat(steps(doctor)).containsExactly("FAIL dns");
    }
  }

  @Test
  void aPortWithoutTlsIsNoMysteryToHttps() {
    URI https = URI.create(server.uri().toString().replace("http:", "https:"));
    try (Sse doctor = Sse.start("doctor", "--server", https)) {
      assertThat(doctor.exit()).isEqualTo(3);
      assertThat(steps(doctor)).containsExactly("ok dns", "ok tcp", "FAIL tls");
    }
  }

  @Test
  void aServerThatWantsATokenIsNotBroken() throws IOException {
    try (var strict = Answer.always(401, "application/problem+json", "{\"detail\":\"who?\"}");
        Sse doctor = Sse.start("doctor", "--server", strict.uri())) {
      assertThat(doctor.exit()).isEqualTo(4);
      assertThat(String.join("\n", doctor.out())).contains("401", ": who?", "--token @FILE");
    }
  }

  @Test
  void aPageIsNoStream() {
    try (Sse doctor =
        Sse.start("doctor", "-o", "json", "--url", server.uri().resolve("/v1/stats"))) {
      assertThat(doctor.exit()).isEqualTo(5);
      assertThat(doctor.out())
          .anyMatch(
              line ->
                  line.startsWith(
                      "{\"v\":1,\"kind\":\"check\",\"step\":\"headers\",\"verdict\":\"fail\""));
      assertThat(doctor.out())
          .last()
          .asString()
          .startsWith(
              "{\"v\":1,\"kind\":\"summary\",\"verdict\":\"fail\",\"text\":\"The stream does not"
                  + " work: headers: the answer is JSON, not an event stream (content type ")
          .endsWith(",\"exit\":5}");
    }
  }

  @Test
  void aStreamOfAnotherServerIsReadAndNothingIsPublished() {
    URI stream = server.uri().resolve("/sse/otto");
    try (Sse doctor = Sse.start("doctor", "--quick", "--url", stream)) {
      assertThat(doctor.exit()).isZero();
      assertThat(steps(doctor))
          .endsWith("ok first", "ok retry", "skip frames", "skip heartbeat", "ok lines");
    }
  }

  @Test
  void aJsonErrorAnUnknownEncodingAndDroppedLinesAreTold() throws Exception {
    try (var json = Answer.always(200, "application/json", "{\"error\":\"quota\"}");
        var lines = Answer.always(200, "text/event-stream", ": hi\n\n{\"error\":\"quota\"}\n\n");
        var brotli = encoded("br");
        Sse first = Sse.start("doctor", "--url", json.uri());
        Sse second = Sse.start("doctor", "--url", brotli.uri());
        Sse third = Sse.start("doctor", "--url", lines.uri())) {
      assertThat(first.exit()).isEqualTo(5);
      assertThat(first.out())
          .last()
          .isEqualTo(
              "The stream does not work: headers: the answer is JSON, not an event stream (content"
                  + " type application/json): {\"error\":\"quota\"}");
      assertThat(second.exit()).isEqualTo(5);
      assertThat(second.out())
          .last()
          .isEqualTo("The stream does not work: headers: the stream has the Content-Encoding br");
      assertThat(third.exit()).isEqualTo(5);
      assertThat(third.out())
          .last()
          .isEqualTo(
              "The stream does not work: lines: 1 line dropped; the first: line 3: unknown field"
                  + " '{\"error\"': the line is dropped");
      for (Sse doctor : List.of(first, second, third)) {
        assertThat(String.join("\n", doctor.out())).doesNotContain("gateway buffers");
      }
    }
  }

  private static Answer encoded(String encoding) throws IOException {
    Answer answer = Answer.always(200, "text/event-stream", "not what it seems");
    answer.server().removeContext("/");
    answer
        .server()
        .createContext(
            "/",
            exchange -> {
              exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
              exchange.getResponseHeaders().set("Content-Encoding", encoding);
              exchange.sendResponseHeaders(200, 1);
              exchange.getResponseBody().write(1);
              exchange.close();
            });
    return answer;
  }

  @Test
  void aPortThatAcceptsAndSaysNothingIsGivenUp() throws IOException {
    try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Sse doctor =
            Sse.start("doctor", "--url", "http://127.0.0.1:" + silent.getLocalPort() + "/")) {
      assertThat(doctor.exit()).isEqualTo(3);
      assertThat(steps(doctor)).endsWith("FAIL status");
    }
  }

  /** As where somebody compresses all text and has found the setting that makes it "work". */
  @Test
  void aProxyThatBuffersIsFound() throws Exception {
    behindNginx(
        server,
        """
        gzip on; gzip_types text/event-stream; gzip_proxied any; gzip_min_length 0;
        proxy_buffering on; proxy_ignore_headers X-Accel-Buffering;
        """,
        doctor -> {
          assertThat(doctor.exit()).isEqualTo(5);
          assertThat(steps(doctor)).containsExactly("ok dns", "ok tcp", "skip tls", "FAIL frames");
          assertThat(String.join("\n", doctor.out()))
              .contains("until 32 KiB had been published", "proxy_buffering off");
        });
  }

  /** The usual default is a minute, and heartbeats are told to be rarer to save something. */
  @Test
  void aProxyThatEndsWhatIsSilentIsToldFromOneThatBuffers() throws Exception {
    try (var rarer = start("20s")) {
      behindNginx(
          rarer,
          // Longer than all steps before the wait for a heartbeat take on a loaded machine.
          "proxy_buffering off; proxy_read_timeout 4s;",
          doctor -> {
            assertThat(doctor.exit()).isEqualTo(3);
            assertThat(steps(doctor)).endsWith("FAIL heartbeat", "ok lines");
            assertThat(String.join("\n", doctor.out()))
                .contains("the stream ended after ", "proxy_read_timeout longer than the heartbeat")
                .doesNotContain("proxy_buffering off");
          });
    }
  }

  private void behindNginx(Heliograph behind, String settings, Consumer<Sse> found)
      throws Exception {
    Path nginx = Path.of("/usr/sbin/nginx");
    assumeThat(nginx).exists();
    int port = freePort();
    Path config =
        Files.writeString(
            dir.resolve("nginx.conf"),
            """
            daemon off; pid %1$s/pid; error_log stderr;
            events {}
            http {
              access_log off;
              %4$s
              client_body_temp_path %1$s/b; proxy_temp_path %1$s/p; fastcgi_temp_path %1$s/f;
              uwsgi_temp_path %1$s/u; scgi_temp_path %1$s/s;
              server {
                listen 127.0.0.1:%2$d;
                location / {
                  proxy_pass %3$s; proxy_http_version 1.1; proxy_set_header Host $http_host;
                }
              }
            }
            """
                .formatted(dir, port, behind.uri(), settings));
    Process proxy =
        new ProcessBuilder(nginx.toString(), "-p", dir.toString(), "-c", config.toString())
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve("log").toFile())
            .start();
    try {
      awaitListening(port);
      try (Sse doctor = Sse.start("doctor", "nina", "--server", "http://127.0.0.1:" + port)) {
        found.accept(doctor);
      }
    } finally {
      proxy.destroy();
      assertThat(proxy.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void whoReadsOneLineEndsIt() throws Exception {
    Process process =
        new ProcessBuilder(Sse.PROGRAM.toString(), "doctor", "--server", server.uri().toString())
            .start();
    try (var out = process.inputReader()) {
      assertThat(out.readLine()).startsWith("ok ");
      out.close();
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
    } finally {
      process.destroyForcibly();
    }
  }

  /** Verdict and first word of each step. */
  private static List<String> steps(Sse doctor) {
    return doctor.out().stream()
        .filter(line -> line.matches("(ok|skip|warn|FAIL) .*"))
        .map(line -> line.replaceFirst("^(\\S+) +(\\S+).*", "$1 $2"))
        .toList();
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static void awaitListening(int port) {
    await()
        .atMost(Sse.PATIENCE)
        .ignoreExceptions()
        .until(
            () -> {
              try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return socket.isConnected();
              }
            });
  }
}
