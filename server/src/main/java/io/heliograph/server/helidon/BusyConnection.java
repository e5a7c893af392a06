package io.heliograph.server.helidon;

import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.task.InterruptableTask;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.spi.ServerConnection;
import io.heliograph.server.event.NanoClock;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.function.Function;

/**
 * An HTTP/1.1 connection that runs on a platform thread while its requests follow each other
 * quickly, and on Helidon's virtual thread otherwise. The kernel wakes a platform thread in the
 * read of its socket; to wake a virtual thread, the JDK's poller and scheduler need more CPU than
 * Helidon needs for a short request.
 *
 * <p>Meanwhile the virtual thread waits for the platform thread. Threads change while the next
 * request is waited for: an exception ends Helidon's loop over the requests, and the other thread
 * enters it again.
 *
 * <p>Can go when virtual threads cost as little.
 */
final class BusyConnection implements ServerConnection, InterruptableTask<Void> {

  /** How many connections of a server may have a platform thread at the same time. */
  static final int MOST = 64;

  /** How many requests must follow each other quickly. */
  static final int ENOUGH = 16;

  /** The longest time between two requests that follow each other quickly. */
  static final Duration QUICK = Duration.ofMillis(100);

  private final ServerConnection connection;
  private final ThreadFactory platform;
  private final Semaphore permits;
  private final NanoClock clock;

  // Confined to the thread that runs the connection.
  private long lastNanos;
  private int quick;

  /**
   * A connection that has not been read yet.
   *
   * @param connector makes the connection; its reader must run the argument before it waits for a
   *     request, and must not catch what that throws
   * @param platform makes the platform threads
   * @param permits one for each platform thread that may run
   */
  BusyConnection(
      Function<Runnable, ServerConnection> connector,
      ThreadFactory platform,
      Semaphore permits,
      NanoClock clock) {
    this.connection = connector.apply(this::awaitsRequest);
    this.platform = platform;
    this.permits = permits;
    this.clock = clock;
    this.lastNanos = clock.nanos();
  }

  private void awaitsRequest() {
    long now = clock.nanos();
    boolean isQuick = now - lastNanos <= QUICK.toNanos();
    lastNanos = now;
    quick = isQuick ? quick + 1 : 0;
    boolean changes =
        Thread.currentThread().isVirtual() ? quick >= ENOUGH && permits.tryAcquire() : !isQuick;
    if (changes) {
      quick = 0; // Or a thread that cannot be started would be tried again at once, for ever.
      throw new ThreadChange();
    }
  }

  @Override
  public void handle(Limit limit) throws InterruptedException {
    boolean goesOn = true;
    while (goesOn) {
      try {
        connection.handle(limit);
        goesOn = false;
      } catch (ThreadChange e) {
        goesOn = onPlatformThread(limit);
      }
    }
  }

  /** Whether the connection goes on, on this thread. */
  private boolean onPlatformThread(Limit limit) throws InterruptedException {
    var run = new FutureTask<>(task(limit));
    Thread thread = platform.newThread(run);
    try {
      return !isStarted(thread) || goesOnAfter(run, thread);
    } finally {
      permits.release();
    }
  }

  /** The system may allow no more threads, which the JVM logs. */
  private static boolean isStarted(Thread thread) {
    try {
      thread.start();
      return true;
    } catch (OutOfMemoryError e) {
      return false;
    }
  }

  private Callable<Void> task(Limit limit) {
    return () -> {
      connection.handle(limit);
      return null;
    };
  }

  private static boolean goesOnAfter(FutureTask<Void> run, Thread thread)
      throws InterruptedException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          run.get();
          return false;
        } catch (InterruptedException e) { // The server stops.
          interrupted = true;
          thread.interrupt();
        }
      }
    } catch (ExecutionException e) {
      return switch (Objects.requireNonNull(e.getCause())) {
        case ThreadChange _ -> true;
        case RuntimeException failure -> throw failure;
        case Error failure -> throw failure;
        case InterruptedException failure -> throw failure;
        default -> throw new IllegalStateException(e);
      };
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public Duration idleTime() {
    return connection.idleTime();
  }

  @Override
  public void close(boolean interrupt) {
    connection.close(interrupt);
  }

  @Override
  public boolean canInterrupt() {
    return connection instanceof InterruptableTask<?> task && task.canInterrupt();
  }

  /** Another thread goes on. */
  private static final class ThreadChange extends CloseConnectionException {

    private static final long serialVersionUID = 1L;

    ThreadChange() {
      super("another thread goes on");
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this; // Nobody sees it.
    }
  }
}
