package io.heliograph.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.TestReader;
import io.heliograph.server.TestServer;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is there, and the edges of it. */
class PresenceTest {

  @Test
  void thereIsOneEdgeForEachWayAndAReloadIsNone() throws Exception {
    try (var server = TestServer.start(Map.of("presence.grace", "300ms"));
        var edges = edges(server).awaitLive()) {
      var first = server.subscribe("alice").awaitLive();
      assertThat(edges.nextEvent())
          .matches("event: online\ndata: \\{\"user\":\"alice\",\"time\":\\d{13}}");
      try (var _ = server.subscribe("alice").awaitLive()) {
        first.close();
      }
      try (var reloaded = server.subscribe("alice").awaitLive();
          var _ = server.subscribe("bob\"").awaitLive()) {
        assertThat(edges.nextEvent()).startsWith("event: online\ndata: {\"user\":\"bob\\\"\"");
        reloaded.close();
        assertThat(edges.nextEvent()).startsWith("event: offline\ndata: {\"user\":\"alice\"");
      }
      assertThat(edges.nextEvent()).startsWith("event: offline\ndata: {\"user\":\"bob");
    }
  }

  @Test
  void whoFollowsTheEdgesResumesAndIsToldOfAGap() throws Exception {
    try (var server = TestServer.start(Map.of("presence.grace", "0s"))) {
      String before;
      try (var edges = edges(server).awaitLive()) {
        before = edges.lastEventId();
      }
      try (var alice = server.subscribe("alice").awaitLive();
          var edges = edges(server, "Last-Event-ID: " + before)) {
        assertThat(edges.nextControl("stream.open")).contains("\"mode\":\"resumed\"");
        assertThat(edges.nextEvent()).startsWith("event: online");
        try (var lost = edges(server, "Last-Event-ID: " + alice.lastEventId())) {
          // A user's cursor is of two logs.
          assertThat(lost.nextControl("stream.gap"))
              .isEqualTo("{\"log\":\"presence\",\"reason\":\"unknown\",\"lost\":null}");
        }
        // Who looks on is nobody's connection.
        assertThat(server.get("/v1/stats").body()).contains("\"connections\":1,\"users\":1");
      }
    }
  }

  @Test
  void manyUsersAreAskedForAtOnce() throws Exception {
    try (var server = TestServer.start();
        var _ = server.subscribe("alice").awaitLive()) {
      HttpResponse<String> answer =
          server.post("/v1/presence", "application/json", "{\"users\":[\"bob\",\"alice\"]}");

      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body())
          .isEqualTo(
              "{\"users\":[{\"user\":\"bob\",\"online\":false,\"connections\":0},"
                  + "{\"user\":\"alice\",\"online\":true,\"connections\":1}]}");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "{\"users\":\"a\"}",
        "{\"users\":[1]}",
        "{\"users\":[\"\"]}",
        "{\"users\":[\"a/b\"]}",
        "{\"users\":[\"a\"],\"more\":1}",
        "{\"users\":[\"a\"]} 1",
        "{\"users\":[\"a\"",
      })
  void whatIsNoListIsRefused(String body) {
    try (var server = TestServer.start()) {
      HttpResponse<String> answer = server.post("/v1/presence", "application/json", body);

      assertThat(answer.statusCode()).isEqualTo(400);
      assertThat(answer.body()).contains("urn:heliograph:problem:invalid-list");
    }
  }

  @Test
  void aListIsBounded() {
    try (var server = TestServer.start()) {
      String thousand = "\"a\",".repeat(999) + "\"a\"";
      assertThat(
              server
                  .post("/v1/presence", "application/json", "{\"users\":[" + thousand + "]}")
                  .statusCode())
          .isEqualTo(200);
      assertThat(
              server
                  .post("/v1/presence", "application/json", "{\"users\":[" + thousand + ",\"a\"]}")
                  .statusCode())
          .isEqualTo(400);
    }
  }

  private static TestReader edges(TestServer server, String... headers) throws Exception {
    return TestReader.open(server.port(), "/v1/presence/events", headers);
  }
}
