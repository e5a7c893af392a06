package io.heliograph.server.observe;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counters of one kind, distinguished by the value of a label. Thread-safe. Label values are
 * constants of the code. Input from clients must never become one, because clients would then
 * determine the number of counters.
 */
public final class Counters {

  private final io.prometheus.metrics.core.metrics.Counter all;
  private final Map<String, Counter> byValue = new ConcurrentHashMap<>();

  Counters(io.prometheus.metrics.core.metrics.Counter all) {
    this.all = all;
  }

  /** The counter of one label value. It is exported from the first call on, with 0. */
  public Counter of(String value) {
    Counter found = byValue.get(value);
    return found != null
        ? found
        : byValue.computeIfAbsent(value, word -> new Counter(all.labelValues(word)));
  }

  /**
   * Exports the counters of these label values. Call it at startup with all values, because a rate
   * over a series that starts at 1 misses the first increment.
   */
  public void declare(Iterable<String> values) {
    values.forEach(this::of);
  }
}
