package io.heliograph.cli.load.meter;

/** How a simulated user behaves. */
public enum Cohort {
  /** Reads what comes. */
  NORMAL,
  /** Reads, but slower than it could. */
  SLOW,
  /** Connects and then reads nothing. */
  STALLED
}
