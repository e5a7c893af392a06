package io.heliograph.server.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.TestServer;
import io.heliograph.server.TestTokens;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A retry under the same key publishes nothing again. */
class IdempotencyTest {

  @Test
  void aRetryGetsTheFirstAnswerOnEveryRoute() throws Exception {
    try (var server = TestServer.start();
        var reader = server.subscribe("alice").awaitLive()) {
      String item = "{\"users\":[\"alice\"],\"data\":\"b\"}";
      HttpResponse<String> first = post(server, "/v1/users/alice/events", "k", "text/plain", "a");
      assertThat(first.statusCode()).isEqualTo(202);
      HttpResponse<String> again = post(server, "/v1/users/alice/events", "k", "text/plain", "a");
      assertThat(again.statusCode()).isEqualTo(202);
      assertThat(again.body()).isEqualTo(repeated(first.body()));
      for (String[] each :
          new String[][] {
            {"/v1/broadcast", "text/plain", "b"},
            {"/v1/events", "application/json", "[" + item + "]"},
            {"/v1/events", "application/x-ndjson", item},
          }) {
        String key = "k" + each[1];
        String answer = post(server, each[0], key, each[1], each[2]).body();
        assertThat(post(server, each[0], key, each[1], each[2]).body()).isEqualTo(repeated(answer));
      }
      server.publish("alice", "last");

      assertThat(reader.nextEvent()).isEqualTo("data: a");
      assertThat(reader.nextEvents(4).stream().filter("data: b"::equals)).hasSize(3);
    }
  }

  private static String repeated(String answer) {
    return answer.replace("\"connections\":1}", "\"connections\":1,\"repeated\":true}");
  }

  @Test
  void anotherEventUnderTheSameKeyIsRefused() {
    try (var server = TestServer.start()) {
      post(server, "/v1/users/alice/events", "k", "text/plain", "a");

      for (HttpResponse<String> refused :
          List.of(
              post(server, "/v1/users/alice/events", "k", "text/plain", "b"),
              post(server, "/v1/users/alice/events?type=t", "k", "text/plain", "a"),
              post(server, "/v1/users/alice/events", "k", "application/json", "{\"data\":1}"))) {
        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(refused.body()).contains("idempotency-key-reused");
      }
      assertThat(post(server, "/v1/users/bob/events", "k", "text/plain", "b").statusCode())
          .isEqualTo(202);
    }
  }

  @Test
  void noPublisherSeesAnothersAnswer() {
    try (var server = TestServer.start(TestTokens.settings(Map.of()))) {
      String one = TestTokens.of("one", "publish");
      String two = TestTokens.of("two", "publish");

      String first = publishAs(server, one, "a").body();
      HttpResponse<String> others = publishAs(server, two, "a");
      HttpResponse<String> another = publishAs(server, two, "b");

      assertThat(others.statusCode()).isEqualTo(202);
      assertThat(others.body()).isNotEqualTo(first); // Published anew: two publishers, two events.
      assertThat(another.statusCode()).isEqualTo(422);
      assertThat(publishAs(server, TestTokens.of("one", "publish"), "a").body())
          .isEqualTo(first.replace("}", ",\"repeated\":true}"));
    }
  }

  private static HttpResponse<String> publishAs(TestServer server, String token, String data) {
    return server.send(
        HttpRequest.newBuilder(server.uri("/v1/users/alice/events"))
            .header("Authorization", "Bearer " + token)
            .header("Idempotency-Key", "k")
            .header("Content-Type", "text/plain")
            .POST(HttpRequest.BodyPublishers.ofString(data)));
  }

  @Test
  void aKeyThatIsNotAllowedIsRefusedAndARefusedBodyUsesNoneUp() {
    try (var server = TestServer.start()) {
      String path = "/v1/users/alice/events";
      for (String key : new String[] {"k".repeat(256), "two words"}) {
        HttpResponse<String> refused = post(server, path, key, "text/plain", "a");
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("invalid-idempotency-key");
      }
      HttpResponse<String> twice =
          server.send(
              HttpRequest.newBuilder(server.uri(path))
                  .headers("Idempotency-Key", "k", "Idempotency-Key", "other")
                  .POST(HttpRequest.BodyPublishers.ofString("a")));
      assertThat(twice.statusCode()).isEqualTo(400);
      assertThat(twice.body()).contains("The Idempotency-Key is given 2 times.");
      assertThat(post(server, path, "k,l", "text/plain", "a").statusCode()).isEqualTo(202);
      assertThat(post(server, path, "k", "application/json", "{").statusCode()).isEqualTo(400);
      assertThat(post(server, path, "k", "application/json", "{\"data\":1}").statusCode())
          .isEqualTo(202);
    }
  }

  @Test
  void aBatchThatIsRepeatedGetsEachItemsFirstPosition() throws Exception {
    try (var server = TestServer.start();
        var reader = server.subscribe("ann").awaitLive()) {
      String batch =
          """
          {"users":["ann"],"data":1}
          no item
          {"users":["ann","ben"],"data":2}
          {"broadcast":true,"data":3}
          """;
      String cut = batch.substring(0, batch.indexOf('\n') + 1);
      post(server, "/v1/events", "k", "application/x-ndjson", cut);

      String first = post(server, "/v1/events", "k", "application/x-ndjson", batch).body();
      String again = post(server, "/v1/events", "k", "application/x-ndjson", batch).body();

      String repeated = "\"connections\":1,\"repeated\":true}";
      assertThat(line(first, 0)).endsWith(repeated);
      assertThat(line(again, 0)).isEqualTo(line(first, 0));
      assertThat(line(again, 2))
          .isEqualTo(
              line(first, 2)
                  .replace("\"connections\":1}", repeated)
                  .replace("\"connections\":0}", "\"connections\":0,\"repeated\":true}"));
      assertThat(line(again, 3)).endsWith(repeated);
      server.publish("ann", "last");
      assertThat(reader.nextEvents(4))
          .containsExactlyInAnyOrder("data: 1", "data: 2", "data: 3", "data: last");
    }
  }

  @Test
  void aBatchOfOneIsTheSameEventAsARequestForOne() {
    try (var server = TestServer.start()) {
      String first = post(server, "/v1/users/a/events", "k", "text/plain", "x").body();
      String item = "[{\"users\":[\"a\"],\"data\":\"x\"}]";

      assertThat(post(server, "/v1/events", "k", "application/json", item).body())
          .contains(first.substring(1, first.indexOf(',')))
          .contains("\"repeated\":true");
    }
  }

  @Test
  void anItemThatDiffersFromTheFirstUnderItsKeyIsRefused() {
    try (var server = TestServer.start()) {
      post(server, "/v1/events", "k", "application/json", "[{\"users\":[\"a\"],\"data\":1}]");

      assertThat(
              post(
                      server,
                      "/v1/events",
                      "k",
                      "application/json",
                      "[{\"users\":[\"a\",\"b\"],\"data\":2},{\"users\":[\"a\"],\"data\":2}]")
                  .body())
          .matches("\\{\"results\":\\[\\{\"status\":422,.*'a'.*},\\{\"status\":202,.*}]}");
    }
  }

  @Test
  void whatIsRefusedForTheRateIsPublishedWhenItComesAgain() {
    try (var server = TestServer.start(Map.of("limits.publish-rate", "1"))) {
      String batch = "{\"users\":[\"a\"],\"data\":1}\n{\"users\":[\"a\"],\"data\":2}\n";
      String first = post(server, "/v1/events", "k", "application/x-ndjson", batch).body();
      assertThat(line(first, 0)).startsWith("{\"status\":202");
      assertThat(line(first, 1)).startsWith("{\"status\":429");

      await()
          .untilAsserted(
              () ->
                  assertThat(
                          line(
                              post(server, "/v1/events", "k", "application/x-ndjson", batch).body(),
                              1))
                      .startsWith("{\"status\":202"));
    }
  }

  @Test
  void manyKeysOfOnePublisherAreInTheWayOfNobody() {
    try (var server = TestServer.start()) {
      String items = "{\"users\":[\"many\"],\"data\":\"x\"}\n".repeat(10_000);
      for (int i = 0; i < 10; i++) {
        assertThat(
                post(server, "/v1/events", "k" + i, "application/x-ndjson", items)
                    .body()
                    .lines()
                    .allMatch(line -> line.startsWith("{\"status\":202")))
            .isTrue();
      }

      assertThat(post(server, "/v1/users/one/events", "k", "text/plain", "a").statusCode())
          .isEqualTo(202);
    }
  }

  private static String line(String body, int number) {
    return body.lines().toList().get(number);
  }

  private static HttpResponse<String> post(
      TestServer server, String path, String key, String contentType, String body) {
    return server.send(
        HttpRequest.newBuilder(server.uri(path))
            .header("Content-Type", contentType)
            .header("Idempotency-Key", key)
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }
}
