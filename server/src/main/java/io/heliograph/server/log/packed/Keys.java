package io.heliograph.server.log.packed;

import io.heliograph.server.event.IdempotencyKey;

/**
 * Where a log holds the event of each idempotency key. A table of numbers with open addressing,
 * because a map's objects, three for each key, would have to be copied by the garbage collector.
 * Its owner guards it.
 */
public final class Keys {

  /** What {@link #get} answers if the key is not there. */
  public static final long ABSENT = 0;

  /** The keys of a log that has none: most logs. Must not be added to. */
  public static final Keys NONE = new Keys();

  private static final int HIGH = 0;
  private static final int LOW = 1;
  private static final int VALUE = 2;
  private static final int WIDTH = 3;
  private static final int SMALLEST = 4;

  // The number of slots is a power of two, at most half of which are in use. A free slot has the
  // value ABSENT.
  private long[] slots = new long[SMALLEST * WIDTH];
  private int size;

  public int size() {
    return size;
  }

  /** What was put for the key. */
  public long get(IdempotencyKey key) {
    return slots[slot(key.high(), key.low()) + VALUE];
  }

  /**
   * Remembers a key.
   *
   * @param value other than {@link #ABSENT}
   */
  public void put(IdempotencyKey key, long value) {
    if (size * 2 * WIDTH >= slots.length) {
      resize(slots.length * 2);
    }
    int slot = slot(key.high(), key.low());
    if (slots[slot + VALUE] == ABSENT) {
      size++;
    }
    set(slot, key.high(), key.low(), value);
  }

  /** Forgets a key if this value was put for it. */
  public void remove(IdempotencyKey key, long value) {
    int slot = slot(key.high(), key.low());
    if (slots[slot + VALUE] != value) {
      return; // Another event has the key meanwhile.
    }
    size--;
    slots[slot + VALUE] = ABSENT;
    // What was put behind it because its slot was taken must be found without it.
    int next = next(slot);
    while (slots[next + VALUE] != ABSENT) {
      long high = slots[next + HIGH];
      long low = slots[next + LOW];
      long moved = slots[next + VALUE];
      slots[next + VALUE] = ABSENT;
      set(slot(high, low), high, low, moved);
      next = next(next);
    }
    if (slots.length > SMALLEST * WIDTH && size * 8 * WIDTH <= slots.length) {
      resize(slots.length / 2);
    }
  }

  /** The slot that has the key, or the free one in which it belongs. */
  private int slot(long high, long low) {
    long count = slots.length / WIDTH;
    // The keys of a batch are neighbors. Without the factor (2^64 by the golden ratio) they would
    // take neighboring slots, and each removal would move thousands of them.
    long spread = (high ^ low) * 0x9E3779B97F4A7C15L;
    int slot = (int) (spread >>> (Long.numberOfLeadingZeros(count) + 1)) * WIDTH;
    while (slots[slot + VALUE] != ABSENT
        && (slots[slot + HIGH] != high || slots[slot + LOW] != low)) {
      slot = next(slot);
    }
    return slot;
  }

  private int next(int slot) {
    int next = slot + WIDTH;
    return next == slots.length ? 0 : next;
  }

  private void set(int slot, long high, long low, long value) {
    slots[slot + HIGH] = high;
    slots[slot + LOW] = low;
    slots[slot + VALUE] = value;
  }

  private void resize(int length) {
    long[] old = slots;
    slots = new long[length];
    for (int i = 0; i < old.length; i += WIDTH) {
      if (old[i + VALUE] != ABSENT) {
        set(slot(old[i + HIGH], old[i + LOW]), old[i + HIGH], old[i + LOW], old[i + VALUE]);
      }
    }
  }
}
