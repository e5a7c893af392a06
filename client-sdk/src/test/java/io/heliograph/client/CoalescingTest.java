package io.heliograph.client;

import static io.heliograph.client.Await.await;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.client.internal.base.Threads;
import io.heliograph.client.testkit.Exchange;
import io.heliograph.client.testkit.PublishTestServer;
import io.heliograph.client.testkit.SseTestServer;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What several threads publish at once shares a request. */
@Timeout(60)
class CoalescingTest {
  private static final ThreadLocal<String> USER = new ThreadLocal<>();
  private static final PublishResult.Refused UNKNOWN =
      new PublishResult.Refused(503, "urn:heliograph:problem:log-unavailable", "d");
  private static final String ACCEPTED = "{\"id\":\"e-1\",\"connections\":2}";

  /** A machine that is busy elsewhere must not end a request that a test holds. */
  private static EventPublisher.Builder patient(URI server) {
    return EventPublisher.builder(server).timeout(ofSeconds(30));
  }

  private static NewEvent event(int number) {
    return NewEvent.json("t", Integer.toString(number));
  }

  private static String accepted(String id) {
    return "{\"status\":202,\"id\":\"" + id + "\",\"connections\":0}\n";
  }

  /** On a thread of its own. */
  private static CompletableFuture<PublishResult.Accepted> publish(
      EventPublisher publisher, NewEvent event) {
    var answer = new CompletableFuture<PublishResult.Accepted>();
    Threads.start(
        "test-publishes",
        () -> {
          try {
            answer.complete(publisher.publish("a", event));
          } catch (Throwable e) {
            answer.completeExceptionally(e);
          }
        });
    return answer;
  }

  /** A publisher's request that nobody answers yet. */
  private static Exchange held(SseTestServer server, EventPublisher publisher) throws Exception {
    var unused = publish(publisher, event(0));
    return server.take();
  }

  @Test
  void oneThreadSendsEachEventAloneAndAtOnce() {
    try (var server = SseTestServer.start(exchange -> exchange.status(202, ACCEPTED));
        var publisher = patient(server.uri()).build()) {
      for (int i = 0; i < 3; i++) {
        publisher.publish("a", event(i));
        publisher.broadcast(event(i));
      }

      assertThat(server.requests())
          .extracting(Exchange.Request::target)
          .containsExactly(
              "/v1/users/a/events",
              "/v1/broadcast",
              "/v1/users/a/events",
              "/v1/broadcast",
              "/v1/users/a/events",
              "/v1/broadcast");
    }
  }

  /** Requests that a test holds until it lets them go. */
  private static class Requests implements Coalescing.Sender {
    final List<List<Publication>> batches = new CopyOnWriteArrayList<>();
    final CountDownLatch begun = new CountDownLatch(1);
    final CountDownLatch first = new CountDownLatch(1);
    final Coalescing coalescing = new Coalescing(this, ofSeconds(15), ofSeconds(10));

    @Override
    public @Nullable String token() {
      return null;
    }

    @Override
    public List<PublishResult> send(Batch batch, @Nullable String token, Duration within) {
      batches.add(List.copyOf(batch.items()));
      return batch.items().stream()
          .<PublishResult>map(item -> new PublishResult.Accepted(item.event().dataJson(), 0))
          .toList();
    }

    CompletableFuture<PublishResult.Accepted> publish(NewEvent event) {
      return CompletableFuture.supplyAsync(
          () -> coalescing.publish(Publication.toUser("a", event), null, this::alone),
          task -> Threads.start("test-publishes", task));
    }

    private PublishResult.Accepted alone(Duration within) {
      begun.countDown();
      try {
        first.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return new PublishResult.Accepted("alone", 0);
    }

    Duration longestPause() {
      return ofSeconds(5);
    }

    void awaitWaiting(int events) {
      await().until(() -> coalescing.waiting() == events);
    }
  }

  @Test
  void whatComesWhileARequestIsUnderWayGoesInOneAndEachCallerGetsItsOwnResult() throws Exception {
    var requests = new Requests();
    var answers = new ArrayList<CompletableFuture<PublishResult.Accepted>>();
    var first = requests.publish(event(100));
    requests.begun.await();
    for (int i = 0; i < 5; i++) {
      answers.add(requests.publish(event(i)));
    }
    requests.awaitWaiting(5);
    assertThat(requests.batches).isEmpty();

    requests.first.countDown();

    assertThat(first.join().id()).isEqualTo("alone");
    assertThat(answers)
        .extracting(answer -> answer.join().id())
        .containsExactly("0", "1", "2", "3", "4");
    assertThat(requests.batches).extracting(List::size).containsExactly(5);
  }

  @Test
  void whereManyPublishABatchWaitsForMostOfThemAndAfterwardsOneCallerIsAloneAgain()
      throws Exception {
    var requests = new Requests();
    var answers = new ArrayList<CompletableFuture<PublishResult.Accepted>>();
    answers.add(requests.publish(event(0)));
    requests.begun.await();
    for (int i = 1; i < 8; i++) {
      answers.add(requests.publish(event(i)));
    }
    requests.awaitWaiting(7);
    requests.first.countDown();
    answers.forEach(CompletableFuture::join);

    long start = System.nanoTime();
    var one = requests.publish(event(10)); // Nothing is under way.
    requests.awaitWaiting(1);
    assertThat(requests.batches).hasSize(1);
    var two = requests.publish(event(11));
    var three = requests.publish(event(12));
    assertThat(List.of(one.join().id(), two.join().id(), three.join().id()))
        .containsExactly("10", "11", "12");

    assertThat(requests.batches).extracting(List::size).containsExactly(7, 3);
    assertThat(requests.publish(event(13)).join().id()).isEqualTo("alone");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(requests.longestPause());
  }

  @Test
  void aBatchHasAtMost500Events() {
    var requests = new Requests();
    var answers = new ArrayList<CompletableFuture<PublishResult.Accepted>>();
    for (int i = 0; i < 602; i++) {
      answers.add(requests.publish(event(i)));
    }
    requests.awaitWaiting(601);

    requests.first.countDown();

    answers.forEach(CompletableFuture::join);
    assertThat(requests.batches).extracting(List::size).containsExactlyInAnyOrder(500, 101);
  }

  @Test
  void aCallerThatIsInterruptedLeavesTheOthersAlone() throws Exception {
    var requests = new Requests();
    var unused = requests.publish(event(100));
    requests.begun.await();
    var failure = new AtomicReference<Throwable>();
    Thread impatient =
        Threads.start(
            "test-impatient",
            () -> {
              try {
                requests.coalescing.publish(
                    Publication.toUser("a", event(1)),
                    null,
                    within -> new PublishResult.Accepted("", 0));
              } catch (Throwable e) {
                failure.set(e);
              }
            });
    requests.awaitWaiting(1);
    var patient = requests.publish(event(2));
    requests.awaitWaiting(2);

    impatient.interrupt();
    impatient.join();
    requests.first.countDown();

    assertThat(failure.get())
        .isInstanceOfSatisfying(
            PublishException.class, e -> assertThat(e.mayHaveHappened()).isFalse())
        .hasMessageContaining("interrupted. Nothing was sent");
    assertThat(patient.join().id()).isEqualTo("2");
    assertThat(requests.batches).containsExactly(List.of(Publication.toUser("a", event(2))));
  }

  @Test
  void noEventWaitsLongForARequestUnderWay() throws Exception {
    try (var server = SseTestServer.start();
        var publisher = patient(server.uri()).build()) {
      Exchange first = held(server, publisher);

      var second = publish(publisher, event(1));
      Exchange batch = server.take(); // The first has no answer yet.

      assertThat(batch.request().target()).isEqualTo("/v1/events");
      assertThat(batch.request().body())
          .isEqualTo("{\"users\":[\"a\"],\"type\":\"t\",\"data\":1}\n");
      batch.status(200, accepted("b-1"));
      assertThat(second.join()).isEqualTo(new PublishResult.Accepted("b-1", 0));
      first.status(202, ACCEPTED);
    }
  }

  @Test
  void aLostAnswerIsAskedForAgainUnderTheSameKey() throws Exception {
    try (var server = SseTestServer.start();
        var publisher = patient(server.uri()).build()) {
      Exchange first = held(server, publisher);
      var second = publish(publisher, event(1));

      Exchange lost = server.take();
      lost.reset();
      Exchange again = server.take();

      assertThat(again.request().body()).isEqualTo(lost.request().body());
      assertThat(again.request().header("Idempotency-Key"))
          .isPresent()
          .isEqualTo(lost.request().header("Idempotency-Key"));
      again.status(200, accepted("b-1"));
      assertThat(second.join().id()).isEqualTo("b-1");
      first.status(202, ACCEPTED);
    }
  }

  @Test
  void aRefusalIsThatOfTheEventOnly() throws Exception {
    try (var server = SseTestServer.start();
        var publisher = patient(server.uri()).build()) {
      Exchange first = held(server, publisher);
      var second = publish(publisher, event(1));

      server.take().status(200, "{\"status\":413,\"type\":\"urn:x\",\"detail\":\"too large\"}\n");

      assertThatThrownBy(second::join)
          .isInstanceOf(CompletionException.class)
          .cause()
          .isInstanceOfSatisfying(
              PublishException.class,
              e -> {
                assertThat(e.status()).isEqualTo(413);
                assertThat(e.type()).isEqualTo("urn:x");
                assertThat(e.mayHaveHappened()).isFalse();
              })
          .hasMessageContaining("413")
          .hasMessageContaining("too large");
      first.status(202, ACCEPTED);
    }
  }

  /** It was over its rate, for example. */
  @ParameterizedTest
  @ValueSource(ints = {401, 429, 503})
  void anEventThatWasRefusedForTheMomentIsSentAgainAlone(int status) throws Exception {
    try (var server = SseTestServer.start();
        var publisher = patient(server.uri()).build()) {
      Exchange first = held(server, publisher);
      var second = publish(publisher, event(1));

      server.take().status(200, "{\"status\":" + status + ",\"type\":\"urn:x\"}\n");
      Exchange alone = server.take();

      assertThat(alone.request().target()).isEqualTo("/v1/users/a/events");
      alone.status(202, ACCEPTED);
      assertThat(second.join().id()).isEqualTo("e-1");
      first.status(202, ACCEPTED);
    }
  }

  /** Its disk has failed, or Redis did not confirm: alone, the event would have another key. */
  @Test
  void anEventOfWhichTheServerDoesNotKnowIsSentAgainInItsBatchAndTheOthersDoNotWait()
      throws Exception {
    var keys = new CopyOnWriteArrayList<@Nullable String>();
    var known = new CountDownLatch(1);
    var requests =
        new Requests() {
          @Override
          public List<PublishResult> send(Batch batch, @Nullable String token, Duration within) {
            keys.add(batch.call().idempotencyKey());
            if (keys.size() == 1) {
              return List.of(new PublishResult.Accepted("0", 0), UNKNOWN);
            }
            try {
              known.await();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
            return super.send(batch, token, within);
          }
        };
    var first = requests.publish(event(100));
    requests.begun.await();
    var one = requests.publish(event(0));
    requests.awaitWaiting(1);
    var other = requests.publish(event(1));
    requests.awaitWaiting(2);
    requests.first.countDown();
    first.join();

    assertThat(one.join().id()).isEqualTo("0");
    known.countDown();

    assertThat(other.join().id()).isEqualTo("1");
    assertThat(keys).hasSize(2).doesNotContainNull();
    assertThat(keys.get(1)).isEqualTo(keys.get(0));
  }

  @Test
  void anEventThatMayHaveBeenPublishedIsNotSentAgainWhereItsBatchFails() throws Exception {
    var sent = new AtomicInteger();
    var requests =
        new Requests() {
          @Override
          public List<PublishResult> send(Batch batch, @Nullable String token, Duration within) {
            if (sent.incrementAndGet() == 1) {
              return List.of(UNKNOWN);
            }
            throw new PublishException("too large for a proxy", 413, "", "", false, null);
          }
        };
    var first = requests.publish(event(100));
    requests.begun.await();
    var second = requests.publish(event(1));
    requests.awaitWaiting(1);
    requests.first.countDown();
    first.join();

    assertThatThrownBy(second::join)
        .cause()
        .isInstanceOfSatisfying(
            PublishException.class,
            e -> {
              assertThat(e.type()).isEqualTo(UNKNOWN.type());
              assertThat(e.mayHaveHappened()).isTrue();
            });
    assertThat(sent).hasValue(2);
  }

  /** A proxy, for example, takes no body of this size. */
  @ParameterizedTest
  @ValueSource(ints = {400, 401, 403, 404, 405, 413, 415})
  void whereABatchIsRefusedEachEventIsSentAlone(int status) throws Exception {
    try (var server = SseTestServer.start();
        var publisher = patient(server.uri()).build()) {
      Exchange first = held(server, publisher);
      var second = publish(publisher, event(1));

      server.take().status(status, "");
      Exchange alone = server.take();

      assertThat(alone.request().target()).isEqualTo("/v1/users/a/events");
      alone.status(202, ACCEPTED);
      assertThat(second.join().id()).isEqualTo("e-1");
      first.status(202, ACCEPTED);
    }
  }

  @Test
  void aServerWithoutARouteForBatchesIsAskedOnce() throws Exception {
    try (var server = SseTestServer.start();
        var publisher = patient(server.uri()).build()) {
      Exchange first = held(server, publisher);
      var unused = publish(publisher, event(1));
      server.take().status(404, "");
      server.take().status(202, ACCEPTED);

      var unusedToo = publish(publisher, event(2)); // The first still has no answer.

      Exchange alone = server.take();
      assertThat(alone.request().target()).isEqualTo("/v1/users/a/events");
      alone.status(202, ACCEPTED);
      first.status(202, ACCEPTED);
    }
  }

  @Test
  void nobodyWaitsLongerThanTheTimeout() throws Exception {
    try (var server = SseTestServer.start();
        var publisher = EventPublisher.builder(server.uri()).timeout(ofMillis(1500)).build()) {
      held(server, publisher);
      long start = System.nanoTime();
      var second = publish(publisher, event(1));

      assertThatThrownBy(second::join)
          .cause()
          .isInstanceOfSatisfying(
              PublishException.class, e -> assertThat(e.mayHaveHappened()).isTrue());
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isLessThan(ofMillis(2900)); // The default is 3 s.
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anEventWithAKeyOrWithMuchDataHasARequestOfItsOwn(boolean key) throws Exception {
    try (var server = SseTestServer.start();
        var publisher = patient(server.uri()).build()) {
      Exchange first = held(server, publisher);

      var unused =
          publish(
              publisher,
              key ? event(1).idempotencyKey("k") : NewEvent.text("t", "x".repeat(17 * 1024)));

      Exchange second = server.take();
      assertThat(second.request().target()).isEqualTo("/v1/users/a/events");
      second.status(202, ACCEPTED);
      first.status(202, ACCEPTED);
    }
  }

  @Test
  void onRequestEachEventHasARequestOfItsOwn() throws Exception {
    try (var server = SseTestServer.start();
        var publisher = patient(server.uri()).coalescing(false).build()) {
      Exchange first = held(server, publisher);

      var unused = publish(publisher, event(1));

      Exchange second = server.take();
      assertThat(second.request().target()).isEqualTo("/v1/users/a/events");
      second.status(202, ACCEPTED);
      first.status(202, ACCEPTED);
    }
  }

  /** A provider may know by the thread for whom it is asked. */
  @Test
  void theTokenIsThatOfTheCallersThreadAndNoOtherEventGoesUnderIt() throws Exception {
    try (var server = SseTestServer.start();
        var publisher =
            patient(server.uri()).tokens(renew -> "of-" + String.valueOf(USER.get())).build()) {
      Exchange first = held(server, publisher);
      var tokens = new HashSet<String>();
      var callers = new ArrayList<Thread>();
      for (String name : List.of("alice", "bob")) {
        callers.add(
            Threads.start(
                "test-" + name,
                () -> {
                  USER.set(name);
                  publisher.publish(name, event(1));
                }));
      }

      for (int i = 0; i < 2; i++) {
        Exchange batch = server.take();
        String token = batch.request().header("Authorization").orElse("");
        tokens.add(token);
        assertThat(batch.request().body().lines().toList())
            .containsExactly(
                "{\"users\":[\""
                    + token.replace("Bearer of-", "")
                    + "\"],\"type\":\"t\",\"data\":1}");
        batch.status(200, accepted("b"));
      }
      assertThat(tokens).containsExactlyInAnyOrder("Bearer of-alice", "Bearer of-bob");
      first.status(202, ACCEPTED);
      for (Thread caller : callers) {
        caller.join(); // Before the publisher closes, which would cancel its call.
      }
    }
  }

  /** The thread that sends a shared request has none of the callers' spans. */
  @Test
  void eachEventOfASharedRequestHasTheTraceOfItsCallersThread() throws Exception {
    try (var server = SseTestServer.start();
        var publisher =
            patient(server.uri()).traceparent(() -> Optional.ofNullable(USER.get())).build()) {
      Exchange first = held(server, publisher);
      var callers = new ArrayList<Thread>();
      for (String name : List.of("alice", "bob")) {
        callers.add(
            Threads.start(
                "test-" + name,
                () -> {
                  USER.set("of-" + name);
                  publisher.publish(name, event(1));
                }));
      }

      var lines = new ArrayList<String>();
      while (lines.size() < 2) {
        Exchange batch = server.take();
        List<String> items = batch.request().body().lines().toList();
        lines.addAll(items);
        batch.status(200, accepted("b").repeat(items.size()));
      }

      assertThat(first.request().body()).isEqualTo("{\"type\":\"t\",\"data\":0}");
      assertThat(lines)
          .containsExactlyInAnyOrder(
              "{\"users\":[\"alice\"],\"type\":\"t\",\"data\":1,\"traceparent\":\"of-alice\"}",
              "{\"users\":[\"bob\"],\"type\":\"t\",\"data\":1,\"traceparent\":\"of-bob\"}");
      first.status(202, ACCEPTED);
      for (Thread caller : callers) {
        caller.join(); // Before the publisher closes, which would cancel its call.
      }
    }
  }

  @Test
  void anEventThatIsSentAgainAloneKeepsItsTrace() throws Exception {
    var calls = new AtomicInteger();
    try (var server = SseTestServer.start();
        var publisher =
            patient(server.uri())
                .traceparent(() -> Optional.of("call-" + calls.incrementAndGet()))
                .build()) {
      Exchange first = held(server, publisher);
      var second = publish(publisher, event(1));

      server.take().status(200, "{\"status\":429,\"type\":\"urn:x\"}\n");
      Exchange alone = server.take();

      assertThat(alone.request().body())
          .isEqualTo("{\"type\":\"t\",\"data\":1,\"traceparent\":\"call-2\"}");
      alone.status(202, ACCEPTED);
      assertThat(second.join().id()).isEqualTo("e-1");
      first.status(202, ACCEPTED);
    }
  }

  @Test
  void closingEndsWhatIsUnderWay() throws Exception {
    try (var server = SseTestServer.start()) {
      CompletableFuture<PublishResult.Accepted> second;
      try (var publisher = patient(server.uri()).build()) {
        held(server, publisher);
        second = publish(publisher, event(1));
        server.take();
      }

      assertThatThrownBy(second::join).hasCauseInstanceOf(PublishException.class);
    }
  }

  @Test
  void manyThreadsPublishEachEventOnceAndInTheOrderOfTheirThread() throws Exception {
    try (var server = PublishTestServer.start();
        var publisher = patient(server.uri()).build()) {
      var threads =
          IntStream.range(0, 8)
              .mapToObj(
                  thread ->
                      Threads.start(
                          "test-" + thread,
                          () -> {
                            for (int i = 0; i < 50; i++) {
                              if (i == 25) {
                                server.loseNextAnswer();
                              }
                              publisher.publish("u" + thread, event(i));
                            }
                          }))
              .toList();
      for (Thread thread : threads) {
        thread.join();
      }

      List<Publication> all = server.published();
      assertThat(all).hasSize(400);
      for (int thread = 0; thread < 8; thread++) {
        List<String> users = List.of("u" + thread);
        assertThat(all.stream().filter(item -> item.users().equals(users)).map(Publication::event))
            .isEqualTo(IntStream.range(0, 50).mapToObj(CoalescingTest::event).toList());
      }
    }
  }
}
