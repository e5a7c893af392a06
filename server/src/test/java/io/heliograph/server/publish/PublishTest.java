package io.heliograph.server.publish;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.TestReader;
import io.heliograph.server.TestServer;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a publisher may send, and what it is told. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PublishTest {

  private static final String PATH = "/v1/users/alice/events";
  private static final String JSON = "application/json";
  private static final AtomicInteger READERS = new AtomicInteger();

  private TestServer server;

  @BeforeAll
  void start() {
    server = TestServer.start();
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "{\"data\":\"text\"}; data: text",
        "{\"data\":\"two\\nlines\"}; data: two|data: lines",
        "{\"type\":\"t\",\"data\":\"x\"}; event: t|data: x",
        "{\"type\":\"message\",\"data\":\"x\"}; data: x",
        "{\"data\":{ \"order\" : 17 , \"a\":[ 1, 2 ] }}; data: {\"order\":17,\"a\":[1,2]}",
        "{\"data\":[]}; data: []",
        "{\"data\":null}; data: null",
        "{\"data\":true}; data: true",
        "{\"data\":1.50e+03}; data: 1.50e+03",
        "{\"data\":[-0, 1E400, 12345678901234567890.10]}; data: [-0,1E400,12345678901234567890.10]",
        "{\"data\":{\"a\":\"\\u00e9\\u0001\\n\"}}; data: {\"a\":\"é\\u0001\\n\"}",
        "{\"data\":\"\\ud83d\\ude00\"}; data: \ud83d\ude00",
        " { \"data\" : \"\" } ; data: ",
      })
  void jsonDataArrivesAsItWasMeant(String body, String expected) throws Exception {
    // A user of its own: the reader of the case before may not have been missed yet.
    String user = "reader-" + READERS.incrementAndGet();
    try (var reader = server.subscribe(user).awaitLive()) {
      HttpResponse<String> answer = server.post("/v1/users/" + user + "/events", JSON, body);

      assertThat(answer.statusCode()).isEqualTo(202);
      assertThat(answer.body()).matches("\\{\"id\":\"[0-9a-z]+-\\d+\",\"connections\":1}");
      assertThat(reader.nextEvent().strip()).isEqualTo(expected.strip().replace('|', '\n'));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "text/plain; charset=utf-8, 202",
    "text/plain;charset=\"UTF-8\", 202",
    "text/plain; charset=us-ascii, 202",
    "text/plain; charset=iso-8859-1, 415",
    "text/plain; charset=utf-16le, 415",
    "text/plain; a=b; Charset = utf-16, 415",
    "application/json; charset=iso-8859-1, 415",
  })
  void aBodyIsUtf8OrRefused(String type, int status) {
    HttpResponse<String> answer = server.post("/v1/users/alice/events", type, "\"a\"");

    // As JSON it would be refused, too, but for its shape.
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
  }

  @Test
  void plainTextIsTheDataAndTheQueryTheType() throws Exception {
    try (var reader = server.subscribe("alice").awaitLive()) {
      server.post(PATH + "?type=note", "text/plain; charset=utf-8", "{\"not\": json");

      assertThat(reader.nextEvent()).isEqualTo("event: note\ndata: {\"not\": json");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "{\"type\":\"a\\nb\",\"data\":1}; invalid-event; line break",
        "{\"type\":\"a\\rb\",\"data\":1}; invalid-event; line break",
        "{\"type\":\"a\\u0000b\",\"data\":1}; invalid-event; NUL",
        "{\"type\":\"stream.closing\",\"data\":1}; invalid-event; reserved",
        "{\"type\":\"\",\"data\":1}; invalid-event; empty",
        "{\"type\":7,\"data\":1}; invalid-event; type is not a string",
        "{\"data\":\"\\ud800\"}; invalid-event; surrogate",
        "{\"type\":\"a\"}; invalid-event; data is missing",
        "{\"data\":1,\"data\":2}; invalid-event; uplicate",
        "{\"data\":1,\"ephemeral\":\"yes\"}; invalid-event; ephemeral",
        "{\"data\":1,\"tpye\":\"x\"}; invalid-event; Unknown field 'tpye'",
        "{\"data\":1,\"users\":[\"a\"]}; invalid-event; Unknown field 'users'",
        "{\"data\":1,\"ttl\":5}; invalid-event; ttl is not a string",
        "{\"data\":1,\"ttl\":\"soon\"}; invalid-event; ttl is 'soon'",
        "{\"data\":1,\"ttl\":\"0s\"}; invalid-event; above 0",
        "{\"data\":1,\"ttl\":\"-PT1S\"}; invalid-event; above 0",
        "{\"data\":1,\"ttl\":\"366d\"}; invalid-event; at most 365 days",
        "{\"data\":1} {}; invalid-event; data after the JSON",
        "{\"data\":1; invalid-event; not valid JSON",
        "{\"data\":NaN}; invalid-event; not valid JSON",
        "[]; invalid-event; not a JSON object",
        "``; invalid-event; not a JSON object",
      })
  void whatIsNotAnEventIsRefusedWithTheMend(String body, String problem, String detail) {
    HttpResponse<String> answer = server.post(PATH, JSON, body);

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(answer.body())
        .contains("\"type\":\"urn:heliograph:problem:" + problem + "\"")
        .contains("\"status\":400")
        .contains(detail);
  }

  @Test
  void anEventPastItsTtlIsNotReplayedAndNotMissed() throws Exception {
    String cursor;
    try (var reader = server.subscribe("brief").awaitLive()) {
      cursor = reader.lastEventId();
    }
    server.post("/v1/users/brief/events", JSON, "{\"data\":\"brief\",\"ttl\":\"1ms\"}");
    server.post("/v1/users/brief/events", JSON, "{\"data\":\"long\",\"ttl\":\"PT1H\"}");
    await()
        .untilAsserted(
            () -> {
              try (var reader = server.resume("brief", cursor)) {
                assertThat(reader.nextControl("stream.open")).contains("\"mode\":\"resumed\"");
                assertThat(reader.nextEvent()).isEqualTo("data: long");
              }
            });
  }

  @Test
  void deeplyNestedJsonIsRefused() {
    String body = "{\"data\":" + "[".repeat(20_000) + "]".repeat(20_000) + "}";

    assertThat(server.post(PATH, JSON, body).statusCode()).isEqualTo(400);
  }

  @Test
  void sixtyFourKibibytesAreTakenAndNotOneByteMore() throws Exception {
    String largest = "x".repeat(64 * 1024);
    try (var reader = server.subscribe("alice").awaitLive()) {
      assertThat(server.post(PATH, "text/plain", largest).statusCode()).isEqualTo(202);
      assertThat(reader.nextEvent()).isEqualTo("data: " + largest);
    }
    assertThat(server.post(PATH, JSON, "{\"data\":\"" + largest + "\"}").statusCode())
        .isEqualTo(202);

    for (HttpResponse<String> refused :
        List.of(
            server.post(PATH, "text/plain", largest + "x"),
            server.post(PATH, JSON, "{\"data\":\"" + largest + "x\"}"),
            server.post(PATH, JSON, "{\"data\":\"" + "x".repeat(65 * 1024) + "\"}"),
            server.post(PATH, JSON, "{\"data\":\"" + "x".repeat(1 << 20) + "\"}"))) {
      assertThat(refused.statusCode()).isEqualTo(413);
      assertThat(refused.body()).contains("event-too-large").contains("65536");
    }
  }

  @Test
  void theBytesOfTheDataCountNotItsCharacters() {
    assertThat(server.post(PATH, "text/plain", "é".repeat(32 * 1024)).statusCode()).isEqualTo(202);
    assertThat(server.post(PATH, "text/plain", "é".repeat(32 * 1024) + "x").statusCode())
        .isEqualTo(413);
  }

  @ParameterizedTest
  @CsvSource({"20971520, body-too-large", "1048576, event-too-large"})
  void aBodyThatIsTooLargeIsRefusedUnread(int bytes, String problem) throws Exception {
    try (Socket socket =
        TestReader.request(
            server.port(), "POST", PATH, "Content-Type: text/plain", "Content-Length: " + bytes)) {
      assertThat(answer(socket)).startsWith("HTTP/1.1 413 ").contains(problem);
    }
  }

  @Test
  void aSemicolonInThePathNamesNoOtherUser() throws Exception {
    try (Socket socket = TestReader.request(server.port(), "GET", "/v1/users/alice;b")) {
      assertThat(answer(socket)).startsWith("HTTP/1.1 400 ").contains("invalid-user");
    }
  }

  @Test
  void whoAsksForTheHeadAloneGetsNoBody() throws Exception {
    try (Socket socket =
        TestReader.request(server.port(), "HEAD", "/v1/broadcast", "Connection: close")) {
      socket.setSoTimeout(10_000);
      String answer = new String(socket.getInputStream().readAllBytes(), UTF_8);

      assertThat(answer).startsWith("HTTP/1.1 405 ").endsWith("\r\n\r\n");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/stats", "/v1/nothing"})
  void aConnectionThatIsToBeClosedIsClosedAfterTheAnswer(String path) throws Exception {
    try (Socket socket = TestReader.request(server.port(), "GET", path, "Connection: close")) {
      socket.setSoTimeout(10_000);

      assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8)).endsWith("}");
    }
  }

  @Test
  void http10IsRefusedWithTheMend() throws Exception {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.getOutputStream().write("GET /sse/al HTTP/1.0\r\nHost: x\r\n\r\n".getBytes(UTF_8));

      assertThat(answer(socket)).startsWith("HTTP/1.1 505 ").contains("proxy_http_version 1.1");
    }
  }

  @Test
  void whoLeavesInTheMiddleOfItsBodyHarmsNobody() throws Exception {
    try (Socket socket =
        TestReader.request(
            server.port(), "POST", PATH, "Content-Type: text/plain", "Content-Length: 10")) {
      socket.getOutputStream().write("abc".getBytes(UTF_8));
      socket.shutdownOutput();

      assertThat(socket.getInputStream().readAllBytes()).isEmpty();
    }
    assertThat(server.post(PATH, "text/plain", "next").statusCode()).isEqualTo(202);
  }

  /** The head of the answer and what comes with it. */
  private static String answer(Socket socket) throws Exception {
    socket.setSoTimeout(10_000);
    var answer = new StringBuilder();
    var bytes = new byte[8192];
    while (!answer.toString().contains("}")) {
      int count = socket.getInputStream().read(bytes);
      assertThat(count).as(answer.toString()).isPositive();
      answer.append(new String(bytes, 0, count, UTF_8));
    }
    return answer.toString();
  }

  @Test
  void anotherMediaTypeIsRefused() {
    HttpResponse<String> answer =
        server.post(PATH, "application/x-www-form-urlencoded", "{\"data\":1}");

    assertThat(answer.statusCode()).isEqualTo(415);
    assertThat(answer.body()).contains("unsupported-media-type").contains("application/json");
  }

  @Test
  void textThatIsNotUtf8IsRefused() {
    HttpResponse<String> answer =
        server.send(
            HttpRequest.newBuilder(server.uri(PATH))
                .header("Content-Type", "text/plain")
                .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[] {'a', (byte) 0xff})));

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("not valid UTF-8");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "/v1/users/a%0Ab/events; invalid-user",
        "/sse/a%00b; invalid-user",
        "/sse/%FF; invalid-user",
        "/sse/alice?from=newest; invalid-query",
        "/v1/users?limit=0; invalid-query",
        "/v1/users?limit=x; invalid-query",
        "/v1/events; no-user",
      })
  void aBadRequestIsAProblem(String path, String problem) {
    HttpResponse<String> answer = server.get(path);

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(answer.body()).contains("urn:heliograph:problem:" + problem);
  }

  @Test
  void aPathWithoutSuchAMethodNamesThoseThatItHas() {
    HttpResponse<String> answer =
        server.send(HttpRequest.newBuilder(server.uri(PATH)).method("PUT", noBody()));

    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(answer.headers().firstValue("Allow")).contains("GET, HEAD, POST, DELETE, OPTIONS");
    assertThat(answer.body()).contains("method-not-allowed");
  }

  @Test
  void anUnknownPathIsAProblem() {
    HttpResponse<String> answer = server.get("/v1/unknown");

    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.body()).contains("urn:heliograph:problem:not-found");
  }

  private static HttpRequest.BodyPublisher noBody() {
    return HttpRequest.BodyPublishers.noBody();
  }
}
