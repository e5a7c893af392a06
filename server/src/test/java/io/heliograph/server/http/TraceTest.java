package io.heliograph.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.TestReader;
import io.heliograph.server.TestServer;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A publisher's {@code traceparent} on its way to readers that ask for it. */
class TraceTest {

  private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  private static final String OTHER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
  private static final String ALICE = "/v1/users/alice/events";

  @AutoClose private final TestServer server = TestServer.start();

  @Test
  void onlyAReaderThatAsksSeesTheTraceBeforeItsEvent() throws Exception {
    try (var asks = server.open("/sse/alice?trace=true");
        var other = server.subscribe("alice")) {
      asks.awaitLive();
      other.awaitLive();
      publish(ALICE, "text/plain", "text", TRACE);
      publish("/v1/broadcast", "application/json", "{\"type\":\"t\",\"data\":1}", OTHER);
      server.publish("alice", "without");

      assertThat(asks.nextBlock()).isEqualTo(": traceparent " + TRACE);
      assertThat(asks.nextEvent()).isEqualTo("data: text");
      assertThat(asks.nextBlock()).isEqualTo(": traceparent " + OTHER);
      assertThat(asks.nextEvent()).isEqualTo("event: t\ndata: 1");
      assertThat(asks.nextBlock()).startsWith("id: ").endsWith("\ndata: without");
      assertThat(List.of(other.nextBlock(), other.nextBlock(), other.nextBlock()))
          .allSatisfy(block -> assertThat(block).startsWith("id: ").doesNotContain("traceparent"))
          .last()
          .asString()
          .endsWith("\ndata: without");
    }
  }

  @Test
  void aReplayHasTheTraceAsTheLiveStreamHadIt() throws Exception {
    publish(ALICE + "?type=order.paid", "text/plain", "text", TRACE);

    try (var reader = server.open("/sse/alice?from=oldest&trace=true&types=order.*")) {
      reader.nextControl("stream.open");
      assertThat(reader.nextBlock()).isEqualTo(": traceparent " + TRACE);
      assertThat(reader.nextEvent()).isEqualTo("event: order.paid\ndata: text");
    }
  }

  @Test
  void theEventsOfABatchHaveTheTraceOfTheRequestOrTheirOwn() throws Exception {
    try (var tail = TestReader.open(server.port(), "/v1/tail")) {
      tail.awaitLive();
      String items =
          "{\"users\":[\"alice\"],\"data\":\"a\"}"
              + "%s{\"broadcast\":true,\"data\":\"b\",\"traceparent\":\""
              + OTHER
              + "\"}%s{\"users\":[\"alice\",\"bob\"],\"data\":\"c\",\"traceparent\":\"malformed\"}";
      publish("/v1/events", "application/json", "[" + items.formatted(",", ",") + "]", TRACE);
      publish("/v1/events", "application/x-ndjson", items.formatted("\n", "\n"), TRACE);

      for (int batch = 0; batch < 2; batch++) {
        for (String expected :
            List.of("\"a\",T" + TRACE, "\"b\",T" + OTHER, "\"c\",T" + TRACE, "\"c\",T" + TRACE)) {
          assertThat(tail.nextEvent())
              .contains("\"data\":" + expected.replace("T", "\"traceparent\":\"") + "\",\"time\"");
        }
      }
    }
  }

  @Test
  void keptEventsHaveItOnRequest() throws Exception {
    publish(ALICE, "application/json", "{\"data\":\"one\"}", TRACE);
    server.publish("alice", "two");

    assertThat(CatchUpTest.get(server, ALICE + "?trace=true").body())
        .containsOnlyOnce("traceparent")
        .contains("\"data\":\"one\",\"time\":")
        .contains(",\"traceparent\":\"" + TRACE + "\"},{");
    assertThat(CatchUpTest.get(server, ALICE).body())
        .contains("\"data\":\"one\"")
        .doesNotContain("traceparent");
    assertThat(CatchUpTest.get(server, ALICE + "?trace=yes").statusCode()).isEqualTo(400);
  }

  @Test
  void aMalformedOneOrTwoAreIgnored() throws Exception {
    publish(ALICE, "text/plain", "one", TRACE.toUpperCase(Locale.ROOT));
    HttpResponse<String> two =
        server.send(
            HttpRequest.newBuilder(server.uri(ALICE))
                .header("Content-Type", "text/plain")
                .header("traceparent", TRACE)
                .header("traceparent", OTHER)
                .POST(HttpRequest.BodyPublishers.ofString("two")));
    assertThat(two.statusCode()).isEqualTo(202);

    assertThat(CatchUpTest.get(server, ALICE + "?trace=true").body())
        .contains("\"one\"", "\"two\"")
        .doesNotContain("traceparent");
  }

  private void publish(String path, String type, String body, String trace) {
    HttpResponse<String> answer =
        server.send(
            HttpRequest.newBuilder(server.uri(path))
                .header("Content-Type", type)
                .header("traceparent", trace)
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    int expected = path.equals("/v1/events") ? 200 : 202;
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(expected);
  }
}
