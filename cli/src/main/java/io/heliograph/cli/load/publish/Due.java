package io.heliograph.cli.load.publish;

import io.heliograph.cli.load.plan.Plan.Arrivals;
import java.util.SplittableRandom;

/**
 * When the next of a kind is due. It does not know what became of those before, nor what time it
 * is. Not thread-safe.
 */
final class Due {
  private static final double SECOND = 1e9;

  private final Arrivals arrivals;
  private final double perSecond;
  private final long from;
  private final SplittableRandom chance;
  // Since the start; with chance, the sum of steps of random lengths.
  private double steps;

  /** The first is due {@code first} steps after {@code from}; 0 per second is never. */
  Due(Arrivals arrivals, double perSecond, double first, long from, SplittableRandom chance) {
    this.arrivals = arrivals;
    this.perSecond = perSecond;
    this.from = from;
    this.chance = chance;
    this.steps = arrivals == Arrivals.poisson ? first + exponential() : first;
  }

  /** On the clock of {@link System#nanoTime}; {@link Long#MAX_VALUE} for never. */
  long at() {
    if (perSecond <= 0) {
      return Long.MAX_VALUE;
    }
    double seconds = steps / perSecond;
    return from + (long) ((arrivals == Arrivals.burst ? Math.floor(seconds) : seconds) * SECOND);
  }

  void advance() {
    steps += arrivals == Arrivals.poisson ? exponential() : 1;
  }

  /** Of mean 1: the distance of events that know nothing of each other. */
  private double exponential() {
    return -Math.log(1 - chance.nextDouble());
  }
}
