package io.heliograph.server.observe;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Sums of one kind, told apart by a label. Thread-safe. Its values are words of the code: what a
 * stranger sends must not become one, or strangers decide how many sums there are.
 */
public final class Counters {

  private final String label;
  private final Map<String, Counter> byValue = new ConcurrentSkipListMap<>();

  Counters(String label) {
    this.label = label;
  }

  /** The sum for one value of the label. */
  public Counter of(String value) {
    Counter found = byValue.get(value);
    return found != null ? found : byValue.computeIfAbsent(value, _ -> new Counter());
  }

  String label() {
    return label;
  }

  Map<String, Counter> byValue() {
    return byValue;
  }
}
