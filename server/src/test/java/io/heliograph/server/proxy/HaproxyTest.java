package io.heliograph.server.proxy;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.RawAnswer;
import io.heliograph.server.TestServer;
import io.heliograph.server.TestTokens;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Order(1)
class HaproxyTest extends ProxyContract {

  // One that is read past, and one for which the connection is closed.
  private static final int[] LENGTHS = {5, 200_000};

  // If a rest of it were taken for a request, the innocent's request would be a part of its head.
  private static final String BODY = "GET /health/live HTTP/1.1\r\nHost: localhost\r\nX-Rest: ";

  private Proxy proxy;

  HaproxyTest() {
    super(Proxy.Program.HAPROXY);
  }

  @Override
  String withIdleLimit(String guide, String limit) {
    return Guide.replaced(
        Guide.replaced(guide, "timeout client 60s", "timeout client " + limit),
        "timeout server 60s",
        "timeout server " + limit);
  }

  @Override
  String withCompression(String guide) {
    return guide
        + "    filter compression\n"
        + "    compression algo gzip\n"
        + "    compression type text/event-stream\n";
  }

  /** Where authentication is off, no limit is reached, and all that is refused is the request. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "404 POST /nowhere a/b",
        "405 PUT /v1/stats a/b",
        "415 POST /v1/broadcast a/b",
        "400 POST /v1/users/%01/events text/plain",
        "400 POST /v1/users/alice/events?type=a&type=b text/plain",
        "413 POST /v1/broadcast text/plain",
        "501 PROPFIND /v1/stats a/b"
      })
  void aRefusedRequestLeavesASharedConnectionIntact(String request) throws Exception {
    var server = server(Map.of());
    int[] lengths = request.startsWith("413") ? new int[] {500_000} : LENGTHS;
    leavesIntact(server, request, lengths, client -> isPublished(client, ""));
  }

  @Test
  void aRefusedTargetLeavesASharedConnectionIntact() throws Exception {
    var server = server(Map.of());
    leavesIntact(
        server,
        "414 POST /" + "u".repeat(9_000) + " text/plain",
        LENGTHS,
        client -> isPublished(client, ""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "401 POST /v1/broadcast text/plain",
        "401 POST /v1/broadcast text/plain Bearer x",
        "403 POST /v1/broadcast text/plain @subscribe",
        "403 GET /v1/stats text/plain @subscribe"
      })
  void aRefusedTokenLeavesASharedConnectionIntact(String request) throws Exception {
    var server = server(TestTokens.settings(Map.of()));
    String token = "Bearer " + TestTokens.of("alice", "subscribe");
    String publisher = "Bearer " + TestTokens.of("bob", "publish");
    leavesIntact(
        server,
        request.replace("@subscribe", token),
        LENGTHS,
        client -> isPublished(client, publisher));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "503 GET /sse/bob text/plain",
        "503 GET /v1/tail text/plain",
        "503 GET /v1/presence/events text/plain"
      })
  void aRefusedReaderLeavesASharedConnectionIntact(String request) throws Exception {
    var server = server(Map.of("limits.connections", "1"));
    try (var _ = server.subscribe("alice").awaitLive()) {
      leavesIntact(server, request, LENGTHS, client -> isPublished(client, ""));
    }
  }

  @Test
  void aRefusedReaderOfADrainLeavesASharedConnectionIntact() throws Exception {
    var server = server(Map.of());
    server.heliograph().hub().drain(Duration.ZERO, Duration.ZERO); // And the socket still listens.
    leavesIntact(server, "503 GET /sse/bob text/plain", LENGTHS, client -> isPublished(client, ""));
  }

  @Test
  void aRefusedEventLeavesASharedConnectionIntact() throws Exception {
    var server = server(Map.of("limits.publish-rate", "1"));
    // What follows it waits for 100 s.
    server.post(
        "/v1/events",
        "application/json",
        IntStream.range(0, 100)
            .mapToObj(i -> "\"u" + i + "\"")
            .collect(joining(",", "[{\"data\":1,\"users\":[", "]}]")));
    leavesIntact(
        server,
        "429 POST /v1/broadcast text/plain",
        new int[] {5, 50_000},
        client -> {
          var answer = send(client, HttpRequest.newBuilder(uri("/v1/stats")));
          assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        });
  }

  /** Does what must go well, on a connection that haproxy shares with the refused. */
  private interface Innocent {
    void call(HttpClient client) throws Exception;
  }

  /** The body comes with the head, or when the refusal has been read. */
  private void leavesIntact(TestServer server, String request, int[] lengths, Innocent innocent)
      throws Exception {
    proxy = proxy(plainFrontend(), server);
    var other = client(HttpClient.Version.HTTP_1_1);
    String[] parts = request.split(" ", 5);
    String head =
        "%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\n"
            .formatted(parts[1], parts[2], parts[3]);
    if (parts.length > 4) {
      head += "Authorization: " + parts[4] + "\r\n";
    }
    for (int length : lengths) {
      String body = BODY + "b".repeat(length);
      for (String expect : List.of("", "Expect: 100-continue\r\n")) {
        for (boolean late : new boolean[] {false, true}) {
          if (late && expect.isEmpty() && parts[0].equals("429")) {
            continue; // An event is read before it is counted, so there is no answer to wait for.
          }
          String whole = head + expect + "Content-Length: " + body.length() + "\r\n\r\n";
          try (var socket = new Socket("localhost", proxy.port())) {
            socket.setSoTimeout(10_000);
            send(socket, late ? whole : whole + body);
            RawAnswer answer = RawAnswer.read(socket.getInputStream(), false).orElseThrow();
            if (answer.status() == 100) { // It is asked for, and read before it is refused.
              send(socket, late ? body : "");
              late = false;
              answer = RawAnswer.read(socket.getInputStream(), false).orElseThrow();
            }
            assertThat(answer.status())
                .as("%s%s, %s bytes, late: %s", request, expect, length, late)
                .isEqualTo(Integer.parseInt(parts[0]));
            if (late) {
              send(socket, body);
            }
            innocent.call(other);
          }
        }
      }
    }
  }

  private static void send(Socket socket, String text) {
    try {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      // Closed after the answer, which says why.
    }
  }

  private String plainFrontend() throws Exception {
    return guide().replaceFirst("bind :443 .*", "bind :443") + "    http-reuse always\n";
  }

  private URI uri(String path) {
    return URI.create("http://localhost:" + proxy.port() + path);
  }

  private void isPublished(HttpClient client, String token) throws Exception {
    isPublished(client, "http://localhost:" + proxy.port(), token);
  }

  @Test
  void aTrailerSpoilsNobodysRequestOnASharedConnection() throws Exception {
    var server = server(Map.of());
    var proxy = proxy(plainFrontend(), server);
    var innocent = client(HttpClient.Version.HTTP_1_1);
    for (int i = 0; i < 10; i++) {
      try (var socket = new Socket("localhost", proxy.port())) {
        socket.setSoTimeout(10_000);
        socket
            .getOutputStream()
            .write(
                String.join(
                        "\r\n",
                        "POST /v1/users/alice/events HTTP/1.1",
                        "Host: localhost",
                        "Content-Type: text/plain",
                        "Transfer-Encoding: chunked",
                        "",
                        "5",
                        "hello",
                        "0",
                        "X-Checksum: abc",
                        "",
                        "")
                    .getBytes(StandardCharsets.US_ASCII));
        assertThat(RawAnswer.read(socket.getInputStream(), false).orElseThrow().status())
            .isEqualTo(202);
      }
      isPublished(innocent, "http://localhost:" + proxy.port(), "");
    }
  }

  private static void isPublished(HttpClient client, String proxy, String token) throws Exception {
    var request =
        HttpRequest.newBuilder(URI.create(proxy + "/v1/users/bob/events"))
            .header("Content-Type", "text/plain")
            .POST(HttpRequest.BodyPublishers.ofString("hi"));
    var answer = send(client, token.isEmpty() ? request : request.header("Authorization", token));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
  }

  @Test
  void withoutNoDelayEventsWaitWhereTheReadersConnectionIsNotEncrypted() throws Exception {
    var server = server(Map.of());
    String plain = guide().replaceFirst("bind :443 .*", "bind :443");
    var client = client(HttpClient.Version.HTTP_1_1);

    assertThat(medianDelay(server, plainReader(client, proxy(plain, server))))
        .isLessThan(HELD_BACK);
    assertThat(
            medianDelay(
                server,
                plainReader(
                    client, proxy(Guide.replaced(plain, "option http-no-delay", ""), server))))
        .isGreaterThan(HELD_BACK);
  }

  private ProxiedReader plainReader(HttpClient client, Proxy proxy) throws Exception {
    return closed(
            ProxiedReader.open(
                client, URI.create("http://localhost:" + proxy.port() + "/sse/alice")))
        .awaitLive();
  }

  @Test
  void withoutAbortOnCloseAnHttp11ReaderThatLeftStaysUntilItIsWrittenTo() throws Exception {
    var server = server(Map.of("stream.heartbeat", "59s"));
    var proxy = proxy(Guide.replaced(guide(), "option abortonclose", ""), server);
    var reader = reader(client(HttpClient.Version.HTTP_1_1), proxy);

    reader.close();

    await()
        .during(Duration.ofMillis(1_500))
        .atMost(Duration.ofSeconds(10))
        .until(() -> connections(server) == 1);
    // The first write is answered by a reset, which the second one meets.
    server.publish("alice", "anybody there?");
    await()
        .until(
            () -> {
              server.publish("alice", "and now?");
              return connections(server) == 0;
            });
  }

  @Test
  void withoutForwardForAReaderIsBelievedWhateverItSays() throws Exception {
    assertThat(addressOfAReaderThatLies(Guide.replaced(guide(), "option forwardfor", "")))
        .isEqualTo(LIE);
  }
}
