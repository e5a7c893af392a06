package io.heliograph.server.observe;

import io.prometheus.metrics.core.datapoints.DistributionDataPoint;

/**
 * The distribution of values over buckets. Thread-safe; threads that add do not wait for each
 * other.
 */
public final class Histogram {

  private final DistributionDataPoint values;
  private final double unit;

  /**
   * Adds to a distribution.
   *
   * @param unit how many of the values make one of the unit on the page: 1e9 for nanoseconds shown
   *     as seconds. A divisor, because a multiplication by 1e-9 would not give exactly 0.005
   */
  Histogram(DistributionDataPoint values, double unit) {
    this.values = values;
    this.unit = unit;
  }

  /** Adds a value. */
  public void add(long value) {
    values.observe(value / unit);
  }
}
