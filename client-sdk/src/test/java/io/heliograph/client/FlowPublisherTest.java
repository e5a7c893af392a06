package io.heliograph.client;

import static io.heliograph.client.Await.await;
import static io.heliograph.client.Backports.last;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.client.testkit.SseTestServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The rules of Reactive Streams (their numbers stand in names and comments), and the cost of asking
 * for little.
 */
@Timeout(120)
class FlowPublisherTest {
  private static final ReconnectPolicy AT_ONCE = ReconnectPolicy.exponential().first(Duration.ZERO);

  /** Notes what it is told, and whether two calls overlap. */
  private static class Probe<T> implements Flow.Subscriber<T> {
    final List<String> calls = new CopyOnWriteArrayList<>();
    final AtomicInteger inside = new AtomicInteger();
    volatile boolean overlapped;

    @SuppressWarnings("NullAway.Init") // Set by onSubscribe, before all else.
    volatile Flow.Subscription subscription;

    volatile @Nullable Throwable error;
    private final long atFirst;

    Probe(long atFirst) {
      this.atFirst = atFirst;
    }

    @Override
    public void onSubscribe(Flow.Subscription s) {
      calls.add("subscribed");
      subscription = s;
      if (atFirst > 0) {
        s.request(atFirst);
      }
    }

    @Override
    public void onNext(T item) {
      overlapped |= inside.incrementAndGet() > 1;
      calls.add(item instanceof Event event ? event.data() : item.getClass().getSimpleName());
      inside.decrementAndGet();
    }

    @Override
    public void onError(Throwable e) {
      error = e;
      calls.add("failed");
    }

    @Override
    public void onComplete() {
      calls.add("completed");
    }

    void awaitCalls(int count) {
      await().until(() -> calls.size() >= count);
    }
  }

  private static SseTestServer endless() {
    return SseTestServer.start(
        exchange -> {
          exchange.open();
          for (int i = 1; i <= 100_000; i++) {
            exchange.event("" + i, "", "" + i);
          }
        });
  }

  @Test
  void rule101_noMoreComesThanIsAskedFor() {
    try (var server = endless();
        var client = SseClient.create(server.uri())) {
      var probe = new Probe<Event>(2);
      client.publisher().subscribe(probe);
      probe.awaitCalls(3);
      await().during(ofMillis(200)).until(() -> probe.calls.size() == 3);
      probe.subscription.request(1);
      probe.subscription.request(2);
      probe.awaitCalls(6);
      await().during(ofMillis(200)).until(() -> probe.calls.size() == 6);

      assertThat(probe.calls).containsExactly("subscribed", "1", "2", "3", "4", "5");
      assertThat(probe.overlapped).isFalse();
    }
  }

  @Test
  void aStreamThatFailsWithinIsAnError() {
    var broken = new java.util.concurrent.atomic.AtomicBoolean();
    var clock =
        new TimeSource() {
          @Override
          public long nanoTime() {
            if (broken.get() && Thread.currentThread().getName().equals("heliograph-publisher")) {
              throw new AssertionError("the clock is broken");
            }
            return System.nanoTime();
          }

          @Override
          public java.time.Instant instant() {
            return java.time.Instant.now();
          }

          @Override
          public Alarm alarm(Wait what, long atNanos, Runnable task) {
            return () -> {}; // Nothing that is waited for here.
          }
        };
    var ready = new java.util.concurrent.CountDownLatch(1);
    try (var server =
            SseTestServer.start(
                exchange -> {
                  exchange.open().event("", "", "a");
                  ready.await();
                  exchange.reset();
                });
        var client = SseClient.builder(server.uri()).timeSource(clock).build()) {
      var probe = new Probe<Event>(1);
      client.publisher().subscribe(probe);
      probe.awaitCalls(2);
      broken.set(true);
      ready.countDown();
      probe.subscription.request(1);
      probe.awaitCalls(3);

      assertThat(probe.calls).containsExactly("subscribed", "a", "failed");
      assertThat(probe.error).hasMessage("the clock is broken");
      await().until(() -> server.connections() == 0);
    }
  }

  /**
   * What is not asked for stays with the server: its writes stop once the buffers of TCP are full.
   */
  @Test
  void whatIsNotAskedForIsNotRead() {
    var sent = new AtomicLong();
    byte[] piece =
        ("data: " + "x".repeat(8000) + "\n\n").getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    try (var server =
            SseTestServer.start(
                exchange -> {
                  exchange.open();
                  while (true) {
                    exchange.send(piece);
                    sent.addAndGet(piece.length);
                  }
                });
        var client = SseClient.create(server.uri())) {
      var probe = new Probe<Event>(1);
      client.publisher().subscribe(probe);
      probe.awaitCalls(2);
      var last = new AtomicLong(-1);
      await().pollInterval(ofMillis(300)).until(() -> last.getAndSet(sent.get()) == sent.get());

      assertThat(sent.get()).isLessThan(16L << 20);
      long stuckAt = sent.get();
      probe.subscription.request(2000);
      await().until(() -> sent.get() > stuckAt);
    }
  }

  @Test
  void itIsColdAndEachSubscriberHasAStreamOfItsOwn() {
    try (var server = endless();
        var client = SseClient.create(server.uri())) {
      var publisher = client.publisher();
      assertThat(server.requests()).isEmpty();

      var one = new Probe<Event>(1);
      var two = new Probe<Event>(2);
      publisher.subscribe(one);
      publisher.subscribe(two);
      one.awaitCalls(2);
      two.awaitCalls(3);

      assertThat(one.calls).containsExactly("subscribed", "1");
      assertThat(two.calls).containsExactly("subscribed", "1", "2");
      assertThat(server.requests()).hasSize(2);
    }
  }

  @Test
  void cancellingClosesTheConnectionAndNothingComesAfterIt() {
    try (var server = endless();
        var client = SseClient.create(server.uri())) {
      var probe =
          new Probe<Event>(Long.MAX_VALUE) {
            @Override
            public void onNext(Event event) {
              super.onNext(event);
              if (event.data().equals("5")) {
                subscription.cancel();
                subscription.cancel(); // 3.7
                subscription.request(1); // 3.6
              }
            }
          };
      client.publisher().subscribe(probe);
      await().untilAsserted(() -> assertThat(server.connections()).isZero());
      await().during(ofMillis(100)).until(() -> true);

      assertThat(probe.calls).containsExactly("subscribed", "1", "2", "3", "4", "5");
    }
  }

  @Test
  void cancellingWhileNothingIsAskedForClosesTheConnection() {
    try (var server = SseTestServer.start(exchange -> exchange.open().silence());
        var client = SseClient.create(server.uri())) {
      var probe = new Probe<Event>(0);
      client.publisher().subscribe(probe);
      await().until(() -> server.connections() == 1);
      probe.subscription.cancel();

      await().untilAsserted(() -> assertThat(server.connections()).isZero());
      assertThat(probe.calls).containsExactly("subscribed");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  void rule309_anIllegalRequestIsAnError(long n) {
    try (var server = SseTestServer.start(exchange -> exchange.open().silence());
        var client = SseClient.create(server.uri())) {
      var probe = new Probe<Event>(1);
      client.publisher().subscribe(probe);
      probe.subscription.request(n);
      probe.awaitCalls(2);

      assertThat(probe.calls).containsExactly("subscribed", "failed");
      assertThat(probe.error)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("3.9");
      await().untilAsserted(() -> assertThat(server.connections()).isZero());
    }
  }

  @Test
  void rule303And317_askingFromOnNextDoesNotRecurseAndAddsUpWithoutOverflow() {
    try (var server =
            SseTestServer.start(
                exchange -> {
                  if (exchange.number() > 1) {
                    exchange.status(204, "");
                    return;
                  }
                  exchange.open();
                  var all = new StringBuilder();
                  for (int i = 0; i < 20_000; i++) {
                    all.append("data: ").append(i).append("\n\n");
                  }
                  exchange.send(all.toString());
                });
        var client = SseClient.builder(server.uri()).reconnect(AT_ONCE).build()) {
      var oneByOne =
          new Probe<Event>(1) {
            @Override
            public void onNext(Event event) {
              super.onNext(event);
              subscription.request(1);
              if (event.data().equals("10")) {
                subscription.request(Long.MAX_VALUE);
                subscription.request(Long.MAX_VALUE);
              }
            }
          };
      client.publisher().subscribe(oneByOne);
      oneByOne.awaitCalls(20_002);

      assertThat(last(oneByOne.calls)).isEqualTo("completed");
    }
  }

  @Test
  void rule109_aSubscriberThatIsNullIsRefusedAndATroubleComesAfterOnSubscribe() {
    try (var server = SseTestServer.start(exchange -> exchange.open().silence())) {
      var client = SseClient.create(server.uri());
      var publisher = client.publisher();
      assertThatThrownBy(() -> publisher.subscribe(null)).isInstanceOf(NullPointerException.class);
      client.close();
      var probe = new Probe<Event>(1);
      publisher.subscribe(probe);

      assertThat(probe.calls).containsExactly("subscribed", "failed");
      assertThat(probe.error).hasMessageContaining("closed");
    }
  }

  @Test
  void aStreamThatTheServerEndsCompletesAndOneThatIsRefusedFails() {
    try (var server =
            SseTestServer.start(
                exchange -> {
                  switch (exchange.number()) {
                    case 1 -> exchange.open().event("", "", "a");
                    case 2 -> exchange.status(204, "");
                    default -> exchange.status(404, "");
                  }
                });
        var client = SseClient.builder(server.uri()).reconnect(AT_ONCE).build()) {
      var ended = new Probe<Event>(9);
      client.publisher().subscribe(ended);
      ended.awaitCalls(3);
      assertThat(ended.calls).containsExactly("subscribed", "a", "completed");

      var refused = new Probe<Event>(9);
      client.publisher().subscribe(refused);
      refused.awaitCalls(2);
      assertThat(refused.error).isInstanceOf(StreamClosedException.class);

      var signals = new Probe<Signal>(9);
      client.signalPublisher(StreamSpec.endpoint()).subscribe(signals);
      signals.awaitCalls(4);
      assertThat(signals.calls)
          .containsExactly("subscribed", "Disconnected", "Closed", "completed");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 9})
  void closingTheClientIsToldToThePipeline(long demand) {
    try (var server = SseTestServer.start(exchange -> exchange.open().silence());
        var client = SseClient.create(server.uri())) {
      var probe = new Probe<Event>(demand);
      client.publisher().subscribe(probe);
      await().until(() -> server.connections() == 1);
      client.close();
      probe.awaitCalls(2);

      assertThat(probe.error).isInstanceOf(CancellationException.class);
    }
  }

  @Test
  void aSubscriberThatThrowsIsCancelled() {
    try (var server = endless();
        var client = SseClient.create(server.uri())) {
      var probe =
          new Probe<Event>(9) {
            @Override
            public void onNext(Event event) {
              super.onNext(event);
              throw new IllegalStateException("against rule 2.13");
            }
          };
      client.publisher().subscribe(probe);

      await().untilAsserted(() -> assertThat(server.connections()).isZero());
      assertThat(probe.calls).containsExactly("subscribed", "1");
    }
  }

  /** An event in hand when a connection ends comes again only if the next was not asked for. */
  @Test
  void anEventIsDoneWhenTheNextIsAskedFor() {
    try (var server =
            SseTestServer.start(
                exchange -> {
                  if (exchange.number() == 1) {
                    exchange.open().event("1", "", "a").event("2", "", "b");
                  } else {
                    exchange.status(204, "");
                  }
                });
        var client = SseClient.builder(server.uri()).reconnect(AT_ONCE).build()) {
      var probe = new Probe<Event>(2);
      client.publisher().subscribe(probe);
      probe.awaitCalls(3);
      assertThat(server.requests()).hasSize(1);
      probe.subscription.request(1);
      probe.awaitCalls(4);

      assertThat(server.requests().get(1).header("Last-Event-ID")).contains("2");
    }
  }

  @Test
  void manualAcknowledgementIsRefused() {
    try (var server = SseTestServer.start(exchange -> exchange.open());
        var client = SseClient.builder(server.uri()).acknowledge(AckMode.MANUAL).build()) {
      assertThatThrownBy(client::publisher).hasMessageContaining("AFTER_HANDLER");
    }
  }
}
