package io.heliograph.client;

import java.time.Duration;

/**
 * How long to wait before the next attempt. A pure function of its arguments.
 *
 * <p>The delay is the minimum that the server requested ({@code retry:}, {@code Retry-After}; at
 * most a day), plus a random part of a span that doubles with each failure up to a cap. This "full
 * jitter" spreads clients that lost their server at the same moment.
 *
 * <p>An orderly end is not a failure: if a server that sent {@code retry:} ends a response that
 * contained events, or Heliograph closes an open stream for another reason than {@code drain}, the
 * client waits exactly that long.
 *
 * @param first the span after the first failure
 * @param cap the longest span, at most a day
 * @param stableAfter a connection that was open for this long, and carried a byte, resets the count
 *     of failures, so that a server that accepts and drops connections is not hammered
 * @param maxFailures consecutive failures after which the stream is closed; 0 allows no
 *     reconnection
 */
public record ReconnectPolicy(Duration first, Duration cap, Duration stableAfter, int maxFailures) {

  /**
   * Checks the spans.
   *
   * @throws IllegalArgumentException if one is out of its range
   */
  public ReconnectPolicy {
    if (first.isNegative() || first.compareTo(cap) > 0 || cap.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException(
          "first is " + first + " and cap " + cap + "; allowed: 0 <= first <= cap <= 24 h");
    }
    if (stableAfter.isNegative()) {
      throw new IllegalArgumentException("stableAfter is negative: " + stableAfter);
    }
    if (maxFailures < 0) {
      throw new IllegalArgumentException("maxFailures is negative: " + maxFailures);
    }
  }

  /** {@return the default: from 1 s to 60 s, stable after 10 s, without a limit on failures} */
  public static ReconnectPolicy exponential() {
    return new ReconnectPolicy(
        Duration.ofSeconds(1), Duration.ofSeconds(60), Duration.ofSeconds(10), Integer.MAX_VALUE);
  }

  /** {@return a policy without reconnection: the stream ends with its first connection} */
  public static ReconnectPolicy never() {
    return exponential().maxFailures(0);
  }

  /**
   * {@return the same policy with another first span}
   *
   * @param span from zero, which means at once and is for tests, to the cap
   * @throws IllegalArgumentException if it is out of that range
   */
  public ReconnectPolicy first(Duration span) {
    return new ReconnectPolicy(span, cap, stableAfter, maxFailures);
  }

  /**
   * {@return the same policy with another cap}
   *
   * @param span from the first span to a day
   * @throws IllegalArgumentException if it is out of that range
   */
  public ReconnectPolicy cap(Duration span) {
    return new ReconnectPolicy(first, span, stableAfter, maxFailures);
  }

  /**
   * {@return the same policy with another span after which a connection counts as stable}
   *
   * @param span zero or more; with zero, one byte is enough
   * @throws IllegalArgumentException if it is negative
   */
  public ReconnectPolicy stableAfter(Duration span) {
    return new ReconnectPolicy(first, cap, span, maxFailures);
  }

  /**
   * {@return the same policy with another number of tolerated consecutive failures}
   *
   * @param failures zero or more; one more failure closes the stream
   * @throws IllegalArgumentException if it is negative
   */
  public ReconnectPolicy maxFailures(int failures) {
    return new ReconnectPolicy(first, cap, stableAfter, failures);
  }

  /**
   * Computes how long to wait before the next attempt.
   *
   * @param failures consecutive failures, from 1; may be huge
   * @param jitter random number from [0, 1), drawn by the caller
   * @param floor minimum that the server requested, zero if none
   * @return at least the floor; zero only if the first span is below a millisecond
   */
  public Duration delay(int failures, double jitter, Duration floor) {
    int doublings = Math.min(Math.max(failures, 1) - 1, 30); // A day in ms, shifted by 30, fits.
    long ceiling = Math.min(cap.toMillis(), first.toMillis() << doublings);
    long part = (long) (ceiling * jitter);
    // "At once" is for those who asked for it, by a first span of zero.
    return floor.plusMillis(floor.isZero() ? Math.max(part, Math.min(1, ceiling)) : part);
  }
}
