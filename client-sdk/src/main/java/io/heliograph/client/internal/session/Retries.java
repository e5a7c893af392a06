package io.heliograph.client.internal.session;

import io.heliograph.client.Cause;
import io.heliograph.client.ReconnectPolicy;
import java.time.Duration;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Decides where the next attempt goes and how long it waits, from how the last ones ended.
 *
 * <p>Endpoints are tried in rounds: each round begins with the first, and an endpoint that fails is
 * passed over until the round is over. Within a round the next one is tried almost at once, after a
 * random part of the policy's first span; after it comes the policy's delay. A stable connection
 * begins a new round; it only counts against its endpoint if the server is at fault. So a stream
 * comes back to the first endpoint whenever it has to reconnect anyway, and no healthy connection
 * is torn down for that.
 *
 * <p>Confined to the session's consumer; chance comes in as an argument.
 */
final class Retries {
  private final ReconnectPolicy policy;
  private final int endpoints;
  // Null while none has.
  private @Nullable BitSet failed;
  private int endpoint;
  private int failures;
  private int rounds;
  private Duration floorOfRound = Duration.ZERO;

  Retries(ReconnectPolicy policy, int endpoints) {
    this.policy = policy;
    this.endpoints = endpoints;
  }

  /** Where the next attempt goes. */
  int endpoint() {
    return endpoint;
  }

  /** Ends in a row without a stable connection between them. */
  int failures() {
    return failures;
  }

  boolean exhausted() {
    return failures > policy.maxFailures();
  }

  /** As if nothing had failed. */
  void startOver() {
    failed = null;
    endpoint = 0;
    failures = 0;
    rounds = 0;
    floorOfRound = Duration.ZERO;
  }

  /** Counts the end of an attempt that went to {@link #endpoint}. */
  void ended(boolean stable, Cause cause) {
    if (stable) {
      startOverFrom(endpoint);
    }
    failures++;
    if (!stable || blamesTheServer(cause)) {
      if (failed == null) {
        failed = new BitSet();
      }
      failed.set(endpoint);
    }
  }

  private void startOverFrom(int current) {
    startOver();
    endpoint = current;
  }

  /**
   * How long to wait, and, by {@link #endpoint}, for which one.
   *
   * @param floor what the server asked for
   */
  Duration next(Duration floor, double jitter) {
    if (floor.compareTo(floorOfRound) > 0) {
      floorOfRound = floor;
    }
    if (failed != null && failed.cardinality() < endpoints) {
      endpoint = failed.nextClearBit(0);
      return policy.delay(1, jitter, Duration.ZERO);
    }
    Duration delay = policy.delay(++rounds, jitter, floorOfRound);
    failed = null;
    endpoint = 0;
    floorOfRound = Duration.ZERO;
    return delay;
  }

  /** Whether another endpoint would have done better; an orderly end of a long stream says no. */
  private static boolean blamesTheServer(Cause cause) {
    if (cause instanceof Cause.ServerClosing closing) {
      return closing.reason().equals("drain") || closing.reason().equals("overloaded");
    }
    if (cause instanceof Cause.ServerClosed closed) {
      return closed.truncated();
    }
    return !(cause instanceof Cause.HandlerFailed
        || cause instanceof Cause.TokenExpiring
        || cause instanceof Cause.ByCaller);
  }
}
