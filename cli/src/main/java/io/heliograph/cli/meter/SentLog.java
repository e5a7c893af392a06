package io.heliograph.cli.meter;

/**
 * What was published to one user, or to everybody: how much, and what became of it. Written by the
 * one lane that publishes there; {@link #issued} is for any thread, the rest for the audit once the
 * lane has ended.
 */
public final class SentLog {
  private volatile long issued;
  private Sequences refused = NONE;
  private Sequences unsure = NONE;

  private static final Sequences NONE = new Sequences();

  /** The number of the next event. */
  public long next() {
    long sequence = issued;
    issued = sequence + 1;
    return sequence;
  }

  /** How many were begun to be published. */
  public long issued() {
    return issued;
  }

  /** The server said no: it must not arrive, and is owed to nobody. */
  public void refused(long sequence) {
    if (refused == NONE) {
      refused = new Sequences();
    }
    refused.add(sequence, sequence);
  }

  /** Nobody knows whether the server took it: it may arrive, and is owed to nobody. */
  public void unsure(long sequence) {
    if (unsure == NONE) {
      unsure = new Sequences();
    }
    unsure.add(sequence, sequence);
  }

  boolean wasRefused(long sequence) {
    return refused.contains(sequence);
  }

  boolean isUnsure(long sequence) {
    return unsure.contains(sequence);
  }

  /** How many nobody owes. */
  long notOwed() {
    return refused.size() + unsure.size();
  }
}
