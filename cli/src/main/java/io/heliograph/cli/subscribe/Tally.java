package io.heliograph.cli.subscribe;

/** What has come so far. {@code lost} counts only what the server could count. */
record Tally(long events, int reconnects, int gaps, long lost) {
  static final Tally NOTHING = new Tally(0, 0, 0, 0);

  Tally event() {
    return new Tally(events + 1, reconnects, gaps, lost);
  }

  Tally reconnect() {
    return new Tally(events, reconnects + 1, gaps, lost);
  }

  Tally gap(long more) {
    return new Tally(events, reconnects, gaps + 1, lost + more);
  }
}
