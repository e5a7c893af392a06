package io.heliograph.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.LogCapture;
import io.heliograph.server.TestServer;
import io.heliograph.server.TestTokens;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** What the log tells an operator of refusals, and of what callers do to users. */
@Isolated
class OperatorLogTest {

  @Test
  void refusalsAreOneWarningForEachKind() {
    String token = TestTokens.of("alice", "subscribe");
    try (var server =
            TestServer.start(
                TestTokens.settings(Map.of("auth.cookie", "session", "limits.publish-rate", "1")));
        var log = LogCapture.of("io.heliograph.server.refusals")) {
      for (int i = 0; i < 20; i++) {
        send(server, "GET", "/v1/events", "Authorization", "Bearer x.y.z");
        send(server, "GET", "/v1/events?ticket=none", "X-Request-Id", "r-1");
        send(
            server,
            "GET",
            "/v1/events",
            "Cookie",
            "session=" + token,
            "Origin",
            "https://other.example");
        send(
            server,
            "POST",
            "/v1/users/bob/events",
            "Authorization",
            "Bearer " + TestTokens.of("backend", "publish"),
            "Content-Type",
            "text/plain");
        send(server, "GET", "/nowhere", "X-Request-Id", "r-1"); // Every scanner does it.
      }

      assertThat(log.lines())
          .satisfiesExactlyInAnyOrder(
              line ->
                  assertThat(line)
                      .matches(
                          "WARNING refused reason=invalid-token detail=\".+\" method=GET"
                              + " path=/v1/events remote=127\\.0\\.0\\.1 request=\\S+"),
              line ->
                  assertThat(line)
                      .startsWith("WARNING refused reason=invalid-ticket ")
                      .doesNotContain("ticket=none"), // It may be somebody's.
              line ->
                  assertThat(line)
                      .startsWith("WARNING refused reason=origin-not-allowed ")
                      .contains(" origin=https://other.example "),
              line -> assertThat(line).startsWith("WARNING refused reason=too-many-requests "));
    }
  }

  @Test
  void whoKickedRevokedAndForgotIsLogged() {
    try (var server = TestServer.start(TestTokens.settings(Map.of()));
        var log = LogCapture.of("io.heliograph.server.audit")) {
      String olga = "Bearer " + TestTokens.of("olga", "operate");
      String[] asOlga = {"Authorization", olga, "X-Request-Id", "r-1"};
      send(server, "DELETE", "/v1/users/bob/connections", asOlga);
      send(server, "DELETE", "/v1/users/bob/connections/none", asOlga); // Nothing was done.
      send(server, "DELETE", "/v1/users/bob%20b/events", asOlga);
      post(server, "{\"user\":\"bob\",\"until\":\"2999-01-01T00:00:00Z\"}", asOlga);
      post(server, "{\"jti\":\"t-1\",\"until\":\"2999-01-01T00:00:00Z\"}", asOlga);
      post(server, "{\"user\":\"bob\",\"until\":\"2000-01-01T00:00:00Z\"}", asOlga); // Refused.

      String end = " by=olga remote=127.0.0.1 request=r-1";
      assertThat(log.lines())
          .containsExactly(
              "INFO audit action=kick user=bob closed=0" + end,
              "INFO audit action=forget user=\"bob b\"" + end,
              "INFO audit action=revoke user=bob until=2999-01-01T00:00:00Z closed=0" + end,
              "INFO audit action=revoke jti=t-1 until=2999-01-01T00:00:00Z closed=0" + end);
    }
  }

  @Test
  void aLineNamesTheTraceOfItsRequest() {
    String trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    try (var server = TestServer.start(TestTokens.settings(Map.of()));
        var log = LogCapture.of("io.heliograph.server.refusals");
        var audit = LogCapture.of("io.heliograph.server.audit")) {
      send(server, "POST", "/v1/broadcast", "traceparent", trace, "Authorization", "Bearer x.y.z");
      send(
          server,
          "DELETE",
          "/v1/users/bob/events",
          "traceparent",
          trace,
          "Authorization",
          "Bearer " + TestTokens.of("olga", "operate"));
      send(
          server,
          "POST",
          "/v1/broadcast",
          "traceparent",
          trace + " x=\"",
          "Authorization",
          "Bearer " + TestTokens.of("olga", "operate"));

      assertThat(log.lines()).hasSize(2);
      assertThat(log.lines().getFirst())
          .contains(" reason=invalid-token ")
          .endsWith(" traceparent=" + trace);
      assertThat(audit.lines()).hasSize(1).first().asString().endsWith(" traceparent=" + trace);
      assertThat(log.lines().getLast())
          .contains(" reason=forbidden ")
          .doesNotContain("traceparent");
    }
  }

  @Test
  void withoutAuthenticationNobodyIsNamed() {
    try (var server = TestServer.start();
        var log = LogCapture.of("io.heliograph.server.audit")) {
      send(server, "DELETE", "/v1/users/bob/events", "X-Request-Id", "r-1");

      assertThat(log.lines())
          .containsExactly("INFO audit action=forget user=bob remote=127.0.0.1 request=r-1");
    }
  }

  private static HttpResponse<String> send(
      TestServer server, String method, String path, String... headers) {
    return server.send(
        HttpRequest.newBuilder(server.uri(path))
            .headers(headers)
            .method(
                method,
                method.equals("POST")
                    ? HttpRequest.BodyPublishers.ofString("x")
                    : HttpRequest.BodyPublishers.noBody()));
  }

  private static void post(TestServer server, String body, String... headers) {
    server.send(
        HttpRequest.newBuilder(server.uri("/v1/revocations"))
            .headers(headers)
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }
}
