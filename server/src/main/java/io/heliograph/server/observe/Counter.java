package io.heliograph.server.observe;

import java.util.concurrent.atomic.LongAdder;

/** A sum that only grows. Thread-safe; threads that add do not wait for each other. */
public final class Counter {

  private final LongAdder sum = new LongAdder();

  Counter() {}

  public void increment() {
    sum.increment();
  }

  public void add(long count) {
    sum.add(count);
  }

  /** As of a moment ago. */
  public long sum() {
    return sum.sum();
  }
}
