package io.heliograph.client.internal.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ThreadsTest {
  @Test
  void threadsAreVirtualWhereTheJvmHasThem() throws Exception {
    Thread thread = Threads.unstarted("heliograph-test", () -> {});

    assertThat(thread.getName()).isEqualTo("heliograph-test");
    assertThat(thread.isDaemon()).isTrue();
    assertThat(isVirtual(thread)).isEqualTo(Runtime.version().feature() >= 21);
  }

  @Test
  void aThreadPerTaskEndsWithItsTask() throws Exception {
    var threads = new LinkedBlockingQueue<Thread>();
    var executor = Threads.perTask("heliograph-test");
    executor.execute(() -> threads.add(Thread.currentThread()));
    Thread first = threads.poll(20, TimeUnit.SECONDS);
    assertThat(first.getName()).isEqualTo("heliograph-test");
    assertThat(Threads.join(first, Duration.ofSeconds(20))).isTrue();

    executor.execute(() -> threads.add(Thread.currentThread()));
    assertThat(threads.poll(20, TimeUnit.SECONDS)).isNotSameAs(first);
    executor.shutdown();
  }

  @Test
  void joinWaitsNoLongerThanItIsTold() throws Exception {
    var goOn = new CountDownLatch(1);
    Thread waits =
        Threads.start(
            "heliograph-test",
            () -> {
              try {
                goOn.await();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            });

    assertThat(Threads.join(waits, Duration.ZERO)).isFalse(); // To Thread.join, 0 is for ever.
    assertThat(Threads.join(waits, Duration.ofMillis(20))).isFalse();
    goOn.countDown();
    assertThat(Threads.join(waits, Duration.ofSeconds(20))).isTrue();
  }

  private static boolean isVirtual(Thread thread) throws ReflectiveOperationException {
    return Runtime.version().feature() >= 21
        && (boolean) Thread.class.getMethod("isVirtual").invoke(thread);
  }
}
