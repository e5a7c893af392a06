package io.heliograph.client;

import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/** What the tests would take from newer Java: they run on 17, too. */
final class Backports {
  private Backports() {}

  /** {@code List.getLast} of Java 21. */
  static <T> T last(List<T> list) {
    return list.get(list.size() - 1);
  }

  /** {@code ExecutorService.close} of Java 19, for a {@code try}. */
  static Closing closing(ExecutorService executor) {
    return () -> {
      executor.shutdown();
      if (!executor.awaitTermination(10, TimeUnit.SECONDS)) {
        throw new AssertionError("a task of the test does not end");
      }
    };
  }

  /** Closes an executor. */
  interface Closing extends AutoCloseable {
    @Override
    void close() throws InterruptedException;
  }
}
