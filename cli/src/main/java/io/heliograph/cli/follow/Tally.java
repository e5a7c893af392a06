package io.heliograph.cli.follow;

/** What has come so far. Confined to one thread at a time. */
final class Tally {
  long events;
  int reconnects;
  int gaps;
  // In gaps, as far as the server could count.
  long lost;
  // By the server on purpose, as it does for a tail.
  long omitted;
}
