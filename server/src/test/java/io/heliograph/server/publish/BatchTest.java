package io.heliograph.server.publish;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.server.TestReader;
import io.heliograph.server.TestServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Many events in one request: a result an item, and a bad item ends nothing. */
@ParameterizedClass(name = "log.type={0}")
@ValueSource(strings = {"memory", "file"})
class BatchTest {

  private static final String PATH = "/v1/events";
  private static final String JSON = "application/json";
  private static final String NDJSON = "application/x-ndjson";

  private final String logType;
  @TempDir private Path directory;

  private TestServer server;

  BatchTest(String logType) {
    this.logType = logType;
  }

  @BeforeEach
  void start() {
    server =
        TestServer.start(
            logType.equals("file")
                ? Map.of("log.type", "file", "log.file.directory", directory.toString())
                : Map.of());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void eachItemOfAnArrayHasItsResult() throws Exception {
    try (var ann = server.subscribe("ann").awaitLive();
        var ben = server.subscribe("ben").awaitLive()) {
      HttpResponse<String> answer =
          server.post(
              PATH,
              JSON,
              """
              [{"users":["ann"],"data":"for ann"},
               {"users":["ann","ben"],"type":"t","data":{"n":1.0}},
               {"users":["ann"],"data":1,"tpye":[{"x":[1]}],"more":{}},
               7,
               [[1]],
               {"users":["a/b"],"data":1},
               {"data":1},
               {"users":["ann"],"broadcast":true,"data":1},
               {"broadcast":true,"data":"for all"},
               {"users":["ann"],"data":"now","ephemeral":true,"ttl":"15s"}]\
              """);

      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().firstValue("Content-Type")).contains(JSON);
      assertThat(answer.body())
          .matches(
              "\\{\"results\":\\[\\{\"status\":202,\"id\":\"[0-9a-z]+-1\",\"connections\":1},"
                  + "\\{\"status\":202,\"users\":\\{\"ann\":\\{\"id\":\"[0-9a-z]+-2\","
                  + "\"connections\":1},\"ben\":\\{\"id\":\"[0-9a-z]+-1\",\"connections\":1}}},"
                  + "\\{\"status\":400,\"type\":\"urn:heliograph:problem:invalid-event\","
                  + "\"detail\":\"Unknown field 'tpye'[^}]*}[^}]*},"
                  + "\\{\"status\":400,[^}]*not a JSON object.*},"
                  + "\\{\"status\":400,[^}]*not a JSON object.*},"
                  + "\\{\"status\":400,\"type\":\"urn:heliograph:problem:invalid-user\".*},"
                  + "\\{\"status\":400,.*must have either users.*},"
                  + "\\{\"status\":400,.*must have either users.*},"
                  + "\\{\"status\":202,\"id\":\"[0-9a-z]+-1\",\"connections\":2},"
                  + "\\{\"status\":202,\"id\":null,\"connections\":1}]}");
      // Between the two logs no order is promised.
      assertThat(ann.nextEvents(4))
          .containsSubsequence("data: for ann", "event: t\ndata: {\"n\":1.0}", "data: now")
          .contains("data: for all");
      assertThat(ben.nextEvents(2))
          .containsExactlyInAnyOrder("event: t\ndata: {\"n\":1.0}", "data: for all");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "{\"data\":1}; 400; not a JSON array",
        "[{\"data\":1}; 400; not valid JSON",
        "[{\"users\":[\"nobody\"],\"data\":1},{\"data\":1 2}]; 400; not valid JSON",
        "[{\"users\":[\"nobody\"],\"data\":1},{\"data\":1,\"data\":2}]; 400; uplicate",
        "[] []; 400; data after the JSON",
        "``; 400; not a JSON array",
      })
  void whatIsNoArrayIsRefusedWhole(String body, int status, String detail) {
    long published = figure("published");

    HttpResponse<String> answer = server.post(PATH, JSON, body);

    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(answer.body()).contains(detail);
    assertThat(figure("published")).isEqualTo(published);
  }

  @Test
  void anItemThatIsTooLargeIsAResult() {
    String large = "{\"users\":[\"cid\"],\"data\":\"" + "x".repeat(64 * 1024 + 1) + "\"}";
    String small = "{\"users\":[\"cid\"],\"data\":\"x\"}";

    assertThat(server.post(PATH, JSON, "[" + large + "," + small + "]").body())
        .matches("\\{\"results\":\\[\\{\"status\":413,.*event-too-large.*},\\{\"status\":202,.*");
    assertThat(server.post(PATH, NDJSON, large + "\n" + small).body())
        .matches("(?s)\\{\"status\":413,.*event-too-large.*}\n\\{\"status\":202,.*\n");
    String endless = "x".repeat(2 << 20);
    assertThat(server.post(PATH, NDJSON, endless + "\n" + small + "\n").body())
        .matches("(?s)\\{\"status\":413,.*event-too-large.*}\n\\{\"status\":202,.*\n");
  }

  @Test
  void aBatchIsBounded() {
    String item = "{\"users\":[\"dan\"],\"data\":1}";

    HttpResponse<String> most = server.post(PATH, JSON, array(item, 10_000));
    assertThat(most.statusCode()).isEqualTo(200);
    HttpResponse<String> more = server.post(PATH, JSON, array(item, 10_001));
    assertThat(more.statusCode()).isEqualTo(413);
    assertThat(more.body()).contains("too-many-items");
    String[] lines = server.post(PATH, NDJSON, (item + "\n").repeat(10_005)).body().split("\n");
    assertThat(lines).hasSize(10_001);
    assertThat(lines[9_999]).startsWith("{\"status\":202");
    assertThat(lines[10_000]).startsWith("{\"status\":413").contains("too-many-items");
    String users = "[\"e0\"" + ",\"e\"".repeat(1) + "]";
    assertThat(server.post(PATH, JSON, "[{\"users\":" + users + ",\"data\":1}]").body())
        .contains("\"e0\":{");
    var many = new StringBuilder("[{\"data\":1,\"users\":[\"u\"");
    for (int i = 0; i < 1_000; i++) {
      many.append(",\"u").append(i).append('"');
    }
    assertThat(server.post(PATH, JSON, many + "]}]").body()).contains("more than 1000 names");
    assertThat(
            server.post(PATH, JSON, "[{\"users\":[\"a\",\"a\"],\"data\":1},{\"users\":[]}]").body())
        .contains("named twice")
        .contains("users is empty");
  }

  @Test
  void aBodyOverSixteenMebibytesIsRefused() {
    String body = "[" + " ".repeat(17 << 20) + "]";

    assertThat(server.post(PATH, JSON, body).statusCode()).isEqualTo(413);
  }

  @Test
  void eachLineIsAnsweredWhileTheNextIsStillToCome() throws Exception {
    try (Socket socket =
            TestReader.request(
                server.port(),
                "POST",
                PATH,
                "Content-Type: application/x-ndjson",
                "Transfer-Encoding: chunked");
        var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8))) {
      socket.setSoTimeout(10_000);
      for (String line :
          new String[] {
            "{\"users\":[\"fay\"],\"data\":1}", "no json", "{\"broadcast\":true,\"data\":2}"
          }) {
        String chunk = line + "\n\r\n"; // An empty line is no item.
        socket
            .getOutputStream()
            .write((Integer.toHexString(chunk.length()) + "\r\n" + chunk + "\r\n").getBytes(UTF_8));
        assertThat(nextResult(in))
            .startsWith(line.startsWith("{") ? "{\"status\":202,\"id\":" : "{\"status\":400,");
      }
      socket.getOutputStream().write("0\r\n\r\n".getBytes(UTF_8));
      String end = in.readLine();
      while (end != null && !end.equals("0")) {
        end = in.readLine();
      }
      assertThat(end).isEqualTo("0");
    }
  }

  @Test
  void aLineIsAnsweredThoughTheRestOfAnAnnouncedBodyIsStillToCome() throws Exception {
    String line = "{\"users\":[\"ida\"],\"data\":1}\n";
    try (Socket socket =
            TestReader.request(
                server.port(),
                "POST",
                PATH,
                "Content-Type: application/x-ndjson",
                "Content-Length: " + 2 * line.length());
        var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8))) {
      socket.setSoTimeout(10_000);
      for (int i = 0; i < 2; i++) {
        socket.getOutputStream().write(line.getBytes(UTF_8));
        assertThat(nextResult(in)).startsWith("{\"status\":202,\"id\":");
      }
    }
  }

  @Test
  void aSmallBatchThatHasComeWholeIsAnsweredInOnePiece() throws Exception {
    HttpResponse<String> answer =
        server.post(PATH, NDJSON, "{\"users\":[\"joe\"],\"data\":1}\nno json\n");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type")).contains(NDJSON);
    assertThat(answer.headers().firstValueAsLong("Content-Length"))
        .hasValue(answer.body().getBytes(UTF_8).length);
    assertThat(answer.body().lines())
        .satisfiesExactly(
            first -> assertThat(first).startsWith("{\"status\":202,\"id\":"),
            second -> assertThat(second).startsWith("{\"status\":400,"));
  }

  @Test
  void whoReadsNoAnswerBeforeAllIsSentIsNotStuck() throws Exception {
    String line = "{\"users\":[\"gil\"],\"data\":1,\"type\":7,\"pad\":1}\n"; // Answers are longer.
    byte[] body = line.repeat(10_000).getBytes(UTF_8);
    try (Socket socket =
            TestReader.request(
                server.port(),
                "POST",
                PATH,
                "Content-Type: application/x-ndjson",
                "Content-Length: " + body.length);
        var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8))) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(body);

      for (int i = 0; i < 10_000; i++) {
        assertThat(nextResult(in)).startsWith("{\"status\":400");
      }
    }
  }

  @Test
  void whatCameBeforeAPublisherLeftIsPublished() throws Exception {
    try (var reader = server.subscribe("hal").awaitLive()) {
      try (Socket socket = openChunked()) {
        chunk(socket, "{\"users\":[\"hal\"],\"data\":1}\n{\"users\":[\"hal\"],\"data\":2}");
        assertThat(reader.nextEvent()).isEqualTo("data: 1");
      }
      server.publish("hal", "3"); // The second line had no end, so it may have been cut.
      assertThat(reader.nextEvent()).isEqualTo("data: 3");
    }
  }

  @Test
  void anEndlessBatchIsCutOff() throws Exception {
    try (Socket socket = openChunked()) {
      String spaces = " ".repeat(1023) + "\n";
      assertThatThrownBy(
              () -> {
                while (true) {
                  chunk(socket, spaces.repeat(1024));
                }
              })
          .isInstanceOf(IOException.class);
    }
  }

  private Socket openChunked() throws IOException {
    Socket socket =
        TestReader.request(
            server.port(),
            "POST",
            PATH,
            "Content-Type: application/x-ndjson",
            "Transfer-Encoding: chunked");
    socket.setSoTimeout(10_000);
    return socket;
  }

  private static void chunk(Socket socket, String text) throws IOException {
    socket
        .getOutputStream()
        .write((Integer.toHexString(text.length()) + "\r\n" + text + "\r\n").getBytes(UTF_8));
  }

  @Test
  void anotherMediaTypeIsRefused() {
    assertThat(server.post(PATH, "text/plain", "x").statusCode()).isEqualTo(415);
  }

  private long figure(String name) {
    String stats = server.get("/v1/stats").body();
    return Long.parseLong(stats.replaceAll(".*\"" + name + "\":(\\d+).*", "$1"));
  }

  private static String nextResult(BufferedReader in) throws Exception {
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      if (line.startsWith("{")) {
        return line;
      }
    }
    throw new AssertionError("the answer has ended");
  }

  private static String array(String item, int times) {
    return "[" + (item + ",").repeat(times - 1) + item + "]";
  }
}
