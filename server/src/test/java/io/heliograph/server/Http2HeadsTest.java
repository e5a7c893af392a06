package io.heliograph.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Heads that are refused on HTTP/2 have an answer, and the connection's other streams go on. */
@Timeout(120)
@Isolated // It reads what all loggers of the process say.
class Http2HeadsTest {

  private static final Warnings WARNINGS = new Warnings();
  private static TestServer server;

  @BeforeAll
  static void start() {
    server = TestServer.start();
    WARNINGS.start();
  }

  @AfterAll
  static void stop() {
    WARNINGS.stop();
    server.close();
    assertThat(WARNINGS.taken()).isEmpty();
  }

  private static void isRefused(Http2Peer peer, int stream, int status, String problem)
      throws InterruptedException {
    Http2Peer.Frame head = peer.next(stream);
    assertThat(head.status()).isEqualTo(status);
    assertThat(head.headers()).containsEntry("content-type", "application/problem+json");
    assertThat(peer.untilEnd(stream)).contains("urn:heliograph:problem:" + problem + "\"");
  }

  @ParameterizedTest
  @CsvSource({"get, /health/live", "Get, /sse/alice", "post, /v1/broadcast", "head, /v1/stats"})
  void aMethodInLowerCaseIsRefusedAsOnHttp1(String method, String path) throws Exception {
    try (var peer = Http2Peer.connect(server.port())) {
      int stream = peer.request(method, path, Http2Peer.END_STREAM);

      Http2Peer.Frame head = peer.next(stream);
      assertThat(head.status()).isEqualTo(400);
      if (!method.equals("head")) {
        assertThat(peer.untilEnd(stream)).contains("upper case");
      }
      assertThat(peer.next(peer.get("/health/live")).status()).isEqualTo(200);
    }
  }

  @Test
  void theBodyOfARefusedHeadIsReadPast() throws Exception {
    try (var peer = Http2Peer.connect(server.port())) {
      int stream = peer.request("post", "/v1/broadcast", 0, "content-type: text/plain");
      peer.send(Http2Peer.DATA, 0, stream, new byte[5_000]);
      peer.send(Http2Peer.DATA, Http2Peer.END_STREAM, stream, new byte[5_000]);

      isRefused(peer, stream, 400, "bad-request");
      assertThat(peer.next(peer.get("/health/live")).status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0x00, 0x10, 0x40}) // Not, never, and to be remembered.
  void aFieldOfAnySizeIsTakenOrRefusedInWhateverFormItComes(int form) throws Exception {
    try (var peer = Http2Peer.connect(server.port())) {
      int canary = peer.get("/sse/canary-" + form);
      peer.until(canary, "stream.live");
      int stream = canary;
      for (int size : new int[] {3_000, 4_000, 4_096, 9_000, 31_000, 33_000, 60_000}) {
        stream += 2;
        sendHead(peer, stream, form, "/health/live", size);
        assertThat(peer.next(stream).status())
            .as("%s bytes", size)
            .isEqualTo(size > 32 << 10 ? 431 : 200);
      }
      server.publish("canary-" + form, "still here");
      peer.until(canary, "still here");
    }
  }

  /** In frames of 10,000 bytes; Helidon takes no more than 16 KiB at once. */
  private static void sendHead(Http2Peer peer, int stream, int form, String path, int size)
      throws Exception {
    var block = new ByteArrayOutputStream();
    block.writeBytes(Http2Peer.headerBlock("GET", path));
    block.write(form);
    Http2Peer.text(block, "x-large");
    Http2Peer.text(block, "x".repeat(size));
    sendBlock(peer, stream, block.toByteArray());
  }

  private static void sendBlock(Http2Peer peer, int stream, byte[] block) throws Exception {
    int piece = 10_000;
    for (int at = 0; at < block.length; at += piece) {
      int end = Math.min(block.length, at + piece);
      peer.send(
          at == 0 ? Http2Peer.HEADERS : Http2Peer.CONTINUATION,
          (at == 0 ? Http2Peer.END_STREAM : 0) | (end == block.length ? Http2Peer.END_HEADERS : 0),
          stream,
          Arrays.copyOfRange(block, at, end));
    }
  }

  @Test
  void aHeadWithTooManyFieldsIsRefused() throws Exception {
    try (var peer = Http2Peer.connect(server.port())) {
      var headers = new String[130];
      Arrays.fill(headers, "x: 1");

      isRefused(peer, peer.get("/health/live", headers), 431, "headers-too-large");
      assertThat(peer.next(peer.get("/health/live")).status()).isEqualTo(200);
    }
  }

  @Test
  void aFewKilobytesThatStandForMegabytesAreRefused() throws Exception {
    try (var peer = Http2Peer.connect(server.port())) {
      var block = new ByteArrayOutputStream();
      block.writeBytes(Http2Peer.headerBlock("GET", "/sse/alice"));
      block.write(0x40); // Remembered from here on (RFC 7541, section 6.2.1), as number 62.
      Http2Peer.text(block, "x-large");
      Http2Peer.text(block, "x".repeat(3_900));
      for (int i = 0; i < 10_000; i++) {
        block.write(0x80 | 62);
      }
      sendBlock(peer, 1, block.toByteArray()); // 14 KB for 39 MB.

      isRefused(peer, 1, 431, "headers-too-large");
    }
  }

  @Test
  void whatTheServerSaysToItselfIsNotBelieved() throws Exception {
    try (var peer = Http2Peer.connect(server.port())) {
      int stream = peer.get("/health/live", "heliograph-refusal: 414");
      assertThat(peer.next(stream).status()).isEqualTo(200);
    }
    HttpResponse<String> http1 =
        server.send(
            HttpRequest.newBuilder(server.uri("/health/live"))
                .version(HttpClient.Version.HTTP_1_1)
                .header("heliograph-refusal", "414"));
    assertThat(http1.statusCode()).isEqualTo(200);
  }

  /** OkHttp lets its fields be remembered, whatever their size. */
  @Test
  void aRealClientIsAnsweredWithItsStatus() throws Exception {
    var client = new OkHttpClient.Builder().protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE)).build();
    try {
      String large = "x".repeat(5_000);
      for (Map.Entry<String, Integer> each :
          Map.of("/health/live", 200, "/" + "u".repeat(9_000), 414).entrySet()) {
        var request =
            new Request.Builder()
                .url(server.uri(each.getKey()).toString())
                .header("X-Large", large)
                .header("Cookie", "c=" + "c".repeat(9_000));
        try (var response = client.newCall(request.build()).execute()) {
          assertThat(response.code()).isEqualTo(each.getValue());
        }
      }
      for (int i = 0; i < 2; i++) {
        var request =
            new Request.Builder()
                .url(server.uri("/health/live").toString())
                .header("Cookie", "c=" + "c".repeat(40_000));
        try (var response = client.newCall(request.build()).execute()) {
          assertThat(response.code()).isEqualTo(431);
        }
      }
    } finally {
      client.dispatcher().executorService().shutdown();
      client.connectionPool().evictAll();
    }
  }
}
