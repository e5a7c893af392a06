package io.heliograph.client;

import static io.heliograph.client.Await.await;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.client.testkit.Exchange;
import io.heliograph.client.testkit.SseTestServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Publishing that never holds up the thread that publishes. */
@Timeout(120)
class PublishAsyncTest {
  /** Accepts each line, with its number in the request as the id. */
  private static void accept(Exchange exchange) throws Exception {
    var results = new StringBuilder();
    long lines = exchange.request().body().lines().count();
    for (int i = 0; i < lines; i++) {
      results.append("{\"status\":202,\"id\":\"").append(i).append("\",\"connections\":0}\n");
    }
    exchange.status(200, results.toString());
  }

  private static NewEvent event(int number) {
    return NewEvent.json("t", Integer.toString(number));
  }

  @Test
  void eventsGoOutInOrderAsManyInARequestAsWait() {
    var first = new CountDownLatch(1);
    try (var server =
            SseTestServer.start(
                exchange -> {
                  if (exchange.number() == 1) {
                    first.await();
                  }
                  accept(exchange);
                });
        var publisher = EventPublisher.create(server.uri())) {
      var answers = new ArrayList<CompletableFuture<PublishResult>>();
      answers.add(publisher.publishAsync("a", event(0)));
      await().until(() -> server.requests().size() == 1);
      for (int i = 1; i < 700; i++) {
        answers.add(publisher.publishAsync("a", event(i)));
      }
      assertThat(publisher.queued()).isEqualTo(700);
      first.countDown();
      CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new)).join();

      assertThat(publisher.queued()).isZero();
      assertThat(server.requests())
          .extracting(r -> r.body().lines().count())
          .containsExactly(1L, 500L, 199L);
      assertThat(
              server.requests().stream()
                  .flatMap(r -> r.body().lines())
                  .map(line -> line.replaceAll(".*\"data\":([0-9]+).*", "$1")))
          .isEqualTo(IntStream.range(0, 700).mapToObj(Integer::toString).toList());
      assertThat(answers.get(1).join()).isEqualTo(new PublishResult.Accepted("0", 0));
    }
  }

  @Test
  void whileTheServerIsAwayNobodyWaitsAndAFullQueueSaysSo() throws Exception {
    try (var publisher =
        EventPublisher.builder(AttemptsTest.nobodyThere())
            .queue(3, ofSeconds(30))
            .timeout(ofMillis(50)) // close() does not wait for the server, either.
            .build()) {
      long start = System.nanoTime();
      var answers = new ArrayList<CompletableFuture<PublishResult>>();
      for (int i = 0; i < 5; i++) {
        answers.add(publisher.publishAsync("a", event(i)));
      }
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(ofSeconds(10));

      assertThat(answers.subList(0, 3)).noneMatch(CompletableFuture::isDone);
      for (CompletableFuture<PublishResult> refused : answers.subList(3, 5)) {
        assertThatThrownBy(refused::join)
            .isInstanceOf(CompletionException.class)
            .cause()
            .isInstanceOfSatisfying(
                PublishException.class,
                e -> {
                  assertThat(e.type()).isEqualTo(PublishException.QUEUE_FULL);
                  assertThat(e.mayHaveHappened()).isFalse();
                })
            .hasMessageContaining("3 events wait for the server");
      }
      publisher.close();
      for (CompletableFuture<PublishResult> given : answers.subList(0, 3)) {
        assertThatThrownBy(given::join).hasCauseInstanceOf(PublishException.class);
      }
      assertThatThrownBy(() -> publisher.publishAsync("a", event(9)))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void aShortOutageIsRiddenOutUnderTheSameKey() {
    try (var server =
            SseTestServer.start(
                exchange -> {
                  if (exchange.number() == 1) {
                    exchange.cut(); // It may have taken the event.
                  } else {
                    accept(exchange);
                  }
                });
        var publisher = EventPublisher.create(server.uri())) {
      var answer = publisher.publishAsync("a", event(1).idempotencyKey("k"));

      assertThat(answer.join()).isInstanceOf(PublishResult.Accepted.class);
      assertThat(server.requests())
          .extracting(r -> r.header("Idempotency-Key").orElse(""))
          .containsExactly("k", "k");
    }
  }

  @Test
  void aRefusedItemIsAResultAndTheOthersGoOn() {
    try (var server =
            SseTestServer.start(
                exchange ->
                    exchange.status(
                        200, "{\"status\":413,\"type\":\"urn:x\",\"detail\":\"too large\"}"));
        var publisher = EventPublisher.create(server.uri())) {
      assertThat(publisher.publishAsync("a", event(1)).join())
          .isEqualTo(new PublishResult.Refused(413, "urn:x", "too large"));
      assertThat(publisher.publishAsync("a", event(2)).join())
          .isInstanceOf(PublishResult.Refused.class);
    }
  }

  @Test
  void closingPublishesWhatWaits() {
    List<CompletableFuture<PublishResult>> answers = new ArrayList<>();
    try (var server = SseTestServer.start(PublishAsyncTest::accept)) {
      try (var publisher = EventPublisher.create(server.uri())) {
        for (int i = 0; i < 600; i++) {
          answers.add(publisher.publishAsync("a", event(i)));
        }
      }
      assertThat(answers).allMatch(CompletableFuture::isDone);
      assertThat(answers).noneMatch(CompletableFuture::isCompletedExceptionally);
    }
  }
}
