package io.heliograph.client;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.client.Subscription.State;
import io.heliograph.client.testkit.SseTestServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Restart, pause and resume, and whose threads call the listener. */
@Timeout(20)
class SubscriptionControlTest {

  /** Sends the events after the last id, up to so many, and then stays silent. */
  private static SseTestServer resuming(AtomicInteger events) {
    return SseTestServer.start(
        exchange -> {
          int last = Integer.parseInt(exchange.request().header("Last-Event-ID").orElse("0"));
          exchange.open();
          for (int i = last + 1; i <= events.get(); i++) {
            exchange.event("" + i, "", "e" + i);
          }
          exchange.silence();
        });
  }

  @Test
  void aRestartMakesAnotherConnectionFromTheSamePlaceAtOnce() {
    var recorder = new Recorder();
    var events = new AtomicInteger(2);
    try (var server = resuming(events);
        var client = SseClient.create(server.uri());
        var subscription = client.subscribe(recorder)) {
      await().until(() -> subscription.lastEventId().equals("2"));
      events.set(3);
      subscription.restart();

      await().until(() -> recorder.data().size() == 3);
      assertThat(recorder.data()).containsExactly("e1", "e2", "e3");
      assertThat(recorder.causes()).containsExactly(new Cause.ByCaller());
      assertThat(recorder.all(Signal.Reconnecting.class))
          .containsExactly(new Signal.Reconnecting(0, Duration.ZERO));
      await().until(() -> server.connections() == 1);
    }
  }

  @Test
  void aRestartCutsTheWaitForTheNextAttemptShort() {
    var recorder = new Recorder();
    try (var server =
            SseTestServer.start(
                exchange -> {
                  if (exchange.number() == 1) {
                    exchange.status(503, "", "Retry-After: 3600");
                  } else {
                    exchange.open().silence();
                  }
                });
        var client = SseClient.create(server.uri());
        var subscription = client.subscribe(recorder)) {
      await().until(() -> subscription.state() == State.WAITING);
      subscription.restart();
      await().until(() -> subscription.state() == State.OPEN);
    }
  }

  @Test
  void aPausedStreamIsAwayAndMissesNothing() {
    var recorder = new Recorder();
    var events = new AtomicInteger(1);
    try (var server = resuming(events);
        var client = SseClient.create(server.uri());
        var subscription = client.subscribe(recorder)) {
      await().until(() -> subscription.lastEventId().equals("1"));
      subscription.pause();
      await().until(() -> subscription.state() == State.PAUSED && server.connections() == 0);
      events.set(3);
      await().during(ofMillis(200)).until(() -> server.requests().size() == 1);
      subscription.resume();

      await().until(() -> recorder.data().size() == 3);
      assertThat(recorder.data()).containsExactly("e1", "e2", "e3");
      subscription.resume(); // Not paused: nothing happens.
      await().during(ofMillis(100)).until(() -> server.requests().size() == 2);
    }
  }

  @Test
  void aPausedStreamCanBeClosedAndOneThatIsPausedAtOnceNeverConnects() throws Exception {
    try (var server = resuming(new AtomicInteger(1));
        var client = SseClient.create(server.uri())) {
      for (int i = 0; i < 50; i++) {
        var subscription = client.subscribe(event -> {});
        subscription.pause();
        if (i % 2 == 0) {
          subscription.resume();
          assertThat(subscription.awaitOpen(ofSeconds(5))).isTrue();
        }
        subscription.pause();
        await().until(() -> subscription.state() == State.PAUSED);
        subscription.close();
        assertThat(subscription.awaitClosed(ofSeconds(5))).isTrue();
      }
      await().until(() -> server.connections() == 0);
    }
  }

  /** Whatever hits whatever moment: nothing is lost, doubled or out of order, and it goes on. */
  @Test
  void manyRestartsAndPausesAtAnyMomentLoseNothing() {
    var recorder = new Recorder();
    var events = new AtomicInteger(5000);
    try (var server = resuming(events);
        var client = SseClient.create(server.uri());
        var subscription = client.subscribe(recorder)) {
      var random = new java.util.Random(11);
      for (int i = 0; i < 300; i++) {
        switch (random.nextInt(3)) {
          case 0 -> subscription.restart();
          case 1 -> subscription.pause();
          default -> subscription.resume();
        }
        java.util.concurrent.locks.LockSupport.parkNanos(random.nextInt(3_000_000));
      }
      subscription.resume();
      await().until(() -> recorder.data().size() >= 5000);
      var expected = new ArrayList<String>();
      for (int i = 1; i <= 5000; i++) {
        expected.add("e" + i);
      }
      assertThat(recorder.data()).isEqualTo(expected);
    }
  }

  // ---- The executor.

  @Test
  void theListenerIsCalledByTheExecutorInOrderAndOneAtATime() throws Exception {
    var recorder = new Recorder();
    var threads = new LinkedBlockingQueue<String>();
    try (ExecutorService executor =
            Executors.newFixedThreadPool(
                4, Thread.ofPlatform().daemon().name("mine-", 0).factory());
        var server = resuming(new AtomicInteger(500));
        var client = SseClient.builder(server.uri()).executor(executor).build();
        var subscription =
            client.subscribe(
                event -> {
                  threads.add(Thread.currentThread().getName());
                  recorder.onEvent(event);
                })) {
      await().until(() -> subscription.lastEventId().equals("500"));

      assertThat(threads).allMatch(name -> name.startsWith("mine-"));
      assertThat(recorder.data().getFirst()).isEqualTo("e1");
      assertThat(recorder.data()).hasSize(500).doesNotHaveDuplicates();
      assertThat(recorder.data().getLast()).isEqualTo("e500");
    }
  }

  @Test
  void whatAListenerThrowsOnTheExecutorIsMetByThePolicy() throws Exception {
    try (ExecutorService executor = Executors.newSingleThreadExecutor();
        var server = resuming(new AtomicInteger(3));
        var client =
            SseClient.builder(server.uri())
                .executor(executor)
                .onHandlerError(HandlerErrorPolicy.CLOSE)
                .build();
        var subscription =
            client.subscribe(
                event -> {
                  if (event.data().equals("e2")) {
                    throw new AssertionError("an error");
                  }
                })) {
      subscription.awaitClosed();
      assertThat(subscription.closeReason()).contains(CloseReason.HANDLER_FAILED);
      assertThat(subscription.lastEventId()).isEqualTo("1");
    }
  }

  @Test
  void anExecutorThatRefusesIsAListenerThatFails() throws Exception {
    try (var server = resuming(new AtomicInteger(1));
        var client =
            SseClient.builder(server.uri())
                .executor(
                    task -> {
                      throw new RejectedExecutionException("full");
                    })
                .onHandlerError(HandlerErrorPolicy.CLOSE)
                .build();
        var subscription = client.subscribe(event -> {})) {
      assertThat(subscription.awaitClosed(ofSeconds(5))).isTrue();
      assertThat(subscription.closeReason()).contains(CloseReason.HANDLER_FAILED);
    }
  }

  @Test
  void noCallThatTheExecutorHasNotBegunStartsAfterClose() throws Exception {
    var tasks = new LinkedBlockingQueue<Runnable>();
    var recorder = new Recorder();
    try (var server = resuming(new AtomicInteger(1));
        var client = SseClient.builder(server.uri()).executor(tasks::add).build();
        var subscription = client.subscribe(recorder)) {
      Runnable late = tasks.take();
      subscription.close();
      assertThat(subscription.awaitClosed(ofSeconds(5))).isTrue();
      late.run();

      assertThat(recorder.signals()).isEmpty();
    }
  }

  @Test
  void aListenerOnTheExecutorThatWaitsForItselfIsTold() throws Exception {
    var subscription = new AtomicReference<Subscription>();
    var told = new AtomicReference<Throwable>();
    var ready = new CountDownLatch(1);
    try (ExecutorService executor = Executors.newSingleThreadExecutor();
        var server = SseTestServer.start(exchange -> exchange.open().event("", "", "a"));
        var client =
            SseClient.builder(server.uri())
                .executor(executor)
                .reconnect(ReconnectPolicy.never())
                .build()) {
      subscription.set(
          client.subscribe(
              event -> {
                ready.await();
                try {
                  subscription.get().awaitClosed();
                } catch (IllegalStateException e) {
                  told.set(e);
                }
              }));
      ready.countDown();
      subscription.get().awaitClosed();
      assertThat(told.get()).hasMessageContaining("waits for itself");
    }
  }
}
