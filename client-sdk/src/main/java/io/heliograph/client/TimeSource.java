package io.heliograph.client;

import java.time.InstantSource;

/**
 * The time source of a client. For tests, {@code VirtualClock} of the test kit advances only when
 * the test says so. By default a client uses the machine's time.
 *
 * <p>It controls the delay before the next attempt, how long a stream may be silent, how long it
 * must be open to count as stable, the deadline of an attempt, and the dates of {@code Retry-After}
 * and {@link Cause.HeartbeatTimeout#lastByteAt}. It does not control the network: connecting a
 * socket, waiting for a response head and name lookups take real time. It also does not control how
 * long a caller waits, such as in {@link EventStream#poll}.
 *
 * <p>Implementations are thread-safe.
 */
public interface TimeSource extends InstantSource {
  /** What a task waits for. */
  enum Wait {
    /** The next attempt, after a connection ended. */
    RECONNECT,
    /** A byte of an open stream; ends with {@link Cause.HeartbeatTimeout}. */
    SILENCE,
    /** A stream that is not open yet; ends with {@link Cause.ConnectTimeout}. */
    ATTEMPT
  }

  /** A scheduled task. */
  interface Alarm {
    /** Cancels the task, which may already be running. May be called repeatedly. */
    void cancel();
  }

  /** {@return nanoseconds from an arbitrary origin} Never decreases. */
  long nanoTime();

  /**
   * Runs a task once {@link #nanoTime} has reached a given time; at once if it already has,
   * possibly before this method returns. The task is short, does not fail, and may take locks of
   * the client. Therefore the thread that runs it must hold no lock of the time source.
   *
   * @param what the kind of wait
   * @param atNanos the time, on the scale of {@link #nanoTime}
   * @param task to run, on any thread
   * @return a handle that cancels the task
   */
  Alarm alarm(Wait what, long atNanos, Runnable task);
}
