package io.heliograph.client;

import static io.heliograph.client.Await.await;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.client.internal.base.Threads;
import io.heliograph.client.testkit.SseTestServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Dns;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
@Order(1)
class EventPublisherTest {
  // 257 bytes, 129 characters.
  private static final String LONG =
      "ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé"
          + "ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé"
          + "x";

  @Test
  void publishesJsonToAUser() {
    try (var server =
            SseTestServer.start(
                exchange -> exchange.status(202, "{\"id\":\"e-1\",\"connections\":2}"));
        var publisher = EventPublisher.create(server.uri())) {
      var result = publisher.publish("al ice", NewEvent.json("order.shipped", "{\"order\": 17.0}"));

      assertThat(result).isEqualTo(new PublishResult.Accepted("e-1", 2));
      var request = server.requests().get(0);
      assertThat(request.method()).isEqualTo("POST");
      assertThat(request.target()).isEqualTo("/v1/users/al%20ice/events");
      assertThat(request.header("Content-Type")).contains("application/json");
      assertThat(request.body())
          .isEqualTo("{\"type\":\"order.shipped\",\"data\":{\"order\": 17.0}}");
    }
  }

  @Test
  void broadcastsText() {
    try (var server =
            SseTestServer.start(
                exchange -> exchange.status(202, "{\"id\":\"e-1\",\"connections\":0}"));
        var publisher =
            EventPublisher.builder(server.uri().resolve("/push"))
                .tokens(renew -> "t")
                .header("X-A", "gone")
                .header("x-a", "b")
                .addHeader("X-A", "c")
                .build()) {
      publisher.broadcast(NewEvent.text("note", "line \"1\"\nline 2 é"));

      var request = server.requests().get(0);
      assertThat(request.target()).isEqualTo("/push/v1/broadcast");
      assertThat(request.header("Authorization")).contains("Bearer t");
      assertThat(request.headers())
          .filteredOn(header -> header.getKey().equalsIgnoreCase("X-A"))
          .extracting(Map.Entry::getValue)
          .containsExactly("b", "c");
      assertThat(request.body())
          .isEqualTo("{\"type\":\"note\",\"data\":\"line \\\"1\\\"\\nline 2 é\"}");
    }
  }

  @Test
  void whatTheEventSaysIsSent() {
    try (var server =
            SseTestServer.start(
                exchange -> exchange.status(202, "{\"id\":null,\"connections\":0}"));
        var publisher = EventPublisher.create(server.uri())) {
      var accepted =
          publisher.publish("a", NewEvent.json("t", "1").ttl(Duration.ofMinutes(90)).asEphemeral());

      assertThat(accepted.id()).isEmpty();
      assertThat(server.requests().get(0).body())
          .isEqualTo("{\"type\":\"t\",\"data\":1,\"ttl\":\"5400000ms\",\"ephemeral\":true}");
    }
    assertThatThrownBy(() -> NewEvent.text("t", "x").ttl(Duration.ZERO))
        .hasMessageContaining("1 ms to 365 days");
  }

  @Test
  void everyWayToPublishAsksForTheTraceOnceForEachEventOnTheCallersThread() {
    var asked = new ArrayList<String>();
    Thread test = Thread.currentThread();
    try (var server =
            SseTestServer.start(
                exchange -> {
                  int items = (int) exchange.request().body().lines().count();
                  String result = "{\"status\":202,\"id\":\"e\",\"connections\":0}\n";
                  exchange.status(202, result.repeat(items));
                });
        var publisher =
            EventPublisher.builder(server.uri())
                .traceparent(
                    () -> {
                      assertThat(Thread.currentThread()).isSameAs(test);
                      asked.add("t" + (asked.size() + 1));
                      return asked.size() == 2
                          ? Optional.empty()
                          : Optional.of(asked.get(asked.size() - 1));
                    })
                .build()) {
      publisher.publish("a", NewEvent.json("t", "1"));
      publisher.broadcast(NewEvent.json("t", "2"));
      publisher.publishAll(
          List.of(
              Publication.toUser("a", NewEvent.json("t", "3")),
              Publication.toAll(NewEvent.json("t", "4"))));
      publisher.publish("a", NewEvent.json("t", "5").idempotencyKey("own"));
      publisher.publishAsync("a", NewEvent.json("t", "6")).join();

      assertThat(server.requests().stream().flatMap(request -> request.body().lines()))
          .containsExactly(
              "{\"type\":\"t\",\"data\":1,\"traceparent\":\"t1\"}",
              "{\"type\":\"t\",\"data\":2}",
              "{\"users\":[\"a\"],\"type\":\"t\",\"data\":3,\"traceparent\":\"t3\"}",
              "{\"broadcast\":true,\"type\":\"t\",\"data\":4,\"traceparent\":\"t4\"}",
              "{\"type\":\"t\",\"data\":5,\"traceparent\":\"t5\"}",
              "{\"users\":[\"a\"],\"type\":\"t\",\"data\":6,\"traceparent\":\"t6\"}");
      assertThat(asked).hasSize(6);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 403, 404, 409, 413, 415, 422})
  void aRefusalIsTriedOnceAndSaysWhy(int status) {
    try (var server =
            SseTestServer.start(
                exchange ->
                    exchange.status(
                        status,
                        "{\"type\":\"urn:x:y\",\"title\":\"t\",\"detail\":\"65 KiB\"}",
                        "Content-Type: application/problem+json"));
        var publisher = EventPublisher.create(server.uri())) {
      assertThatThrownBy(() -> publisher.publish("a", NewEvent.text("t", "x")))
          .isInstanceOfSatisfying(
              PublishException.class,
              e -> {
                assertThat(e.status()).isEqualTo(status);
                assertThat(e.type()).isEqualTo("urn:x:y");
                assertThat(e.detail()).isEqualTo("65 KiB");
                assertThat(e.mayHaveHappened()).isFalse();
              })
          .hasMessageContaining("was answered " + status + ": 65 KiB");
      assertThat(server.requests()).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 501, 505})
  void aServerThatFailedMayHavePublished(int status) {
    try (var server = SseTestServer.start(exchange -> exchange.status(status, ""));
        var publisher = EventPublisher.create(server.uri())) {
      assertThatThrownBy(() -> publisher.publish("a", NewEvent.text("t", "x")))
          .isInstanceOfSatisfying(
              PublishException.class, e -> assertThat(e.mayHaveHappened()).isTrue())
          .hasMessageContaining("may or may not have executed the call");
      assertThat(server.requests()).hasSize(1);
    }
  }

  /** Its disk has failed, or Redis did not confirm. */
  @Test
  void aServerThatDoesNotKnowWhetherItKeptAnEventMayHavePublished() {
    String problem =
        "\"status\":503,\"type\":\"urn:heliograph:problem:log-unavailable\",\"detail\":\"d\"}";
    try (var server =
            SseTestServer.start(
                exchange -> {
                  boolean batch = exchange.request().target().endsWith("/v1/events");
                  exchange.status(batch ? 200 : 503, "{" + problem);
                });
        var publisher = EventPublisher.builder(server.uri()).retryFor(Duration.ZERO).build()) {
      assertThatThrownBy(() -> publisher.publish("a", NewEvent.text("t", "x")))
          .isInstanceOfSatisfying(
              PublishException.class, e -> assertThat(e.mayHaveHappened()).isTrue())
          .hasMessageContaining("may or may not have executed the call");
      assertThatThrownBy(() -> publisher.publish(List.of("a", "b"), NewEvent.text("t", "x")))
          .isInstanceOfSatisfying(
              PublishException.class, e -> assertThat(e.mayHaveHappened()).isTrue())
          .hasMessageContaining("not known whether");
    }
  }

  @Test
  void aPublisherThatIsClosedWhileItAsksForATokenSendsNothing() throws Exception {
    var asked = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    var failure = new AtomicReference<Throwable>();
    try (var server = SseTestServer.start(exchange -> exchange.status(202, ""))) {
      var publisher =
          EventPublisher.builder(server.uri())
              .tokens(
                  renew -> {
                    asked.countDown();
                    goOn.await();
                    return "t";
                  })
              .build();
      Thread publishing =
          Threads.start(
              "test-publishes",
              () -> {
                try {
                  publisher.publish("a", NewEvent.text("t", "x"));
                } catch (Throwable e) {
                  failure.set(e);
                }
              });
      asked.await();
      publisher.close();
      goOn.countDown();
      publishing.join();

      assertThat(failure.get())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closed");
      assertThat(server.requests()).isEmpty();
    }
  }

  /** The server may have forgotten the key by then. */
  @Test
  void aTokenThatTakesLongDoesNotMakeATryLate() {
    var asked = new AtomicInteger();
    try (var server = SseTestServer.start(exchange -> exchange.cut());
        var publisher =
            EventPublisher.builder(server.uri())
                .retryFor(ofSeconds(1))
                .tokens(
                    renew -> {
                      if (asked.incrementAndGet() == 2) {
                        Thread.sleep(1100); // As slow as an issuer that has trouble.
                      }
                      return "t";
                    })
                .build()) {
      assertThatThrownBy(() -> publisher.publish("a", NewEvent.text("t", "x")))
          .isInstanceOfSatisfying(
              PublishException.class, e -> assertThat(e.mayHaveHappened()).isTrue());
      assertThat(asked).hasValue(2);
      assertThat(server.requests()).hasSize(1);
    }
  }

  @Test
  void allTriesFallIntoTheTimeForWhichTheServerKnowsTheKey() {
    var builder = EventPublisher.builder(URI.create("http://h")).timeout(ofSeconds(270));
    assertThatThrownBy(() -> builder.timeout(ofSeconds(271)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("4 min 30 s");
    assertThatThrownBy(() -> builder.retryFor(ofSeconds(271)).build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("up to timeout");
    builder.retryFor(ofSeconds(270)).build().close();
  }

  /** A shop with ten request threads was down for 26 s, because each waited for so long. */
  @Test
  void whileTheServerIsAwayACallBlocksForThreeSecondsInAllByDefault() throws Exception {
    URI nobody = AttemptsTest.nobodyThere();
    var never = new CountDownLatch(1);
    var threads = Executors.newFixedThreadPool(4);
    Dns hanging =
        name -> {
          try {
            never.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          throw new java.net.UnknownHostException(name);
        };
    try (var silent = SseTestServer.start(exchange -> exchange.silence());
        var busy = SseTestServer.start(exchange -> exchange.status(503, "", "Retry-After: 1"))) {
      List<Future<Duration>> blocked =
          threads.invokeAll(
              List.of(
                  () -> blockedFor(EventPublisher.builder(nobody)),
                  () -> blockedFor(EventPublisher.builder(silent.uri())),
                  () -> blockedFor(EventPublisher.builder(busy.uri())),
                  () ->
                      blockedFor(
                          EventPublisher.builder(URI.create("http://shop.example"))
                              .okHttp(okHttp -> okHttp.dns(hanging)))));

      for (Future<Duration> each : blocked) {
        assertThat(each.get()).isLessThan(ofSeconds(6));
      }
      assertThat(silent.requests()).hasSize(2); // The first try leaves time for a second.
      assertThat(busy.requests()).hasSizeBetween(2, 3);
    } finally {
      never.countDown();
      threads.shutdown();
    }
  }

  private static Duration blockedFor(EventPublisher.Builder builder) {
    try (var publisher = builder.build()) {
      long start = System.nanoTime();
      assertThatThrownBy(() -> publisher.publish("a", NewEvent.text("t", "x")))
          .isInstanceOf(PublishException.class);
      return Duration.ofNanos(System.nanoTime() - start);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "\udc00", "a/b", "a\u0000", "a\u0085", LONG})
  void aUserWhoseIdWouldLeadElsewhereIsRefused(String user) {
    try (var server = SseTestServer.start(exchange -> exchange.status(202, "{}"));
        var publisher = EventPublisher.create(server.uri())) {
      assertThatThrownBy(() -> publisher.publish(user, NewEvent.text("t", "x")))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(server.requests()).isEmpty();
    }
  }

  @Test
  void closingLeavesTheCallsAndThePoolOfASharedClientAlone() throws Exception {
    try (var server =
        SseTestServer.start(
            exchange -> {
              if (exchange.request().target().equals("/long")) {
                exchange.silence();
              } else {
                exchange.status(202, "{\"id\":\"1\",\"connections\":0}");
              }
            })) {
      var mine = new OkHttpClient();
      Call own = mine.newCall(new Request.Builder().url(server.uri() + "long").build());
      own.enqueue(
          new Callback() {
            @Override
            public void onFailure(Call call, IOException e) {}

            @Override
            public void onResponse(Call call, Response response) {
              response.close();
            }
          });
      await().until(() -> !server.requests().isEmpty());
      var publisher =
          EventPublisher.builder(server.uri()).okHttp(ignored -> mine.newBuilder()).build();
      publisher.publish("a", NewEvent.text("t", "x"));
      publisher.close();

      assertThat(own.isCanceled()).isFalse();
      assertThat(mine.connectionPool().idleConnectionCount()).isEqualTo(1);

      SseClient.builder(server.uri()).okHttp(ignored -> mine.newBuilder()).build().close();
      assertThat(own.isCanceled()).isFalse();
      assertThat(mine.connectionPool().idleConnectionCount()).isEqualTo(1);
      own.cancel();
      mine.dispatcher().executorService().shutdown();
      mine.connectionPool().evictAll();
    }
  }

  /** Java sends a question mark for it: another text, and the id of another user. */
  @Test
  void halfOfASurrogatePairIsRefusedWhereverItStands() {
    String half = "bob\ud83d";
    try (var server = SseTestServer.start();
        var publisher = EventPublisher.create(server.uri());
        var api = HeliographApi.create(server.uri())) {
      var event = NewEvent.text("t", "whole: \ud83d\ude00");
      for (ThrowingCallable call :
          List.<ThrowingCallable>of(
              () -> publisher.publish(half, event),
              () -> publisher.publish(List.of("alice", half), event),
              () -> new Publication(List.of(half), event),
              () -> NewEvent.text("t", half),
              () -> NewEvent.text(half, "x"),
              () -> NewEvent.json("t", "\"" + half + "\""),
              () -> api.presence(List.of(half)),
              () -> api.online(half, 10),
              () -> api.revokeUser(half),
              () -> StreamSpec.endpoint().query("q", half),
              () -> StreamSpec.endpoint().post("text/plain", half))) {
        assertThatThrownBy(call)
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("unpaired surrogate");
      }
      assertThat(server.requests()).isEmpty();
    }
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "t\n"})
  void aTokenThatNoHeaderCanCarryIsToldAndNothingIsSent(String odd) {
    try (var server = SseTestServer.start();
        var publisher = EventPublisher.builder(server.uri()).tokens(renew -> odd).build()) {
      assertThatThrownBy(() -> publisher.publish("alice", NewEvent.text("t", "x")))
          .isInstanceOfSatisfying(
              PublishException.class, e -> assertThat(e.mayHaveHappened()).isFalse())
          .hasMessageContaining("the token provider failed");
      assertThat(server.requests()).isEmpty();
    }
  }

  @Test
  void anExpiredTokenIsRenewedOnce() {
    var asked = new ArrayList<Boolean>();
    try (var server = SseTestServer.start(exchange -> exchange.status(401, "no"));
        var publisher =
            EventPublisher.builder(server.uri())
                .tokens(
                    renew -> {
                      asked.add(renew);
                      return "t";
                    })
                .build()) {
      assertThatThrownBy(() -> publisher.publish("a", NewEvent.text("t", "x")))
          .isInstanceOfSatisfying(
              PublishException.class, e -> assertThat(e.status()).isEqualTo(401));
      assertThat(asked).containsExactly(false, true);
    }
  }

  @Test
  void aServerThatIsNotThereIsNamed() throws IOException {
    URI nobody = AttemptsTest.nobodyThere();
    try (var publisher = EventPublisher.builder(nobody).retryFor(ofMillis(300)).build()) {
      long start = System.nanoTime();
      assertThatThrownBy(() -> publisher.publish("a", NewEvent.text("t", "x")))
          .isInstanceOfSatisfying(
              PublishException.class,
              e -> {
                assertThat(e.status()).isZero();
                assertThat(e.mayHaveHappened()).isFalse();
              })
          .hasMessageContaining("POST " + nobody + "v1/users/a/events failed")
          .hasMessageContaining("Nothing was sent");
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(ofSeconds(2));
    }
  }

  /**
   * Nothing of the event is sent before TLS stands: the program may safely publish it elsewhere.
   */
  @Test
  void whatFailsBeforeTheRequestIsSentHasNotHappened() throws IOException {
    try (var plain = new ServerSocket(0, 9, InetAddress.getLoopbackAddress());
        var publisher =
            EventPublisher.builder(URI.create("https://127.0.0.1:" + plain.getLocalPort()))
                .timeout(ofMillis(300)) // Nobody accepts: the hello of TLS is never answered.
                .retryFor(Duration.ZERO)
                .build()) {
      assertThatThrownBy(() -> publisher.publish("alice", NewEvent.text("t", "x")))
          .isInstanceOfSatisfying(
              PublishException.class,
              e -> {
                assertThat(e.mayHaveHappened()).isFalse();
                assertThat(e.status()).isZero();
              })
          .hasMessageContaining("Nothing was sent");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 425, 429, 502, 503, 504})
  void whatCannotBeJustNowIsTriedAgainUnderTheSameKey(int status) {
    try (var server =
            SseTestServer.start(
                exchange -> {
                  if (exchange.number() < 3) {
                    exchange.status(status, "");
                  } else {
                    exchange.status(202, "{\"id\":\"1\",\"connections\":0}");
                  }
                });
        var publisher = EventPublisher.create(server.uri())) {
      publisher.publish("a", NewEvent.text("t", "x"));
      publisher.publish("a", NewEvent.text("t", "y"));

      var keys =
          server.requests().stream().map(r -> r.header("Idempotency-Key").orElseThrow()).toList();
      assertThat(keys).hasSize(4);
      assertThat(keys.subList(0, 3)).containsOnly(keys.get(0));
      assertThat(keys.get(3)).isNotEqualTo(keys.get(0));
    }
  }

  @Test
  void retryAfterIsObeyedUnlessThereIsNoTimeForIt() {
    try (var server =
            SseTestServer.start(
                exchange -> {
                  if (exchange.number() == 1) {
                    exchange.status(429, "", "Retry-After: 1");
                  } else if (exchange.number() == 2) {
                    exchange.status(202, "{\"id\":\"1\",\"connections\":0}");
                  } else {
                    exchange.status(503, "", "Retry-After: 60");
                  }
                });
        var publisher = EventPublisher.create(server.uri())) {
      publisher.publish("a", NewEvent.text("t", "x"));
      var requests = server.requests();
      assertThat(Duration.ofNanos(requests.get(1).arrivedAt() - requests.get(0).arrivedAt()))
          .isBetween(ofSeconds(1), ofSeconds(3));

      assertThatThrownBy(() -> publisher.publish("a", NewEvent.text("t", "x")))
          .isInstanceOfSatisfying(
              PublishException.class, e -> assertThat(e.status()).isEqualTo(503));
      assertThat(server.requests()).hasSize(3);
    }
  }

  /** The connection is lost after the server has taken the event: the key makes it one. */
  @Test
  void anAnswerThatIsLostIsAskedForAgain() {
    try (var server =
            SseTestServer.start(
                exchange -> {
                  switch (exchange.number()) {
                    case 1, 4 -> exchange.status(202, "{\"id\":\"1\",\"connections\":0}");
                    case 2 -> exchange.cut();
                    default -> exchange.reset();
                  }
                });
        var publisher = EventPublisher.create(server.uri())) {
      publisher.publish("a", NewEvent.text("t", "x")); // Leaves a connection for reuse.

      assertThat(publisher.publish("a", NewEvent.text("t", "x")).id()).isEqualTo("1");
      assertThat(server.requests()).hasSize(4);
      assertThat(server.requests().subList(1, 4))
          .extracting(r -> r.header("Idempotency-Key"))
          .containsOnly(server.requests().get(1).header("Idempotency-Key"));
    }
  }

  @Test
  void aPublisherThatTriesOnceSaysThatItDoesNotKnow() {
    try (var server = SseTestServer.start(exchange -> exchange.cut());
        var publisher = EventPublisher.builder(server.uri()).retryFor(Duration.ZERO).build()) {
      assertThatThrownBy(() -> publisher.publish("a", NewEvent.text("t", "x")))
          .isInstanceOfSatisfying(
              PublishException.class, e -> assertThat(e.mayHaveHappened()).isTrue())
          .hasMessageContaining("may or may not have executed the call");
      assertThat(server.requests()).hasSize(1);
    }
  }

  @Test
  void aServerThatDoesNotAnswerIsLeftInTime() {
    try (var server = SseTestServer.start(exchange -> exchange.silence());
        var publisher = EventPublisher.builder(server.uri()).timeout(ofMillis(500)).build()) {
      long start = System.nanoTime();
      assertThatThrownBy(() -> publisher.publish("a", NewEvent.text("t", "x")))
          .isInstanceOfSatisfying(
              PublishException.class, e -> assertThat(e.mayHaveHappened()).isTrue());
      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isBetween(ofMillis(300), ofSeconds(3));
    }
  }

  @Test
  void anInterruptAndACloseEndTheWaitForTheNextTry() throws Exception {
    try (var server =
        SseTestServer.start(exchange -> exchange.status(503, "", "Retry-After: 20"))) {
      for (boolean interrupt : new boolean[] {true, false}) {
        var thrown = new AtomicReference<Throwable>();
        var publisher = EventPublisher.builder(server.uri()).timeout(ofSeconds(30)).build();
        int before = server.requests().size();
        var caller =
            Threads.start(
                "test-thread",
                () -> {
                  try {
                    publisher.broadcast(NewEvent.text("t", "x"));
                  } catch (RuntimeException e) {
                    thrown.set(e);
                  }
                });
        await().until(() -> server.requests().size() > before);
        if (interrupt) {
          caller.interrupt();
        } else {
          publisher.close();
        }
        assertThat(Threads.join(caller, ofSeconds(15))).isTrue();
        assertThat(thrown.get()).isInstanceOf(PublishException.class);
        publisher.close();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/sse/alice",
        "/v1/users/alice/events",
        "/push/v1/events/",
        "/v1/presence/events",
        "/v1/tail"
      })
  void aBaseThatIsTheAddressOfAStreamIsRefused(String path) {
    URI stream = URI.create("http://me:secret@h" + path);
    assertThatThrownBy(() -> EventPublisher.create(stream))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is the URL of a stream; allowed: the base URL of the server, which")
        .hasMessageNotContaining("secret");
    assertThatThrownBy(() -> HeliographApi.create(stream))
        .isInstanceOf(IllegalArgumentException.class);
    try (var client = SseClient.create(stream)) {
      assertThatThrownBy(() -> client.open(StreamSpec.user("bob")))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  // ---- The caller's own key.

  @Test
  void anEventUnderAKeyOfTheCallersIsSentUnderItAndInARequestOfItsOwn() {
    try (var server = batches();
        var publisher = EventPublisher.create(server.uri())) {
      NewEvent plain = NewEvent.json("t", "1");
      NewEvent keyed = NewEvent.json("t", "2").idempotencyKey("outbox-17");
      publisher.publish(List.of("a", "b"), keyed);
      var results =
          publisher.publishAll(
              List.of(
                  Publication.toUser("c", plain),
                  Publication.toUser("c", plain),
                  Publication.toAll(keyed),
                  Publication.toUser("c", plain)));

      assertThat(results)
          .extracting(result -> ((PublishResult.Accepted) result).id())
          .containsExactly("1", "1", "2", "1");
      assertThat(server.requests())
          .extracting(r -> r.header("Idempotency-Key").orElseThrow().length())
          .containsExactly(9, 36, 9, 36);
      assertThat(server.requests())
          .extracting(r -> r.body().lines().count())
          .containsExactly(1L, 2L, 1L, 1L);
    }
  }

  @Test
  void aSinglePublishAndABroadcastUseTheCallersKey() {
    try (var server =
            SseTestServer.start(
                exchange -> exchange.status(202, "{\"id\":\"1\",\"connections\":0}"));
        var publisher = EventPublisher.create(server.uri())) {
      NewEvent event = NewEvent.text("t", "x").idempotencyKey("k-1");
      publisher.publish("a", event.ttl(ofSeconds(1)).asEphemeral());
      publisher.broadcast(event);

      assertThat(server.requests())
          .extracting(r -> r.header("Idempotency-Key").orElse(""))
          .containsExactly("k-1", "k-1");
      assertThat(server.requests()).noneMatch(r -> r.body().contains("k-1"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a\n", "é"})
  void aKeyThatNoHeaderCanCarryIsRefused(String key) {
    assertThatThrownBy(() -> NewEvent.text("t", "x").idempotencyKey(key))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1 to 255 visible ASCII");
  }

  // ---- Many.

  /** Answers each line with its data as the id; one that says "bad" is refused. */
  private static SseTestServer batches() {
    return SseTestServer.start(
        exchange -> {
          var results = new StringBuilder();
          for (String line : exchange.request().body().lines().toList()) {
            if (line.contains("\"bad\"")) {
              results.append("{\"status\":413,\"type\":\"urn:x\",\"detail\":\"too large\"}");
            } else if (line.contains("[\"a\",\"b\"]")) {
              results
                  .append("{\"status\":202,\"users\":{\"a\":{\"id\":\"1\",\"connections\":1},")
                  .append("\"b\":{\"id\":\"2\",\"connections\":0}}}");
            } else {
              String data = line.replaceAll(".*\"data\":([^,}]*).*", "$1");
              results
                  .append("{\"status\":202,\"id\":\"")
                  .append(data)
                  .append("\",\"connections\":0}");
            }
            results.append('\n');
          }
          exchange.status(200, results.toString(), "Content-Type: application/x-ndjson");
        });
  }

  @Test
  void manyArePublishedInRequestsOfABoundedSizeWithAResultForEach() {
    try (var server = batches();
        var publisher = EventPublisher.create(server.uri())) {
      var items =
          IntStream.range(0, 1203)
              .mapToObj(i -> Publication.toUser("u" + i, NewEvent.json("t", "" + i)))
              .toList();
      var results = publisher.publishAll(items);

      assertThat(results)
          .isEqualTo(
              IntStream.range(0, 1203)
                  .mapToObj(i -> new PublishResult.Accepted("" + i, 0))
                  .toList());
      assertThat(server.requests()).hasSize(3);
      assertThat(server.requests())
          .extracting(r -> r.header("Idempotency-Key").orElseThrow())
          .doesNotHaveDuplicates();
      assertThat(server.requests())
          .allMatch(r -> r.header("Content-Type").orElse("").startsWith("application/x-ndjson"));
    }
  }

  @Test
  void anItemGoesToOneOrSeveralOrAllAndARefusedOneEndsNothing() {
    try (var server = batches();
        var publisher = EventPublisher.create(server.uri())) {
      var results =
          publisher.publishAll(
              List.of(
                  Publication.toUsers(List.of("a", "b"), NewEvent.json("t", "{\n\"x\": 1\r\n}")),
                  Publication.toUser("c", NewEvent.text("t", "bad")),
                  Publication.toAll(NewEvent.json("t", "7"))));

      assertThat(results)
          .containsExactly(
              new PublishResult.AcceptedForUsers(
                  Map.of(
                      "a", new PublishResult.Accepted("1", 1),
                      "b", new PublishResult.Accepted("2", 0))),
              new PublishResult.Refused(413, "urn:x", "too large"),
              new PublishResult.Accepted("7", 0));
      assertThat(server.requests().get(0).body().lines())
          .containsExactly(
              "{\"users\":[\"a\",\"b\"],\"type\":\"t\",\"data\":{ \"x\": 1  }}",
              "{\"users\":[\"c\"],\"type\":\"t\",\"data\":\"bad\"}",
              "{\"broadcast\":true,\"type\":\"t\",\"data\":7}");
    }
  }

  @Test
  void oneEventGoesToManyUsers() {
    try (var server = batches();
        var publisher = EventPublisher.create(server.uri())) {
      assertThat(publisher.publish(List.of("a", "b"), NewEvent.json("t", "1")))
          .containsExactly(
              Map.entry("a", new PublishResult.Accepted("1", 1)),
              Map.entry("b", new PublishResult.Accepted("2", 0)));
      assertThatThrownBy(() -> publisher.publish(List.of("a", "b", "c"), NewEvent.text("t", "bad")))
          .isInstanceOfSatisfying(
              PublishException.class, e -> assertThat(e.status()).isEqualTo(413));
      assertThatThrownBy(() -> publisher.publish(List.of(), NewEvent.json("t", "1")))
          .hasMessageContaining("toAll");
    }
  }

  @Test
  void itIsKnownHowFarABatchCameThatFailed() {
    var told = new ArrayList<Publication>();
    try (var server =
            SseTestServer.start(
                exchange -> {
                  if (exchange.number() == 1) {
                    exchange.status(
                        200, "{\"status\":202,\"id\":\"1\",\"connections\":0}\n".repeat(500));
                  } else {
                    exchange.status(403, "");
                  }
                });
        var publisher = EventPublisher.create(server.uri())) {
      var items =
          IntStream.range(0, 501)
              .mapToObj(i -> Publication.toUser("u", NewEvent.json("t", "" + i)))
              .toList();
      assertThatThrownBy(
              () -> publisher.publishAll(items.iterator(), (item, result) -> told.add(item)))
          .isInstanceOfSatisfying(
              PublishException.class,
              e -> {
                assertThat(e.status()).isEqualTo(403);
                assertThat(e.mayHaveHappened()).isFalse();
              });
      assertThat(told).isEqualTo(items.subList(0, 500));
    }
  }

  @Test
  void anAnswerWithTooFewResultsIsNotTakenForOne() {
    try (var server =
            SseTestServer.start(
                exchange ->
                    exchange.status(200, "{\"status\":202,\"id\":\"1\",\"connections\":0}"));
        var publisher = EventPublisher.create(server.uri())) {
      var item = Publication.toAll(NewEvent.json("t", "1"));
      assertThatThrownBy(() -> publisher.publishAll(List.of(item, item)))
          .hasMessageContaining("not from Heliograph");
    }
  }

  /** Such as because the token was revoked meanwhile. */
  @Test
  void whereTheServerStoppedReadingABatchTheRestIsRefusedLikeTheLast() {
    try (var server =
            SseTestServer.start(
                exchange ->
                    exchange.status(
                        200,
                        """
                        {"status":202,"id":"1","connections":0}
                        {"status":401,"type":"urn:x","detail":"revoked"}
                        """));
        var publisher = EventPublisher.create(server.uri())) {
      var item = Publication.toAll(NewEvent.json("t", "1"));
      var revoked = new PublishResult.Refused(401, "urn:x", "revoked");

      assertThat(publisher.publishAll(List.of(item, item, item)))
          .containsExactly(new PublishResult.Accepted("1", 0), revoked, revoked);
    }
  }

  @Test
  void somethingThatIsNoHeliographIsFoundOut() {
    try (var server = SseTestServer.start(exchange -> exchange.status(200, "<html>"));
        var publisher = EventPublisher.create(server.uri())) {
      assertThatThrownBy(() -> publisher.broadcast(NewEvent.text("t", "x")))
          .hasMessageContaining("not from Heliograph; check the base URL");
    }
  }

  @Test
  void whatWouldForgeIsRefusedBeforeItIsSent() {
    assertThatThrownBy(() -> NewEvent.text("a\nid: 1", "x")).hasMessageContaining("line break");
    assertThatThrownBy(() -> NewEvent.json("a", "1,\"type\":\"b\""))
        .hasMessageContaining("NewEvent.text");
  }
}
