package io.heliograph.server.hub;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * For how long a reader may read.
 *
 * @param validFor from now on, then the stream ends
 * @param warnBefore how long before its end the reader is told
 * @param revoked whether it was taken back; asked by any thread, must not block
 */
public record Lease(Duration validFor, Duration warnBefore, BooleanSupplier revoked) {

  // Fits a long of nanoseconds; a stream that lives a year has other reasons to end.
  private static final Duration LONGEST = Duration.ofDays(365);

  /** Without an end: where nobody says who may read. */
  public static final Lease ENDLESS = new Lease(LONGEST, Duration.ZERO, () -> false);

  public Lease {
    validFor = validFor.compareTo(LONGEST) < 0 ? validFor : LONGEST;
  }
}
