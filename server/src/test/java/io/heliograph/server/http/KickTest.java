package io.heliograph.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.TestReader;
import io.heliograph.server.TestServer;
import io.heliograph.server.event.UserId;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Sending readers away, and forgetting what is kept for them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KickTest {

  private TestServer server;

  @BeforeAll
  void start() {
    server = TestServer.start();
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @Test
  void whoIsKickedIsToldAndMayNotComeBackForAMinute() throws Exception {
    try (var one = server.subscribe("ann").awaitLive();
        var two = server.subscribe("ann").awaitLive();
        var other = server.subscribe("ben").awaitLive()) {
      assertThat(delete("/v1/users/ann/connections").body()).isEqualTo("{\"closed\":2}");

      for (TestReader reader : List.of(one, two)) {
        List<String> last = reader.awaitEnd();
        assertThat(last.getLast())
            .matches(
                "retry: \\d+\nevent: stream.closing\nid: \\S+\ndata:"
                    + " \\{\"reason\":\"kicked\",\"reconnect\":false}");
      }
      assertThat(comeBack("ann", one.lastEventId())).startsWith("HTTP/1.1 204");
      assertThat(comeBack("ann", two.lastEventId())).startsWith("HTTP/1.1 204");
      assertThat(comeBack("ann", two.lastEventId())).startsWith("HTTP/1.1 204");
      // Another reader, and a page that is opened anew, have nothing to do with it.
      server.publish("ben", "x");
      assertThat(other.nextEvent()).isEqualTo("data: x");
      try (var fresh = TestReader.open(server.port(), "/sse/ann", "Accept: text/event-stream")) {
        assertThat(fresh.head()).startsWith("HTTP/1.1 200");
      }
    }
  }

  @Test
  void aReaderThatHasHadNoEventIsKickedAndKeptOutToo() throws Exception {
    try (var reader = server.subscribe("new")) {
      reader.nextControl("stream.open");
      String cursor = reader.lastEventId();
      delete("/v1/users/new/connections");
      reader.awaitEnd();

      assertThat(comeBack("new", cursor))
          .startsWith("HTTP/1.1 204")
          // A cache would give it to the pages that are opened next.
          .contains("Cache-Control: no-store\r\n");
    }
  }

  @Test
  void aConnectionThatIsKickedAgainDoesNotEndAnotherDevice() throws Exception {
    try (var one = server.subscribe("twice").awaitLive();
        var two = server.subscribe("twice").awaitLive()) {
      var hub = server.heliograph().hub();
      String id = hub.connections().of(new UserId("twice")).getFirst().id();
      hub.kicks().kick(new UserId("twice"), id);
      hub.kicks().kick(new UserId("twice"), id); // An operator who clicks twice.
      one.awaitEnd();

      assertThat(comeBack("twice", one.lastEventId())).startsWith("HTTP/1.1 204");
      assertThat(comeBack("twice", two.lastEventId())).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void oneOfAUsersStreamsIsKickedAndTheOtherStays() throws Exception {
    try (var one = server.subscribe("cid").awaitLive();
        var two = server.subscribe("cid").awaitLive()) {
      String id = server.get("/v1/users/cid").body().replaceAll(".*?\"id\":\"([^\"]+)\".*", "$1");

      assertThat(delete("/v1/users/cid/connections/" + id).body()).isEqualTo("{\"closed\":1}");
      one.awaitEnd();
      server.publish("cid", "x");
      assertThat(two.nextEvent()).isEqualTo("data: x");
      await().until(() -> delete("/v1/users/cid/connections/" + id).statusCode() == 404);
      assertThat(delete("/v1/users/cid/connections/" + id).body())
          .contains("urn:heliograph:problem:no-such-connection");
      // One return is refused; a second one is another connection's.
      assertThat(comeBack("cid", one.lastEventId())).startsWith("HTTP/1.1 204");
      assertThat(comeBack("cid", two.lastEventId())).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void whatIsForgottenIsAGapForWhoComesBackAndNothingForWhoIsThere() throws Exception {
    String before;
    try (var reader = server.subscribe("dan").awaitLive()) {
      before = reader.lastEventId();
      server.publish("dan", "secret");
      assertThat(reader.nextEvent()).isEqualTo("data: secret");

      assertThat(delete("/v1/users/dan/events").statusCode()).isEqualTo(204);

      server.publish("dan", "next");
      assertThat(reader.nextBlock()).endsWith("data: next");
    }
    try (var back = server.resume("dan", before)) {
      assertThat(back.nextControl("stream.gap"))
          .isEqualTo("{\"log\":\"user\",\"reason\":\"expired\",\"lost\":1}");
      assertThat(back.nextEvent()).isEqualTo("data: next");
    }
  }

  @Test
  void whatIsForgottenOfAUserWhoIsAwayIsAGapToo() throws Exception {
    String before;
    try (var reader = server.subscribe("eva").awaitLive()) {
      before = reader.lastEventId();
    }
    await().until(() -> server.get("/v1/users/eva").body().contains("\"online\":false"));
    server.publish("eva", "secret");
    delete("/v1/users/eva/events");

    try (var back = server.resume("eva", before)) {
      assertThat(back.nextControl("stream.gap"))
          .isEqualTo("{\"log\":\"user\",\"reason\":\"epoch\",\"lost\":null}");
      back.awaitLive();
    }
  }

  private String comeBack(String user, String cursor) throws IOException {
    try (var reader =
        TestReader.open(
            server.port(),
            "/sse/" + user,
            "Accept: text/plain", // Two lines are one list (RFC 9110, section 5.3).
            "Accept: text/event-stream",
            "Last-Event-ID: " + cursor)) {
      return reader.head();
    }
  }

  private HttpResponse<String> delete(String path) {
    return server.send(HttpRequest.newBuilder(server.uri(path)).DELETE());
  }
}
