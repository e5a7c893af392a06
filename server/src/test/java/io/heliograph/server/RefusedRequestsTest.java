package io.heliograph.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.event.Event;
import io.heliograph.server.event.UserId;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is refused gets the right status at once, and what follows on its connection is either a
 * request or nothing: never the rest of a body.
 */
@Timeout(120)
@Isolated // It reads what all loggers of the process say.
class RefusedRequestsTest {

  private static final String HOST = "Host: localhost\r\n";
  private static final String TEXT = "Content-Type: text/plain\r\n";
  private static final String CHUNKED = "Transfer-Encoding: chunked\r\n\r\n";
  private static final String POST = "POST /v1/users/q/events HTTP/1.1\r\n" + HOST + TEXT;
  private static final String NDJSON =
      "POST /v1/events HTTP/1.1\r\n" + HOST + "Content-Type: application/x-ndjson\r\n" + CHUNKED;
  private static final String NEXT = "GET /health/live HTTP/1.1\r\n" + HOST + "\r\n";

  private static final Warnings WARNINGS = new Warnings();
  private static TestServer server;
  private static TestServer closed;

  @BeforeAll
  static void start() {
    server = TestServer.start();
    closed = TestServer.start(TestTokens.settings(Map.of()));
    WARNINGS.start();
  }

  @AfterAll
  static void stop() {
    WARNINGS.stop();
    server.close();
    closed.close();
    assertThat(WARNINGS.taken()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "5\r\nhello\r\n0\r\n\r\n",
        "5\r\nhello\r\n0\r\nX-Checksum: abc\r\n\r\n",
        "5\r\nhello\r\n0\r\nX-Checksum: abc\r\nX-Other:\r\n\r\n",
        "5;name=value\r\nhello\r\n0;last\r\n\r\n",
        "5 ;name=\"a;b\"\r\nhello\r\n0\r\n\r\n",
        "5;a;b=c ; d = \"e\\\"\\\\\" ;f\r\nhello\r\n0\r\n\r\n",
        "0005\r\nhello\r\n000\r\n\r\n",
        "1\r\nh\r\n4\r\nello\r\n0\r\n\r\n",
      })
  void whatALawfulChunkedBodyHasIsReadPastAndTheNextRequestIsAnswered(String body)
      throws Exception {
    try (var connection = new RawConnection(server)) {
      connection.send(POST + CHUNKED + body + NEXT);

      assertThat(connection.answer().status()).isEqualTo(202);
      assertThat(connection.answer().status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "5\rhello\r\n0\r\n\r\n",
        "5;a\rX\r\nhello\r\n0\r\n\r\n",
        "5;a\nX\r\nhello\r\n0\r\n\r\n",
        "5\nhello\r\n0\r\n\r\n",
        "5\r\nhello0\r\n\r\n",
        "5\r\nhello\n0\r\n\r\n",
        "0\r\n\n",
        "0\r\r\n",
        "zz\r\n",
        "z",
        "+5\r\n",
        "-0\r\n",
        "\r\n",
        ";a\r\n",
        " 5\r\n",
        "5 \r\n",
        "5_0\r\n",
        "5;\r\n",
        "5;=a\r\n",
        "5;a=\r\n",
        "5;a/b\r\n",
        "5;a=\"b\r\n",
        "5;a=\"b\"c\r\n",
        "0x5\r\n",
        "ffffffffffffffffff",
        "0\r\nX-Checksum\r\n",
        "0\r\n: abc\r\n",
        "0\r\nX Checksum: abc\r\n",
        "0\r\n X-Checksum: abc\r\n",
        "0\r\nX-Checksum: a\nb",
        "0\r\nX-Checksum: a\u0000b",
      })
  void aMalformedChunkedBodyIsRefusedAtItsFirstWrongByte(String body) throws Exception {
    try (var connection = new RawConnection(server)) {
      connection.send(POST + CHUNKED + body); // And nothing more: it must not be waited for.

      connection.isRefusedForGood(400, "bad-request");
    }
  }

  static List<Arguments> heads() {
    String cookie = "Cookie: " + "c".repeat(17 << 10) + "\r\n\r\n";
    String path = "/" + "u".repeat(20 << 10);
    String stats = " /v1/stats HTTP/1.1\r\n" + HOST + "\r\n";
    return List.of(
        Arguments.of("get" + stats, 400, "bad-request"),
        Arguments.of("Get" + stats, 400, "bad-request"),
        Arguments.of("GET /v1/stats HTTP/1.1\r\n" + HOST + ": empty\r\n\r\n", 400, "bad-request"),
        Arguments.of("GET /v1/stats HTTP/1.1\r\n" + HOST + "X : a\r\n\r\n", 400, "bad-request"),
        Arguments.of(
            "GET /v1/stats HTTP/1.1\r\n" + HOST + "X: a\r\n b\r\n\r\n", 400, "bad-request"),
        Arguments.of("GET /v1/stats HTTP/1.1\r\n" + HOST + "X: a\nY", 400, "bad-request"),
        Arguments.of("GET /v1/stats#part HTTP/1.1\r\n" + HOST + "\r\n", 400, "bad-request"),
        Arguments.of("GET /v1/stats?a#b HTTP/1.1\r\n" + HOST + "\r\n", 400, "bad-request"),
        Arguments.of("GET * HTTP/1.1\r\n" + HOST + "\r\n", 400, "bad-request"),
        Arguments.of("GET  /v1/stats HTTP/1.1\r\n" + HOST + "\r\n", 400, "bad-request"),
        Arguments.of("GET /v1/stats HTTP/1.1 \r\n" + HOST + "\r\n", 400, "bad-request"),
        Arguments.of("GET /v1/stats http/1.1\r\n" + HOST + "\r\n", 400, "bad-request"),
        Arguments.of(
            "GET /v1/stats HTTP/1.0\r\n" + HOST + "\r\n", 505, "http-version-not-supported"),
        Arguments.of(
            "GET /v1/stats HTTP/3.0\r\n" + HOST + "\r\n", 505, "http-version-not-supported"),
        Arguments.of("GET /v1/stats HTTP/1.1\r\n" + HOST + cookie, 431, "headers-too-large"),
        Arguments.of("GET " + path + " HTTP/1.1\r\n" + HOST + "\r\n", 414, "uri-too-long"),
        // RFC 9112, section 3: the method is longer than any.
        Arguments.of("M".repeat(9 << 10) + " / HTTP/1.1\r\n\r\n", 501, "not-implemented"),
        Arguments.of("\r\n\r\nGET" + stats, 400, "bad-request"),
        Arguments.of(
            POST + "Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
            415,
            "unsupported-media-type"));
  }

  @ParameterizedTest
  @MethodSource("heads")
  void aHeadThatIsRefusedHasItsOwnStatus(String head, int status, String problem) throws Exception {
    try (var connection = new RawConnection(server)) {
      connection.send(head);

      connection.isRefusedForGood(status, problem);
    }
  }

  @ParameterizedTest
  @MethodSource("heads")
  void aHeadThatIsRefusedHasTheReasonPhraseOfItsStatus(String head, int status) throws Exception {
    try (var connection = new RawConnection(server)) {
      connection.send(head);

      assertThat(connection.answer().reason())
          .isEqualTo(
              switch (status) {
                case 400 -> "Bad Request";
                case 414 -> "URI Too Long";
                case 415 -> "Unsupported Media Type";
                case 431 -> "Request Header Fields Too Large";
                case 501 -> "Not Implemented";
                default -> "HTTP Version Not Supported";
              });
    }
  }

  static Stream<Arguments> headsOfHead() {
    return Stream.concat(
        heads().stream()
            .map(Arguments::get)
            .filter(each -> String.valueOf(each[0]).startsWith("GET "))
            .map(each -> Arguments.of("HEAD" + String.valueOf(each[0]).substring(3), each[1])),
        Stream.of(
            Arguments.of("\r\nHEAD * HTTP/1.1\r\n", 400),
            Arguments.of("HEAD /v1/stats HTTP/1.1\r\n\r\n", 400),
            Arguments.of("HEAD /v1/stats HTTP/1.1\r\n" + HOST + HOST + "\r\n", 400),
            Arguments.of("HEAD /v1/stats HTTP/1.1\r\nHost: a:b\r\n\r\n", 400),
            Arguments.of("HEAD urn:a:b HTTP/1.1\r\n" + HOST + "\r\n", 400)));
  }

  @ParameterizedTest
  @MethodSource("headsOfHead")
  void theAnswerToAHeadThatIsRefusedHasNoBody(String head, int status) throws Exception {
    try (var connection = new RawConnection(server)) {
      connection.send(head);

      RawAnswer answer = connection.answerToHead();
      assertThat(answer.status()).isEqualTo(status);
      assertThat(answer.headers().get("content-length")).matches("[1-9][0-9]+");
      assertThat(connection.next()).as("what follows").isEmpty();
    }
  }

  /** Requests that are refused before or while their body is read. */
  static List<Arguments> refusals() {
    String large = "Content-Length: 70000\r\n";
    return List.of(
        Arguments.of("open", "POST /nowhere HTTP/1.1\r\n" + HOST, 404),
        Arguments.of("open", "PUT /v1/stats HTTP/1.1\r\n" + HOST, 405),
        Arguments.of(
            "open", "POST /v1/broadcast HTTP/1.1\r\n" + HOST + "Content-Type: a/b\r\n", 415),
        Arguments.of("open", "POST /v1/users/%00/events HTTP/1.1\r\n" + HOST + TEXT, 400),
        Arguments.of("open", "PROPFIND /v1/stats HTTP/1.1\r\n" + HOST, 501),
        Arguments.of("open", "POST /v1/broadcast HTTP/1.1\r\n" + HOST + TEXT + large, 413),
        Arguments.of("closed", "POST /v1/broadcast HTTP/1.1\r\n" + HOST + TEXT, 401),
        Arguments.of(
            "closed", "GET /v1/users HTTP/1.1\r\n" + HOST + "Authorization: @alice\r\n", 403),
        Arguments.of(
            "closed",
            "POST /v1/broadcast HTTP/1.1\r\n" + HOST + "Authorization: Bearer x\r\n",
            401));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void theBodyOfARefusedRequestIsNeverTakenForTheNext(String which, String head, int status)
      throws Exception {
    String token = "Bearer " + TestTokens.of("alice", "subscribe");
    RawConnection.refusesUnread(
        which.equals("open") ? server : closed, head.replace("@alice", token), status);
  }

  /** RFC 9112, section 2.2: some clients send an empty line after a body. */
  @Test
  void anEmptyLineBeforeARequestIsIgnored() throws Exception {
    try (var connection = new RawConnection(server)) {
      connection.send("\r\n" + POST + "Content-Length: 5\r\n\r\nhello\r\n");
      connection.send(NEXT + "\r\n" + NEXT);

      assertThat(connection.answer().status()).isEqualTo(202);
      assertThat(connection.answer().status()).isEqualTo(200);
      assertThat(connection.answer().status()).isEqualTo(200);
    }
  }

  @Test
  void aBodyThatIsAskedForIsReadAndTheConnectionStays() throws Exception {
    try (var connection = new RawConnection(server)) {
      connection.send(POST + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n");
      assertThat(connection.answer().status()).isEqualTo(100);
      connection.send("hello" + NEXT);

      assertThat(connection.answer().status()).isEqualTo(202);
      assertThat(connection.answer().status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @CsvSource({"0;X: a, 0", "zz, 400", "0;;, 400"})
  void linesThatWereKeptAreAnsweredBeforeWhatIsWrong(String end, int status) throws Exception {
    String line = "{\"users\":[\"q\"],\"data\":1}\n";
    String chunk = Integer.toHexString(line.length()) + "\r\n" + line + "\r\n";
    try (var connection = new RawConnection(server)) {
      connection.send(NDJSON + chunk.repeat(3));
      String last =
          end.equals("0;X: a") ? "0\r\nX: a\r\n\r\n" : end.equals("zz") ? "zz\r\n" : "0\r\r\n";
      connection.send(last);

      RawAnswer answer = connection.answer();
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.complete()).isTrue();
      List<String> lines = answer.body().lines().toList();
      assertThat(lines.subList(0, 3)).allMatch(result -> result.startsWith("{\"status\":202,"));
      if (status == 0) {
        assertThat(lines).hasSize(3);
        connection.send(NEXT);
        assertThat(connection.answer().status()).isEqualTo(200);
      } else {
        assertThat(lines).hasSize(4);
        assertThat(lines.get(3)).startsWith("{\"status\":400,").contains("bad-request");
        assertThat(connection.next()).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/sse/q?lastEventId=a&lastEventId=b, 400",
    "/sse/q?lastEventId=a&last_event_id=b, 400",
    "/sse/q?from=oldest&from=oldest, 400",
    "/sse/q?types=a&typ%65s=b, 400",
    "/v1/users?limit=1&limit=2, 400",
    "/v1/users?after=%zz, 400",
    "/v1/users?after=%f, 400",
    "/v1/users?limit=1&unknown=1&unknown=2, 200",
  })
  void aQueryParameterThatIsGivenTwiceIsRefused(String target, int status) throws Exception {
    try (var connection = new RawConnection(server)) {
      connection.send("GET " + target + " HTTP/1.1\r\n" + HOST + "\r\n");

      assertThat(connection.answer().status()).isEqualTo(status);
    }
  }

  @Test
  void aPlusInAQueryIsAPlus() throws Exception {
    try (var reader = TestReader.open(server.port(), "/sse/plus?types=a+b,c%2Bd").awaitLive()) {
      server.heliograph().hub().publish(new UserId("plus"), Event.of("a b", "blank"));
      server.heliograph().hub().publish(new UserId("plus"), Event.of("c+d", "first"));
      server.post("/v1/users/plus/events?type=a+b", "text/plain", "second");

      assertThat(reader.nextEvent()).contains("data: first");
      assertThat(reader.nextEvent()).contains("data: second");
    }
  }

  @Test
  void theServerItselfIsAskedForItsMethods() throws Exception {
    try (var connection = new RawConnection(server)) {
      connection.send("OPTIONS * HTTP/1.1\r\n" + HOST + "\r\n" + NEXT);

      RawAnswer answer = connection.answer();
      assertThat(answer.status()).isEqualTo(204);
      assertThat(answer.headers().get("allow")).contains("GET, HEAD, POST, DELETE, OPTIONS");
      assertThat(connection.answer().status()).isEqualTo(200);
    }
  }
}
