package io.heliograph.cli.load.meter;

import java.util.Locale;

/** How a simulated user behaves. */
public enum Cohort {
  /** Reads what comes. */
  NORMAL,
  /** Reads, but slower than it could. */
  SLOW,
  /** Connects and then reads nothing. */
  STALLED;

  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
