package io.heliograph.cli.load.meter;

/** Sums over users. Not thread-safe. */
public final class Totals {
  public long owed;
  public long silent;
  public long announced;
  public long pending;
  public long missedAway;
  public long unsureMissing;
  public long usersWithLoss;
  public long absent;
  public long returns;
  public long returnsWithLoss;

  /** How many deliveries were owed and came. */
  public long seen() {
    return owed - silent - announced - pending;
  }

  void add(SequenceCheck.Audit audit) {
    owed += audit.owed;
    announced += audit.announced;
    missedAway += audit.missedAway;
    unsureMissing += audit.unsureMissing;
    pending += audit.pending;
    silent += audit.silent;
    if (audit.silent > 0) {
      usersWithLoss++;
    }
  }
}
