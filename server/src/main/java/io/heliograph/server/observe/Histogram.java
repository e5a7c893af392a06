package io.heliograph.server.observe;

import io.prometheus.metrics.core.datapoints.DistributionDataPoint;

/** A histogram. Thread-safe; threads that add do not wait for each other. */
public final class Histogram {

  private final DistributionDataPoint values;
  private final double unit;

  /**
   * Creates a histogram.
   *
   * @param unit number of recorded units per exported unit: 1e9 for nanoseconds exported as
   *     seconds. It is a divisor, because multiplication by 1e-9 would not give exactly 0.005
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
