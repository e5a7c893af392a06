package io.heliograph.server.observe;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Sums of one kind, distinguished by the value of a label. Thread-safe. The values are words of the
 * code: input from clients must never become one, because clients would then decide how many sums
 * there are.
 */
public final class Counters {

  private final io.prometheus.metrics.core.metrics.Counter all;
  private final Map<String, Counter> byValue = new ConcurrentHashMap<>();

  Counters(io.prometheus.metrics.core.metrics.Counter all) {
    this.all = all;
  }

  /** The sum for one value of the label. It is on the page from the first call on, with 0. */
  public Counter of(String value) {
    Counter found = byValue.get(value);
    return found != null
        ? found
        : byValue.computeIfAbsent(value, word -> new Counter(all.labelValues(word)));
  }

  /**
   * Puts the sums of these values on the page. To be called at the start with every value there is:
   * a rate over a series that begins at 1 does not see the first increment.
   */
  public void declare(Iterable<String> values) {
    values.forEach(this::of);
  }
}
