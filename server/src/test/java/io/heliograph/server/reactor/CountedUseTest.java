package io.heliograph.server.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CountedUseTest {

  private static final class Resource extends CountedUse {
    final AtomicInteger released = new AtomicInteger();

    @Override
    void release() {
      released.incrementAndGet();
    }
  }

  @Test
  void itIsReleasedOnceAndNotBeforeTheLastUseEnds() {
    var resource = new Resource();
    assertThat(resource.enter()).isTrue();
    assertThat(resource.enter()).isTrue();
    resource.end();
    assertThat(resource.isOpen()).isFalse();
    assertThat(resource.enter()).isFalse();
    resource.leave();
    assertThat(resource.released).hasValue(0);
    resource.leave();
    assertThat(resource.released).hasValue(1);
    resource.end();
    assertThat(resource.enter()).isFalse();
    assertThat(resource.released).hasValue(1);
  }

  @Test
  void withoutUsersItIsReleasedAtOnce() {
    var resource = new Resource();
    resource.end();
    resource.end();
    assertThat(resource.released).hasValue(1);
  }

  @Test
  void usersThatComeAndGoOnOtherThreadsNeverMeetAReleasedOne() throws Exception {
    var misuses = new AtomicInteger();
    for (int round = 0; round < 300; round++) {
      var resource = new Resource();
      var start = new CyclicBarrier(4);
      var threads = new ArrayList<Thread>();
      for (int i = 0; i < 3; i++) {
        threads.add(Thread.ofPlatform().start(() -> use(resource, start, misuses)));
      }
      threads.add(Thread.ofPlatform().start(() -> endAfter(resource, start)));
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(resource.released).hasValue(1);
    }
    assertThat(misuses).hasValue(0);
  }

  private static void use(Resource resource, CyclicBarrier start, AtomicInteger misuses) {
    await(start);
    while (resource.enter()) {
      for (int i = 0; i < 100; i++) {
        Thread.onSpinWait(); // The end comes meanwhile.
      }
      if (resource.released.get() > 0) {
        misuses.incrementAndGet();
      }
      resource.leave();
    }
  }

  private static void endAfter(Resource resource, CyclicBarrier start) {
    await(start);
    resource.end();
  }

  private static void await(CyclicBarrier start) {
    try {
      start.await();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
