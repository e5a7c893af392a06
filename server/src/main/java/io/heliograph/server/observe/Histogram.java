package io.heliograph.server.observe;

import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;

/**
 * How often values of which size came. Thread-safe; threads that add do not wait for each other.
 */
public final class Histogram {

  private final long[] bounds;
  private final double unit;
  private final LongAdder[] counts;
  private final LongAdder sum = new LongAdder();

  /**
   * Buckets that end at the bounds.
   *
   * @param unit what one of the values is in the unit that is shown: 1e-9 for nanoseconds as
   *     seconds
   * @param bounds ascending, each part of its bucket
   */
  Histogram(double unit, long... bounds) {
    this.bounds = bounds.clone();
    this.unit = unit;
    this.counts = new LongAdder[bounds.length + 1];
    Arrays.setAll(counts, _ -> new LongAdder());
  }

  /** Adds a value. */
  public void add(long value) {
    int bucket = 0;
    while (bucket < bounds.length && value > bounds[bucket]) {
      bucket++;
    }
    counts[bucket].increment();
    sum.add(value);
  }

  /** How many values came, as of a moment ago. */
  public long count() {
    long count = 0;
    for (LongAdder bucket : counts) {
      count += bucket.sum();
    }
    return count;
  }

  void writeTo(StringBuilder out, String name) {
    long count = 0;
    for (int i = 0; i < counts.length; i++) {
      count += counts[i].sum();
      out.append(name).append("_bucket{le=\"");
      out.append(i == bounds.length ? "+Inf" : Metrics.shown(bounds[i] * unit));
      out.append("\"} ").append(count).append('\n');
    }
    out.append(name).append("_sum ").append(Metrics.shown(sum.sum() * unit)).append('\n');
    // The last bucket's sum, not asked for anew: a reader of the page may rely on their being
    // equal.
    out.append(name).append("_count ").append(count).append('\n');
  }
}
