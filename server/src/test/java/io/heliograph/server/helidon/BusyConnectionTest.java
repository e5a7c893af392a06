package io.heliograph.server.helidon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.helidon.common.concurrency.limits.FixedLimit;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.spi.ServerConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BusyConnectionTest {

  // The one that the change comes before is the first on the new thread.
  private static final int BEFORE = BusyConnection.ENOUGH - 1;

  private static final Duration QUICKLY = BusyConnection.QUICK;
  private static final Duration SLOWLY = QUICKLY.plusNanos(1);

  private final Semaphore permits = new Semaphore(1);
  private ThreadFactory platform = Thread.ofPlatform().factory();
  private final List<Boolean> virtual = new ArrayList<>();
  private long now;

  @Test
  void whileRequestsFollowQuicklyAPlatformThreadReadsThem() throws Exception {
    var requests = new Requests(Collections.nCopies(40, QUICKLY));

    run(requests);

    assertThat(virtual).hasSize(40);
    assertThat(virtual.subList(0, BEFORE)).containsOnly(true);
    assertThat(virtual.subList(BEFORE, 40)).containsOnly(false);
    assertThat(permits.availablePermits()).as("threads that were given back").isEqualTo(1);
  }

  @Test
  void afterASlowRequestTheVirtualThreadGoesOn() throws Exception {
    var pauses = new ArrayList<>(Collections.nCopies(BEFORE + 2, QUICKLY));
    pauses.set(BEFORE + 1, SLOWLY); // Comes while the platform thread waits for it.
    pauses.addAll(Collections.nCopies(BEFORE + 1, QUICKLY));

    run(new Requests(pauses));

    assertThat(virtual.subList(BEFORE, BEFORE + 2)).containsOnly(false);
    assertThat(virtual.subList(BEFORE + 2, 2 * BEFORE + 2)).containsOnly(true);
    assertThat(virtual.subList(2 * BEFORE + 2, 2 * BEFORE + 3)).containsOnly(false);
    assertThat(permits.availablePermits()).isEqualTo(1);
  }

  @Test
  void slowRequestsStayOnTheVirtualThread() throws Exception {
    run(new Requests(Collections.nCopies(40, SLOWLY)));

    assertThat(virtual).hasSize(40).containsOnly(true);
  }

  @Test
  void withoutAPermitAllStayOnTheVirtualThread() throws Exception {
    permits.acquire();

    run(new Requests(Collections.nCopies(40, QUICKLY)));

    assertThat(virtual).hasSize(40).containsOnly(true);
    assertThat(permits.availablePermits()).isZero();
  }

  @Test
  void whereTheSystemAllowsNoThreadAllStayOnTheVirtualThread() throws Exception {
    platform =
        run ->
            new Thread(run) {
              @Override
              public void start() {
                throw new OutOfMemoryError("unable to create native thread");
              }
            };

    run(new Requests(Collections.nCopies(40, QUICKLY)));

    assertThat(virtual).hasSize(40).containsOnly(true);
    assertThat(permits.availablePermits()).isEqualTo(1);
  }

  @Test
  void whatEndsTheConnectionOnThePlatformThreadEndsIt() {
    var end = new CloseConnectionException("the peer has left");
    var requests = new Requests(Collections.nCopies(BEFORE + 1, QUICKLY));
    requests.end =
        () -> {
          throw end;
        };

    assertThatThrownBy(() -> run(requests)).isSameAs(end);

    assertThat(virtual).endsWith(false);
    assertThat(permits.availablePermits()).isEqualTo(1);
  }

  @Test
  void anInterruptReachesThePlatformThread() throws Exception {
    var waits = new CountDownLatch(1);
    var requests = new Requests(Collections.nCopies(BEFORE + 1, QUICKLY));
    requests.end =
        () -> {
          waits.countDown();
          new CountDownLatch(1).await();
        };
    var handled = new FutureTask<>(() -> handle(requests));
    Thread thread = Thread.ofVirtual().start(handled);
    waits.await();

    thread.interrupt();

    assertThatThrownBy(handled::get).hasCauseInstanceOf(InterruptedException.class);
    assertThat(permits.availablePermits()).isEqualTo(1);
  }

  /** On a virtual thread, as Helidon does. */
  private void run(Requests requests) throws Exception {
    var handled = new FutureTask<>(() -> handle(requests));
    Thread.ofVirtual().start(handled);
    try {
      handled.get();
    } catch (ExecutionException e) {
      throw (Exception) e.getCause();
    }
  }

  private Void handle(Requests requests) throws InterruptedException {
    new BusyConnection(requests::readBy, platform, permits, () -> now)
        .handle(FixedLimit.create(new Semaphore(1)));
    return null;
  }

  /** A connection on which requests come, each after a pause, until it ends. */
  private final class Requests implements ServerConnection {

    private interface End {
      void run() throws InterruptedException;
    }

    private final List<Duration> pauses;
    private int next;
    private Runnable awaitsRequest = () -> {};
    End end = () -> {};

    Requests(List<Duration> pauses) {
      this.pauses = pauses;
    }

    ServerConnection readBy(Runnable awaitsRequest) {
      this.awaitsRequest = awaitsRequest;
      return this;
    }

    @Override
    public void handle(Limit limit) throws InterruptedException {
      while (next < pauses.size()) {
        awaitsRequest.run();
        now += pauses.get(next++).toNanos();
        virtual.add(Thread.currentThread().isVirtual());
      }
      end.run();
    }

    @Override
    @Deprecated // Abstract in Helidon 4.5 despite the deprecation; never called.
    @SuppressWarnings({"removal", "InlineMeSuggester"})
    public void handle(Semaphore permits) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Duration idleTime() {
      return Duration.ZERO;
    }

    @Override
    public void close(boolean interrupt) {}
  }
}
