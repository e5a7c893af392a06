package io.heliograph.server.reactor;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.stream.IntStream;

/**
 * Platform threads that do parts of the reactor's long walks, so that a broadcast can use more than
 * one processor. Each waits until there is one.
 */
final class Helpers implements AutoCloseable {

  // With the reactor's own thread, four: more would take the processors from publishers.
  private static final int MOST = 3;

  // Walks that are added while all threads are this far behind are done by the reactor alone.
  private static final int MOST_WAITING = 64;

  private final BlockingQueue<Walk<?>> walks = new ArrayBlockingQueue<>(MOST_WAITING);
  private final Thread[] threads;

  /** One for each processor but the reactor's, within reason. */
  static int number() {
    return Math.min(MOST, Runtime.getRuntime().availableProcessors() - 1);
  }

  /** Starts as many. */
  Helpers(int count) {
    this.threads =
        IntStream.range(0, count)
            .mapToObj(
                i -> Thread.ofPlatform().name("reactor-helper-" + i).daemon().start(this::run))
            .toArray(Thread[]::new);
  }

  /** Has all threads that have time join a walk. Does not block. */
  void join(Walk<?> walk) {
    for (Thread _ : threads) {
      boolean _ = walks.offer(walk);
    }
  }

  private void run() {
    try {
      while (true) {
        walks.take().help();
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  @Override
  public void close() {
    for (Thread thread : threads) {
      thread.interrupt();
    }
  }
}
