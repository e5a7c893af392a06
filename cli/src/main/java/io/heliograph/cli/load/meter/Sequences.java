package io.heliograph.cli.load.meter;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/** A set of sequence numbers, kept as ranges: holes are few, but may be long. Not thread-safe. */
final class Sequences {
  // First to last of each range; ranges neither touch nor overlap.
  private final TreeMap<Long, Long> ranges = new TreeMap<>();
  private long size;

  long size() {
    return size;
  }

  boolean contains(long sequence) {
    Map.Entry<Long, Long> range = ranges.floorEntry(sequence);
    return range != null && range.getValue() >= sequence;
  }

  /** Adds {@code from} to {@code last}, both included; nothing if {@code last} is less. */
  void add(long from, long last) {
    if (last < from) {
      return;
    }
    long first = from;
    long end = last;
    Map.Entry<Long, Long> before = ranges.floorEntry(from);
    if (before != null && before.getValue() >= from - 1) {
      first = before.getKey();
    }
    for (Map.Entry<Long, Long> other = ranges.ceilingEntry(first);
        other != null && other.getKey() <= end + 1;
        other = ranges.ceilingEntry(first)) {
      end = Math.max(end, other.getValue());
      size -= other.getValue() - other.getKey() + 1;
      ranges.remove(other.getKey());
    }
    ranges.put(first, end);
    size += end - first + 1;
  }

  /** Takes one out; false if it was not in. */
  boolean remove(long sequence) {
    Map.Entry<Long, Long> range = ranges.floorEntry(sequence);
    if (range == null || range.getValue() < sequence) {
      return false;
    }
    long first = range.getKey();
    long last = range.getValue();
    ranges.remove(first);
    if (first < sequence) {
      ranges.put(first, sequence - 1);
    }
    if (sequence < last) {
      ranges.put(sequence + 1, last);
    }
    size--;
    return true;
  }

  void forEach(LongConsumer each) {
    ranges.forEach(
        (first, last) -> {
          for (long n = first; n <= last; n++) {
            each.accept(n);
          }
        });
  }
}
