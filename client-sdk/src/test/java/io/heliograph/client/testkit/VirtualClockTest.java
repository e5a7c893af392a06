package io.heliograph.client.testkit;

import static io.heliograph.client.Await.await;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofNanos;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.client.Cause;
import io.heliograph.client.Event;
import io.heliograph.client.Heartbeat;
import io.heliograph.client.ReconnectPolicy;
import io.heliograph.client.Signal;
import io.heliograph.client.SseClient;
import io.heliograph.client.SseListener;
import io.heliograph.client.TimeSource.Wait;
import io.heliograph.client.internal.base.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Hours of a client's life, in seconds of a test's. */
@Timeout(120)
class VirtualClockTest {
  private final VirtualClock clock = new VirtualClock();
  private final Seen seen = new Seen();

  @Test
  void anHourOfBackoffTakesNoTime() throws Exception {
    long start = System.nanoTime();
    var policy = ReconnectPolicy.exponential().cap(ofHours(1)).first(ofHours(1));
    try (var server = SseTestServer.start();
        var client = client(server).reconnect(policy).build();
        var subscription = client.subscribe(seen)) {
      server.take().status(503, "", "Retry-After: 3600");

      var delay = seen.next(Signal.Reconnecting.class).delay();
      assertThat(delay).isBetween(ofHours(1), ofHours(2));
      clock.advance(delay.minusNanos(1));
      assertThat(subscription.awaitClosed(ofMillis(50))).isFalse();
      assertThat(server.requests()).hasSize(1);
      clock.advance(ofNanos(1));
      server.take().open();
      seen.next(Signal.Opened.class);
    }
    assertThat(ofNanos(System.nanoTime() - start)).isLessThan(ofSeconds(10));
  }

  @Test
  void silenceIsNoticedWhenTimeHasMovedByTheLimit() throws Exception {
    try (var server = SseTestServer.start();
        var client = client(server).heartbeat(Heartbeat.fixed(ofMinutes(10))).build();
        var subscription = client.subscribe(seen)) {
      server.take().open().event("a");
      seen.next(Signal.Message.class);

      clock.advance(ofMinutes(10).minusNanos(1));
      assertThat(subscription.awaitClosed(ofMillis(50))).isFalse();
      assertThat(seen.queue).isEmpty();
      clock.advance(ofNanos(1));

      assertThat(seen.next(Signal.Disconnected.class).cause())
          .isEqualTo(new Cause.HeartbeatTimeout(ofMinutes(10), ofMinutes(10), VirtualClock.START));
    }
  }

  @Test
  void aStreamThatOpensLateHasTheWholeLimit() throws Exception {
    try (var server = SseTestServer.start();
        var client = client(server).heartbeat(Heartbeat.fixed(ofMinutes(1))).build();
        var subscription = client.subscribe(seen)) {
      server.take().reset();
      seen.next(Signal.Reconnecting.class);
      clock.advance(ofHours(1));
      server.take().open();
      seen.next(Signal.Opened.class);

      assertThat(clock.skip(Wait.SILENCE)).isEqualTo(ofMinutes(1));
      seen.next(Signal.Disconnected.class);
      assertThat(subscription.closeReason()).isEmpty();
    }
  }

  @Test
  void aByteBeforeTheLimitPutsItOff() throws Exception {
    try (var server = SseTestServer.start();
        var client = client(server).heartbeat(Heartbeat.fixed(ofMinutes(1))).build();
        var subscription = client.subscribe(seen)) {
      var exchange = server.take().open();
      seen.next(Signal.Opened.class);
      for (int i = 0; i < 100; i++) {
        clock.advance(ofSeconds(59));
        exchange.comment("");
        seen.next(Signal.Comment.class);
      }
      assertThat(server.requests()).hasSize(1);

      assertThat(clock.skip(Wait.SILENCE)).isEqualTo(ofMinutes(1));
      seen.next(Signal.Disconnected.class);
      assertThat(subscription.closeReason()).isEmpty();
    }
  }

  /** The reader is kept from reading; that is not the server's silence. */
  @Test
  void aListenerThatTakesAnHourRaisesNoAlarm() throws Exception {
    String big = "x".repeat(100_000); // More than is read ahead.
    try (var server = SseTestServer.start();
        var client = client(server).heartbeat(Heartbeat.fixed(ofMinutes(1))).build();
        var subscription = client.subscribe(seen)) {
      seen.goOn = new CountDownLatch(1);
      var exchange = server.take().open();
      var sent = new AtomicInteger();
      var sender =
          Threads.start(
              "test-thread",
              () -> {
                try {
                  for (int i = 0; i < 100; i++) {
                    exchange.event(big);
                    sent.incrementAndGet();
                  }
                } catch (java.io.IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      seen.handling.await();
      // All buffers on the way are full when the sender gets no further: so the reader reads not.
      await().during(ofMillis(300)).until(new Still(sent));
      clock.advance(ofHours(1));
      seen.goOn.countDown();

      for (int i = 0; i < 100; i++) {
        seen.next(Signal.Message.class);
      }
      assertThat(Threads.join(sender, ofSeconds(20))).isTrue();
      assertThat(server.requests()).hasSize(1);
      assertThat(subscription.closeReason()).isEmpty();
    }
  }

  @Test
  void stabilityAndTheRowOfFailuresGoByIt() throws Exception {
    try (var server = SseTestServer.start();
        var client = client(server).build();
        var subscription = client.subscribe(seen)) {
      var rows = new ArrayList<Integer>();
      for (var open : new Duration[] {ofSeconds(1), ofSeconds(9), ofSeconds(10), ofSeconds(1)}) {
        var exchange = server.take().open().event("a");
        seen.next(Signal.Message.class);
        clock.advance(open);
        exchange.end();
        rows.add(seen.next(Signal.Reconnecting.class).failures());
        clock.skip(Wait.RECONNECT);
      }
      assertThat(rows).containsExactly(1, 2, 1, 2);
      assertThat(subscription.closeReason()).isEmpty();
    }
  }

  @Test
  void anAttemptThatHangsIsLeftBehindAtOnce() throws Exception {
    try (var server = SseTestServer.start();
        var client = client(server).build();
        var subscription = client.subscribe(seen)) {
      server.take(); // And never answered.

      assertThat(clock.skip(Wait.ATTEMPT)).isEqualTo(ofSeconds(40));
      assertThat(seen.next(Signal.Disconnected.class).cause())
          .isInstanceOf(Cause.ConnectTimeout.class);
      assertThat(subscription.closeReason()).isEmpty();
    }
  }

  @Test
  void theCallersOwnPatienceIsReal() throws Exception {
    try (var server = SseTestServer.start();
        var client = client(server).build();
        var stream = client.open()) {
      server.take().open();
      assertThat(stream.poll(ofSeconds(20))).isPresent();
      assertThat(stream.poll(ofMillis(50))).isEmpty();
    }
  }

  @Test
  void nothingToSkipIsSaid() {
    Thread.currentThread().interrupt(); // Else it waits for 10 s.
    assertThatThrownBy(() -> clock.skip(Wait.RECONNECT)).isInstanceOf(InterruptedException.class);
  }

  @Test
  void timeDoesNotGoBack() {
    assertThatThrownBy(() -> clock.advance(ofSeconds(-1))).hasMessageContaining("go back");
  }

  private SseClient.Builder client(SseTestServer server) {
    return SseClient.builder(server.uri()).timeSource(clock);
  }

  /** True while a number stays what it was a moment before. */
  private static final class Still implements Callable<Boolean> {
    private final AtomicInteger number;
    private int before;

    Still(AtomicInteger number) {
      this.number = number;
    }

    @Override
    public Boolean call() {
      int now = number.get();
      boolean still = now == before;
      before = now;
      return still;
    }
  }

  private static final class Seen implements SseListener {
    final BlockingQueue<Signal> queue = new LinkedBlockingQueue<>();
    final CountDownLatch handling = new CountDownLatch(1);
    volatile CountDownLatch goOn = new CountDownLatch(0);

    @Override
    public void onEvent(Event event) throws Exception {
      handling.countDown();
      goOn.await();
      queue.add(new Signal.Message(event));
    }

    @Override
    public void onSignal(Signal signal) {
      queue.add(signal);
    }

    <S extends Signal> S next(Class<S> kind) throws InterruptedException {
      while (true) {
        Signal signal = queue.poll(10, TimeUnit.SECONDS);
        if (kind.isInstance(signal)) {
          return kind.cast(signal);
        }
        assertThat(signal).as("waiting for " + kind.getSimpleName()).isNotNull();
        assertThat(signal).isNotInstanceOf(Signal.Closed.class);
      }
    }
  }
}
