package io.heliograph.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.TestReader;
import io.heliograph.server.TestServer;
import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an operator sees who looks on. */
class TailTest {

  @AutoClose private final TestServer server = TestServer.start();

  @Test
  void everyEventIsShownWithItsUserAndData() throws Exception {
    try (var tail = tail("")) {
      server.publish("alice", "two\nlines");
      server.broadcast("all");
      server.post(
          "/v1/users/bob/events",
          "application/json",
          "{\"type\":\"t\",\"data\":{\"a\":1},\"ephemeral\":true}");

      assertThat(tail.nextEvent())
          .matches(
              "event: event\ndata: \\{\"user\":\"alice\",\"id\":\"[0-9a-z]+-1\","
                  + "\"type\":\"message\",\"data\":\"two\\\\nlines\",\"time\":\\d{13}}");
      assertThat(tail.nextEvent())
          .contains("{\"user\":null,\"id\":\"")
          .contains("\"data\":\"all\"");
      assertThat(tail.nextEvent())
          .contains("\"user\":\"bob\",\"id\":null,\"type\":\"t\",\"data\":\"{\\\"a\\\":1}\"");
    }
  }

  @Test
  void filtersChooseUsersAndTypesAndDataCanBeLeftOut() throws Exception {
    try (var tail = tail("?users=a*,bob&types=order.*&data=false")) {
      for (String user : new String[] {"carol", "alice", "bobby", "bob"}) {
        server.post("/v1/users/" + user + "/events?type=note", "text/plain", "x");
        server.post("/v1/users/" + user + "/events?type=order.paid", "text/plain", "x");
      }
      server.post("/v1/broadcast?type=order.all", "text/plain", "x");

      for (String user : new String[] {"\"alice\"", "\"bob\"", "null"}) {
        assertThat(tail.nextEvent())
            .startsWith("event: event\ndata: {\"user\":" + user)
            .contains("\"type\":\"order.")
            .doesNotContain("\"data\":");
      }
    }
  }

  @Test
  void readersThatComeGoAndMissSomethingAreShownOnRequest() throws Exception {
    try (var tail = tail("?include=connects,closes,gaps")) {
      String cursor;
      try (var alice =
          TestReader.open(server.port(), "/sse/alice", "User-Agent: tab").awaitLive()) {
        cursor = alice.lastEventId();
        server.publish("alice", "not included");
        assertThat(tail.nextEvent())
            .matches(
                "event: connect\ndata: \\{\"user\":\"alice\",\"id\":\"[0-9a-z-]+\","
                    + "\"data\":\\{\"remote\":\"127.0.0.1:\\d+\",\"agent\":\"tab\"},"
                    + "\"time\":\\d{13}}");
        alice.nextEvent();
      }
      assertThat(tail.nextEvent())
          .startsWith("event: close\ndata: {\"user\":\"alice\",\"id\":\"")
          .contains("\"data\":{\"reason\":\"client-left\",\"events\":1}");
      try (var _ = server.resume("alice", cursor.replaceAll("-\\d+\\.", "-9.")).awaitLive()) {
        assertThat(tail.nextEvent()).startsWith("event: connect");
        assertThat(tail.nextEvent())
            .startsWith("event: gap\ndata: {\"user\":\"alice\"")
            .contains("\"data\":{\"log\":\"user\",\"reason\":\"unknown\",\"lost\":null}");
      }
    }
  }

  @Test
  void whatIsAboveTheRateIsLeftOutAndCounted() throws Exception {
    try (var quick = TestServer.start(Map.of("stream.heartbeat", "30s"));
        var tail = TestReader.open(quick.port(), "/v1/tail?rate=2").awaitLive()) {
      for (int i = 0; i < 50; i++) {
        quick.publish("alice", "e" + i);
      }
      int shown = 0;
      int omitted = 0;
      while (shown + omitted < 50) {
        String block = tail.nextBlock();
        if (TestReader.isEvent(block)) {
          shown++;
        } else if (block.contains("event: stream.gap")) {
          assertThat(block).contains("\"log\":\"tail\",\"reason\":\"omitted\",\"lost\":");
          omitted += Integer.parseInt(block.replaceAll("(?s).*\"lost\":(\\d+).*", "$1"));
        }
      }
      assertThat(shown + omitted).isEqualTo(50);
      assertThat(omitted).isGreaterThan(20);
    }
  }

  @Test
  void aTailThatComesBackIsToldThatItMissedSomething() throws Exception {
    String before;
    try (var tail = tail("")) {
      before = tail.lastEventId();
    }
    try (var again = TestReader.open(server.port(), "/v1/tail", "Last-Event-ID: " + before)) {
      assertThat(again.nextControl("stream.gap"))
          .isEqualTo("{\"log\":\"tail\",\"reason\":\"epoch\",\"lost\":null}");
      again.awaitLive();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "users=",
        "types=*x",
        "include=all",
        "include=",
        "rate=0",
        "rate=100001",
        "data=no",
        "from=oldest",
      })
  void aBadQueryIsRefused(String query) {
    var answer = server.get("/v1/tail?" + query);

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("invalid-query");
  }

  @Test
  void sixteenMayLookOn() throws Exception {
    var tails = new ArrayList<TestReader>();
    for (int i = 0; i < 16; i++) {
      tails.add(tail(""));
    }
    var refused = server.get("/v1/tail");
    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(refused.headers().firstValue("Retry-After")).contains("10");
    assertThat(refused.body()).contains("too-many-tails");
    tails.forEach(TestReader::close);
  }

  private TestReader tail(String query) throws Exception {
    return TestReader.open(server.port(), "/v1/tail" + query).awaitLive();
  }
}
