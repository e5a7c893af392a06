package io.heliograph.server.observe;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;

/** A counter. Thread-safe; threads that add do not wait for each other. */
public final class Counter {

  private final CounterDataPoint sum;

  Counter(CounterDataPoint sum) {
    this.sum = sum;
  }

  public void increment() {
    sum.inc(1L);
  }

  public void add(long count) {
    sum.inc(count);
  }

  /** The current value; concurrent additions may be missing. */
  public long sum() {
    return sum.getLongValue();
  }
}
