package io.heliograph.cli.load.meter;

import io.heliograph.cli.load.meter.SequenceCheck.Audit;

/**
 * One log as one user reads it: what is published there, and what of it arrives. Confined as its
 * {@link SequenceCheck}.
 */
final class Feed {
  private final String name;
  private final SentLog sent;
  private final SequenceCheck check = new SequenceCheck();
  // One above the last that must have come until all is there that was missed.
  private long awaited;

  Feed(String name, SentLog sent) {
    this.name = name;
    this.sent = sent;
  }

  /** {@code user} or {@code broadcast}. */
  String name() {
    return name;
  }

  SentLog sent() {
    return sent;
  }

  SequenceCheck check() {
    return check;
  }

  /** A stream has opened; {@code resumed} as of {@link SequenceCheck#returned}. */
  void opened(boolean first, boolean resumed) {
    long issued = sent.issued();
    if (first) {
      check.firstConnection(issued);
    } else {
      check.returned(issued, resumed);
    }
    awaited = Math.min(issued, sent.owedTo());
  }

  /** Whether all has come that was owed when the stream opened. */
  boolean hasCaughtUp() {
    return check.next() >= awaited;
  }

  void gap(SequenceCheck.Loss loss) {
    check.gap(sent.issued(), loss);
  }

  Audit audit(long mayComeFrom) {
    return check.audit(sent, mayComeFrom);
  }
}
