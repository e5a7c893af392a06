package io.heliograph.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.event.Event;
import io.heliograph.server.event.UserId;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** A publisher whose token is revoked while it sends lines is told, and sends no more. */
@ParameterizedClass(name = "log.type={0}")
@ValueSource(strings = {"memory", "file"})
@Timeout(120)
class RevokedPublisherTest {

  private static final String LINE = "{\"users\":[\"reader\"],\"data\":1}\n";
  private static final String TOKEN = TestTokens.of("alice", "publish");

  private final String logType;
  @TempDir private Path directory;

  private TestServer server;

  RevokedPublisherTest(String logType) {
    this.logType = logType;
  }

  @BeforeEach
  void start() {
    server =
        TestServer.start(
            TestTokens.settings(
                logType.equals("file")
                    ? Map.of("log.type", "file", "log.file.directory", directory.toString())
                    : Map.of()));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void onHttp1ItGetsTheResultsAndThen401WithinASecond() throws Exception {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(10_000);
      socket
          .getOutputStream()
          .write(
              ("POST /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                      + TOKEN
                      + "\r\n"
                      + "Content-Type: application/x-ndjson\r\n"
                      + "Transfer-Encoding: chunked\r\n\r\n"
                      + Integer.toHexString(LINE.length())
                      + "\r\n"
                      + LINE
                      + "\r\n")
                  .getBytes(UTF_8));
      InputStream in = socket.getInputStream();
      var seen = new StringBuilder();
      while (seen.indexOf("\"status\":202") < 0) {
        seen.append((char) in.read());
      }

      long before = System.nanoTime();
      revoke();
      String rest = new String(in.readAllBytes(), UTF_8);

      assertThat(rest).contains("\"status\":401").contains("token-revoked").endsWith("0\r\n\r\n");
      // A second, and what a loaded machine adds.
      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(8));
    }
  }

  @Test
  void onHttp2ItsRequestEndsAndNoOtherOfItsConnection() throws Exception {
    try (var peer = Http2Peer.connect(server.port())) {
      String token = "authorization: Bearer " + TestTokens.of("reader", "subscribe");
      int reader = peer.get("/v1/events", token);
      peer.until(reader, "stream.live");
      int batch =
          peer.request(
              "POST",
              "/v1/events",
              0,
              "content-type: application/x-ndjson",
              "authorization: Bearer " + TOKEN);
      peer.send(Http2Peer.DATA, 0, batch, LINE.getBytes(UTF_8));
      peer.until(batch, "\"status\":202");

      revoke();

      assertThat(peer.untilEnd(batch)).contains("\"status\":401").contains("token-revoked");
      server.heliograph().hub().publish(new UserId("reader"), Event.of("message", "still here"));
      peer.until(reader, "still here");
    }
  }

  private void revoke() {
    var answer =
        server.send(
            HttpRequest.newBuilder(server.uri("/v1/revocations"))
                .header("Authorization", "Bearer " + TestTokens.of("root", "operate"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"user\":\"alice\"}")));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
  }
}
