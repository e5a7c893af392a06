package io.heliograph.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.TestServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The script for pages is served so that caches hold no old one, and no larger than it may be. */
class ScriptTest {

  private static final Path PACKAGE = Path.of("src", "page");
  private static final int MAX_BYTES = 6 * 1024;

  private final HttpClient http = HttpClient.newHttpClient();
  private TestServer server;

  @BeforeEach
  void start() {
    server = TestServer.start();
  }

  @AfterEach
  void stop() {
    server.close();
    http.close();
  }

  @Test
  void itHasAtMostSixKilobytesCompressed() throws Exception {
    HttpResponse<byte[]> answer = get("/heliograph.js", "Accept-Encoding", "br, gzip;q=0.8");

    assertThat(answer.headers().firstValue("Content-Encoding")).contains("gzip");
    assertThat(answer.body().length).isLessThanOrEqualTo(MAX_BYTES);
    assertThat(unzipped(answer.body())).isEqualTo(file());
  }

  @ParameterizedTest
  @ValueSource(strings = {"identity", "gzip;q=0", "gzip; q=0.00", "gzipped", "*"})
  void itIsCompressedOnlyForThoseWhoAskForIt(String encoding) throws Exception {
    HttpResponse<byte[]> answer = get("/heliograph.js", "Accept-Encoding", encoding);

    assertThat(answer.headers().firstValue("Content-Encoding")).isEmpty();
    assertThat(answer.headers().allValues("Vary")).contains("Accept-Encoding");
    assertThat(answer.body()).isEqualTo(file());
  }

  @Test
  void cachesAskForTheLatestAndKeepTheVersionedForever() throws Exception {
    HttpResponse<byte[]> latest = get("/heliograph.js", "Accept", "*/*");
    String path = latest.headers().firstValue("Content-Location").orElseThrow();
    HttpResponse<byte[]> versioned = get(path, "Accept", "*/*");

    assertThat(latest.headers().firstValue("Cache-Control")).contains("public, max-age=60");
    assertThat(latest.headers().firstValue("Content-Type"))
        .contains("text/javascript; charset=utf-8");
    assertThat(path).matches("/heliograph-[0-9a-f]{16}\\.js");
    assertThat(versioned.statusCode()).isEqualTo(200);
    assertThat(versioned.headers().firstValue("Cache-Control"))
        .contains("public, max-age=31536000, immutable");
    assertThat(versioned.body()).isEqualTo(latest.body());
  }

  @Test
  void aCopyThatIsCurrentIsNotSentAgain() throws Exception {
    String plain = tag("identity");
    String gzip = tag("gzip");

    assertThat(plain).isNotEqualTo(gzip);
    HttpResponse<byte[]> same = get("/heliograph.js", "If-None-Match", "\"x\", W/" + plain);
    assertThat(same.statusCode()).isEqualTo(304);
    assertThat(same.body()).isEmpty();
    assertThat(same.headers().firstValue("ETag")).contains(plain);
    // It is another representation.
    assertThat(get("/heliograph.js", "If-None-Match", gzip).statusCode()).isEqualTo(200);
  }

  @Test
  void anotherVersionIsNotFoundAndNotKept() throws Exception {
    HttpResponse<byte[]> answer = get("/heliograph-0123456789abcdef.js", "Accept", "*/*");

    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
  }

  private String tag(String encoding) throws Exception {
    return get("/heliograph.js", "Accept-Encoding", encoding)
        .headers()
        .firstValue("ETag")
        .orElseThrow();
  }

  private HttpResponse<byte[]> get(String path, String header, String value) throws Exception {
    var request = HttpRequest.newBuilder(server.uri(path)).header(header, value).build();
    return http.send(request, HttpResponse.BodyHandlers.ofByteArray());
  }

  private static byte[] unzipped(byte[] bytes) throws IOException {
    return new GZIPInputStream(new ByteArrayInputStream(bytes)).readAllBytes();
  }

  private static byte[] file() throws IOException {
    return Files.readAllBytes(PACKAGE.resolve("heliograph.js"));
  }
}
