package io.heliograph.client;

import static io.heliograph.client.Await.await;
import static io.heliograph.client.Backports.closing;
import static io.heliograph.client.Backports.last;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.client.Subscription.State;
import io.heliograph.client.internal.base.Threads;
import io.heliograph.client.testkit.SseTestServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Restart, pause and resume, and whose threads call the listener. */
@Timeout(120)
class SubscriptionControlTest {
  private static final ReconnectPolicy AT_ONCE = ReconnectPolicy.exponential().first(Duration.ZERO);

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
      assertThat(recorder.signals())
          .filteredOn(
              s ->
                  s instanceof Signal.Opened
                      || s instanceof Signal.Disconnected
                      || s instanceof Signal.Reconnecting)
          .extracting(s -> s.getClass().getSimpleName())
          .containsExactly("Opened", "Disconnected", "Reconnecting", "Opened");
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
          assertThat(subscription.awaitOpen(ofSeconds(20))).isTrue();
        }
        subscription.pause();
        await().pollInterval(ofMillis(1)).until(() -> subscription.state() == State.PAUSED);
        subscription.close();
        assertThat(subscription.awaitClosed(ofSeconds(20))).isTrue();
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
          case 1 -> {
            subscription.pause();
            if (i % 4 == 0) {
              await()
                  .pollInterval(ofMillis(1))
                  .until(() -> subscription.state() == State.PAUSED && server.connections() == 0);
            }
          }
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

  /** Two looks at the clock decide that the attempt is due; the pause comes with one of them. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aPauseJustBeforeAnAttemptBeginsIsNotForgotten(int look) {
    var subscription = new AtomicReference<Subscription>();
    var looks = new AtomicInteger(Integer.MIN_VALUE);
    var time =
        new MachineTime() {
          @Override
          public long nanoTime() {
            if (looks.incrementAndGet() == look) {
              subscription.get().pause();
            }
            return super.nanoTime();
          }
        };
    var ready = new CountDownLatch(1);
    try (var server =
            SseTestServer.start(
                exchange -> {
                  exchange.open();
                  if (exchange.number() > 1) {
                    exchange.silence();
                  }
                });
        var client = SseClient.builder(server.uri()).reconnect(AT_ONCE).timeSource(time).build()) {
      subscription.set(
          client.subscribe(
              new SseListener() {
                @Override
                public void onEvent(Event event) {}

                @Override
                public void onSignal(Signal signal) throws Exception {
                  if (signal instanceof Signal.Reconnecting) {
                    ready.await();
                    looks.accumulateAndGet(0, Math::max); // Once.
                  }
                }
              }));
      ready.countDown();
      await()
          .during(ofMillis(100))
          .until(
              () ->
                  subscription.get().state() == State.PAUSED
                      && last(subscription.get().attempts()).end().isPresent());
      subscription.get().close();
    }
  }

  /** Time as it is, but for what a test overrides. */
  private static class MachineTime implements TimeSource {
    @Override
    public long nanoTime() {
      return System.nanoTime();
    }

    @Override
    public java.time.Instant instant() {
      return java.time.Instant.now();
    }

    @Override
    public Alarm alarm(Wait what, long atNanos, Runnable task) {
      var thread =
          Threads.start(
              "test-thread",
              () -> {
                try {
                  TimeUnit.NANOSECONDS.sleep(atNanos - System.nanoTime());
                  task.run();
                } catch (InterruptedException e) {
                  // Cancelled.
                }
              });
      return thread::interrupt;
    }
  }

  @Test
  void aTimeSourceThatFailsClosesTheStreamAndItsConnection() throws Exception {
    var broken = new java.util.concurrent.atomic.AtomicBoolean();
    var time =
        new MachineTime() {
          @Override
          public long nanoTime() {
            if (broken.get() && Thread.currentThread().getName().equals("heliograph-listener")) {
              throw new AssertionError("the clock is broken");
            }
            return super.nanoTime();
          }
        };
    try (var server = resuming(new AtomicInteger(1));
        var client = SseClient.builder(server.uri()).timeSource(time).build();
        var subscription = client.subscribe(event -> broken.set(true))) {
      await().untilTrue(broken);
      subscription.restart(); // Looks at the time.
      assertThat(subscription.awaitClosed(ofSeconds(20))).isTrue();
      assertThat(subscription.state()).isEqualTo(State.CLOSED);
      await().until(() -> server.connections() == 0);
    }
  }

  @Test
  void closingBeforeTheListenerHasHeardOfTheEndSparesItThat() throws Exception {
    var recorder = new Recorder();
    var subscription = new AtomicReference<Subscription>();
    var ready = new CountDownLatch(1);
    var observer =
        new ClientObserver() {
          @Override
          public void closed(String stream, CloseReason reason) {
            try {
              ready.await();
            } catch (InterruptedException e) {
              throw new AssertionError(e);
            }
            subscription.get().close(); // The signal of the end is on its way just now.
          }
        };
    try (var server = SseTestServer.start(exchange -> exchange.status(204, ""));
        var client = SseClient.builder(server.uri()).observer(observer).build()) {
      subscription.set(client.subscribe(recorder));
      ready.countDown();
      subscription.get().awaitClosed();

      assertThat(recorder.all(Signal.Closed.class)).isEmpty();
    }
  }

  // ---- The executor.

  @Test
  void theListenerIsCalledByTheExecutorInOrderAndOneAtATime() throws Exception {
    var recorder = new Recorder();
    var threads = new LinkedBlockingQueue<String>();
    var number = new AtomicInteger();
    ExecutorService executor =
        Executors.newFixedThreadPool(
            4, task -> Threads.unstarted("mine-" + number.getAndIncrement(), task));
    try (var closing = closing(executor);
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
      assertThat(recorder.data().get(0)).isEqualTo("e1");
      assertThat(recorder.data()).hasSize(500).doesNotHaveDuplicates();
      assertThat(last(recorder.data())).isEqualTo("e500");
    }
  }

  @Test
  void whatAListenerThrowsOnTheExecutorIsMetByThePolicy() throws Exception {
    ExecutorService executor = Executors.newSingleThreadExecutor();
    try (var closing = closing(executor);
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

  /** Or an executor that was shut down would drain the log unread. */
  @ParameterizedTest
  @EnumSource(HandlerErrorPolicy.class)
  void anEventThatTheExecutorRefusesIsNeverPassedOver(HandlerErrorPolicy policy) throws Exception {
    var recorder = new Recorder();
    var calls = new AtomicInteger();
    try (var server = resuming(new AtomicInteger(2));
        var client =
            SseClient.builder(server.uri())
                .reconnect(AT_ONCE)
                .executor(
                    task -> {
                      if (calls.incrementAndGet() == 2) { // The first is for Opened.
                        throw new RejectedExecutionException("full");
                      }
                      task.run();
                    })
                .onHandlerError(policy)
                .build();
        var subscription = client.subscribe(recorder)) {
      if (policy == HandlerErrorPolicy.REDELIVER) {
        await().until(() -> subscription.lastEventId().equals("2"));
        assertThat(recorder.data()).containsExactly("e1", "e2");
      } else {
        assertThat(subscription.awaitClosed(ofSeconds(20))).isTrue();
        assertThat(subscription.closeReason()).contains(CloseReason.HANDLER_FAILED);
        assertThat(subscription.lastEventId()).isEmpty();
        assertThat(recorder.data()).isEmpty();
      }
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
      assertThat(subscription.awaitClosed(ofSeconds(20))).isTrue();
      late.run();

      assertThat(recorder.signals()).isEmpty();
    }
  }

  @Test
  void aListenerOnTheExecutorThatWaitsForItselfIsTold() throws Exception {
    var subscription = new AtomicReference<Subscription>();
    var told = new AtomicReference<Throwable>();
    var ready = new CountDownLatch(1);
    ExecutorService executor = Executors.newSingleThreadExecutor();
    try (var closing = closing(executor);
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
      assertThat(told.get()).hasMessageContaining("would wait for itself");
    }
  }
}
