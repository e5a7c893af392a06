package io.heliograph.client;

import java.time.InstantSource;

/**
 * The time of a client, for tests: {@code VirtualClock} of the test kit moves only when told to. A
 * client that is given none uses the machine's.
 *
 * <p>It governs the delay before the next attempt, how long a stream may be silent, how long it
 * must be open to count as stable, the time that an attempt has in all, and the dates of {@code
 * Retry-After} and {@link Cause.HeartbeatTimeout#lastByteAt}. It does not govern the network:
 * connecting a socket, waiting for the head of a response and looking names up take as long as they
 * take. Nor does it govern how long a caller waits, such as in {@link EventStream#poll}.
 *
 * <p>Implementations are thread-safe.
 */
public interface TimeSource extends InstantSource {
  /** What somebody waits for. */
  enum Wait {
    /** The next attempt, after a connection ended. */
    RECONNECT,
    /** A byte of an open stream: at the end of it comes {@link Cause.HeartbeatTimeout}. */
    SILENCE,
    /** A stream that is not open yet: at the end of it comes {@link Cause.ConnectTimeout}. */
    ATTEMPT
  }

  /** A task that waits for its moment. */
  interface Alarm {
    /** Forgets the task; it may be running already. May be called again. */
    void cancel();
  }

  /** {@return nanoseconds from an origin of its own} Never goes back. */
  long nanoTime();

  /**
   * Runs a task once when {@link #nanoTime} has reached a moment; at once if it has already, maybe
   * before this returns. The task is short, does not fail, and may take locks of the client: so it
   * must be called by a thread that holds no lock of the time source.
   *
   * @param what is being waited for
   * @param atNanos the moment, as {@link #nanoTime} tells it
   * @param task to be run, by any thread
   * @return the handle that forgets the task, should it not be wanted any more
   */
  Alarm alarm(Wait what, long atNanos, Runnable task);
}
