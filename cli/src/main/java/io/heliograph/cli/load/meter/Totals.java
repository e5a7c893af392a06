package io.heliograph.cli.load.meter;

/** Sums over users. Not thread-safe. */
public final class Totals {
  public long owed;
  public long silent;
  public long announced;
  public long pending;
  public long missedAway;
  public long absent;
  public long returns;
  public long returnsWithLoss;

  public long seen() {
    return owed - silent - announced - pending;
  }

  void add(SequenceCheck.Audit audit) {
    owed += audit.owed;
    announced += audit.announced;
    missedAway += audit.missedAway;
    pending += audit.pending;
    silent += audit.silent();
  }

  /** The returns of one user, which lost what they lost in either log. */
  void returned(SequenceCheck.Audit own, SequenceCheck.Audit broadcasts) {
    for (int i = 0; i < own.returns.size(); i++) {
      returns++;
      if (own.returns.get(i) || broadcasts.returns.get(i)) {
        returnsWithLoss++;
      }
    }
  }
}
