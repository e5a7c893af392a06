package io.heliograph.server.log;

/**
 * How far a reader is in the ephemeral events of a log. Confined to one thread at a time, but for
 * {@link #closes}.
 */
public class Reader {

  private long step;
  private boolean closed; // Guarded by this.

  /** A reader of a log that cannot be read yet. */
  protected Reader() {}

  /** A reader who comes now: what is ephemeral so far is not for it. */
  protected Reader(LogTail tail) {
    this.step = tail.lastStep();
  }

  /** The step of the last event that the reader got or was told of. */
  protected final long step() {
    return step;
  }

  /**
   * Forgets how far the reader was, because the log began anew: what is ephemeral so far is gone.
   */
  protected final void startAfter(long lastStep) {
    step = lastStep;
  }

  /** Whether this is the first call, by any thread: a log is let go of once. */
  protected final synchronized boolean closes() {
    boolean first = !closed;
    closed = true;
    return first;
  }

  /** Moves the reader on, and answers how many steps it has passed by that. */
  final long passUpTo(long to) {
    long passed = Math.max(0, to - step);
    step += passed;
    return passed;
  }
}
