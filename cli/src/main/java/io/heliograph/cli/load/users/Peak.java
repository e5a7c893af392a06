package io.heliograph.cli.load.users;

/** The most that a counter grew in one second. Confined to one thread. */
final class Peak {
  private static final long SECOND = 1_000_000_000;

  private long secondBegan;
  private long atSecond;
  private long most;

  /** From then on, on the clock of {@link System#nanoTime}. */
  Peak(long counter, long nanos) {
    this.atSecond = counter;
    this.secondBegan = nanos;
  }

  /** To be called many times a second. */
  void look(long counter, long nanos) {
    if (nanos - secondBegan >= SECOND) {
      end(counter);
      secondBegan = nanos;
    }
  }

  /** The second under way is over. */
  long end(long counter) {
    most = Math.max(most, counter - atSecond);
    atSecond = counter;
    return most;
  }
}
