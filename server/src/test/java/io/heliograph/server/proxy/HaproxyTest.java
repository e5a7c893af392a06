package io.heliograph.server.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.RawAnswer;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HaproxyTest extends ProxyContract {

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

  @Test
  void aRefusedRequestSpoilsNobodysOnASharedConnection() throws Exception {
    var server = server(Map.of());
    var proxy = proxy(guide() + "    http-reuse always\n", server);
    var refused = client(HttpClient.Version.HTTP_1_1);
    var innocent = client(HttpClient.Version.HTTP_1_1);
    for (String request :
        List.of(
            "POST /nowhere a/b",
            "PUT /v1/stats a/b",
            "POST /v1/broadcast a/b",
            "POST /v1/users/%01/events text/plain")) {
      String[] parts = request.split(" ", 3);
      for (int length : new int[] {5, 200_000}) {
        for (boolean expects : new boolean[] {false, true}) {
          int status =
              refused
                  .send(
                      HttpRequest.newBuilder(
                              URI.create("https://localhost:" + proxy.port() + parts[1]))
                          .header("Content-Type", parts[2])
                          .expectContinue(expects)
                          .method(parts[0], HttpRequest.BodyPublishers.ofString("b".repeat(length)))
                          .build(),
                      HttpResponse.BodyHandlers.discarding())
                  .statusCode();
          assertThat(status).as(request).isBetween(400, 415);

          isPublished(innocent, "https://localhost:" + proxy.port());
        }
      }
    }
  }

  @Test
  void aTrailerSpoilsNobodysRequestOnASharedConnection() throws Exception {
    var server = server(Map.of());
    String plain = guide().replaceFirst("bind :443 .*", "bind :443") + "    http-reuse always\n";
    var proxy = proxy(plain, server);
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
      isPublished(innocent, "http://localhost:" + proxy.port());
    }
  }

  private static void isPublished(HttpClient client, String proxy) throws Exception {
    var answer =
        client.send(
            HttpRequest.newBuilder(URI.create(proxy + "/v1/users/bob/events"))
                .header("Content-Type", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofString("hi"))
                .build(),
            HttpResponse.BodyHandlers.ofString());
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
        .atMost(Duration.ofSeconds(3))
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
