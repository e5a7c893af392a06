package io.heliograph.cli.follow;

/**
 * What has come so far.
 *
 * @param lost in gaps; counts only what the server could count
 * @param omitted left out by the server on purpose, as it does for a tail
 */
record Tally(long events, int reconnects, int gaps, long lost, long omitted) {
  static final Tally NOTHING = new Tally(0, 0, 0, 0, 0);

  Tally event() {
    return new Tally(events + 1, reconnects, gaps, lost, omitted);
  }

  Tally reconnect() {
    return new Tally(events, reconnects + 1, gaps, lost, omitted);
  }

  Tally gap(long more) {
    return new Tally(events, reconnects, gaps + 1, lost + more, omitted);
  }

  Tally omit(long more) {
    return new Tally(events, reconnects, gaps, lost, omitted + more);
  }
}
