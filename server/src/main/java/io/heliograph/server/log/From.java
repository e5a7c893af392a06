package io.heliograph.server.log;

/** Where a reader without a cursor begins. */
public sealed interface From {

  /** At the heads: with what comes next. */
  record Now() implements From {}

  /** At the oldest kept event of each log. */
  record Oldest() implements From {}

  /**
   * At the latest events, counted over all logs together.
   *
   * @param events how many of those that the reader wants, at least 1
   */
  record Latest(int events) implements From {}

  /**
   * At the first event that was appended at a moment or later.
   *
   * @param nanos the moment, on the logs' clock
   */
  record Since(long nanos) implements From {}

  /** At the heads. */
  From NOW = new Now();

  /** At the oldest kept events. */
  From OLDEST = new Oldest();
}
