package io.heliograph.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.helidon.http.Status;
import io.heliograph.server.TestServer;
import io.heliograph.server.TestTokens;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A retry under the same key publishes nothing again. */
class IdempotencyTest {

  private static final byte[] PRINT = {1};

  private final AtomicLong nanos = new AtomicLong();
  private final FirstAnswers answers = new FirstAnswers(10_000, nanos::get);

  @Test
  void aRetryGetsTheFirstAnswerOnEveryRoute() throws Exception {
    try (var server = TestServer.start();
        var reader = server.subscribe("alice").awaitLive()) {
      String item = "{\"users\":[\"alice\"],\"data\":\"b\"}";
      HttpResponse<String> first = post(server, "/v1/users/alice/events", "k", "text/plain", "a");
      assertThat(first.statusCode()).isEqualTo(202);
      HttpResponse<String> again = post(server, "/v1/users/alice/events", "k", "text/plain", "a");
      assertThat(again.statusCode()).isEqualTo(202);
      assertThat(again.body()).isEqualTo(first.body());
      for (String[] each :
          new String[][] {
            {"/v1/broadcast", "text/plain", "b"},
            {"/v1/events", "application/json", "[" + item + "]"},
            {"/v1/events", "application/x-ndjson", item},
          }) {
        String key = "k" + each[1];
        String answer = post(server, each[0], key, each[1], each[2]).body();
        assertThat(post(server, each[0], key, each[1], each[2]).body()).isEqualTo(answer);
      }
      server.publish("alice", "last");

      assertThat(reader.nextEvent()).isEqualTo("data: a");
      assertThat(reader.nextEvents(4).stream().filter("data: b"::equals)).hasSize(3);
    }
  }

  @Test
  void anotherBodyUnderTheSameKeyIsRefused() {
    try (var server = TestServer.start()) {
      post(server, "/v1/users/alice/events", "k", "text/plain", "a");

      for (HttpResponse<String> refused :
          List.of(
              post(server, "/v1/users/alice/events", "k", "text/plain", "b"),
              post(server, "/v1/users/alice/events?type=t", "k", "text/plain", "a"),
              post(
                  server, "/v1/users/alice/events", "k", "application/json", "{\"data\":\"a\"}"))) {
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
      assertThat(publishAs(server, TestTokens.of("one", "publish"), "a").body()).isEqualTo(first);
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
      assertThat(post(server, path, "k", "application/json", "{").statusCode()).isEqualTo(400);
      assertThat(post(server, path, "k", "application/json", "{\"data\":1}").statusCode())
          .isEqualTo(202);
    }
  }

  @Test
  void aTwinThatComesMeanwhileWaitsForTheFirst() {
    var published = new AtomicInteger();
    var goOn = new CountDownLatch(1);
    CompletableFuture<Answer> first =
        CompletableFuture.supplyAsync(
            () ->
                answers.answer(
                    "k",
                    PRINT,
                    () -> {
                      published.incrementAndGet();
                      awaitLatch(goOn);
                      return answer("first");
                    }));
    await().until(() -> published.get() == 1);
    CompletableFuture<Answer> twin =
        CompletableFuture.supplyAsync(() -> answers.answer("k", PRINT, () -> answer("second")));
    goOn.countDown();

    assertThat(twin.join()).isSameAs(first.join());
  }

  @Test
  void aTwinOfWhatWasRefusedPublishesItself() {
    assertThatThrownBy(
            () ->
                answers.answer(
                    "k",
                    PRINT,
                    () -> {
                      throw Problem.INVALID_EVENT.because("no");
                    }))
        .isInstanceOf(ProblemException.class);

    assertThat(text(answers.answer("k", PRINT, () -> answer("second")))).isEqualTo("second");
  }

  @Test
  void aKeyIsForgottenAfterFiveMinutesAndNotBefore() {
    answers.answer("k", PRINT, () -> answer("first"));
    nanos.addAndGet(Duration.ofMinutes(5).toNanos());
    assertThat(text(answers.answer("k", PRINT, () -> answer("second")))).isEqualTo("first");
    nanos.addAndGet(1);

    assertThat(text(answers.answer("k", PRINT, () -> answer("third")))).isEqualTo("third");
  }

  @Test
  void fullMeansRefusingAndNotForgetting() {
    int kept = 0;
    try {
      while (true) {
        answers.answer("k" + kept, PRINT, () -> answer("first"));
        kept++;
      }
    } catch (ProblemException e) {
      assertThat(e.problem()).isEqualTo(Problem.KEYS_FULL);
    }
    assertThat(kept).isBetween(10, 30);
    assertThat(answers.retryAfterSeconds()).isEqualTo(301);
    assertThat(text(answers.answer("k0", PRINT, () -> answer("second")))).isEqualTo("first");
    nanos.addAndGet(Duration.ofMinutes(5).toNanos() + 1);

    assertThat(text(answers.answer("new", PRINT, () -> answer("second")))).isEqualTo("second");
  }

  private static String text(Answer answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }

  private static Answer answer(String text) {
    return new Answer(Status.ACCEPTED_202, "text/plain", text.getBytes(StandardCharsets.UTF_8));
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
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
