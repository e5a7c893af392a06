package io.heliograph.cli.load.meter;

/**
 * What was published to one user, or to everybody: how much, and what became of it. Written by the
 * one lane that publishes there; {@link #issued} and {@link #owedTo} are for any thread, the rest
 * for the audit once the lane has ended.
 */
public final class SentLog {
  private volatile long issued;
  // One above the last that is owed as far as anybody knows, and what it was before that one.
  private volatile long owedTo;
  private long owedToBefore;
  private Sequences refused = NONE;
  private Sequences unsure = NONE;

  private static final Sequences NONE = new Sequences();

  /** The number of the next event. */
  public long next() {
    long sequence = issued;
    owedToBefore = owedTo;
    owedTo = sequence + 1;
    issued = sequence + 1;
    return sequence;
  }

  public long issued() {
    return issued;
  }

  /** One above the last that is owed, as far as the server has answered. */
  long owedTo() {
    return owedTo;
  }

  private void notOwed(long sequence) {
    if (owedTo == sequence + 1) {
      owedTo = owedToBefore;
    }
  }

  /** The server said no: it must not arrive, and is owed to nobody. */
  public void refused(long sequence) {
    if (refused == NONE) {
      refused = new Sequences();
    }
    refused.add(sequence, sequence);
    notOwed(sequence);
  }

  /** Nobody knows whether the server took it: it may arrive, and is owed to nobody. */
  public void unsure(long sequence) {
    if (unsure == NONE) {
      unsure = new Sequences();
    }
    unsure.add(sequence, sequence);
    notOwed(sequence);
  }

  boolean wasRefused(long sequence) {
    return refused.contains(sequence);
  }

  boolean isUnsure(long sequence) {
    return unsure.contains(sequence);
  }

  long notOwed() {
    return refused.size() + unsure.size();
  }
}
