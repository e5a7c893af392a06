package io.heliograph.server.log.file;

import java.util.Arrays;

/**
 * The latest record of each log in one segment: open addressing, in two arrays. Thread-safe.
 *
 * <p>A log is known by a hash that outsiders cannot compute, so two logs with one hash do not
 * occur.
 */
final class Table {

  private static final int SMALLEST = 64;
  private static final int NONE = -1;

  private long[] hashes = new long[SMALLEST];
  private int[] offsets = filled(SMALLEST);
  private int size;

  private static int[] filled(int length) {
    var offsets = new int[length];
    Arrays.fill(offsets, NONE);
    return offsets;
  }

  synchronized int size() {
    return size;
  }

  synchronized void put(long hash, int offset) {
    if (size * 2 >= hashes.length) {
      grow();
    }
    int slot = slot(hash);
    if (offsets[slot] == NONE) {
      size++;
    }
    hashes[slot] = hash;
    offsets[slot] = offset;
  }

  /** The offset of the latest record; -1 if there is none. */
  synchronized int get(long hash) {
    return offsets[slot(hash)];
  }

  private int slot(long hash) {
    int mask = hashes.length - 1;
    int slot = (int) hash & mask;
    while (offsets[slot] != NONE && hashes[slot] != hash) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void grow() {
    long[] oldHashes = hashes;
    int[] oldOffsets = offsets;
    hashes = new long[oldHashes.length * 2];
    offsets = filled(hashes.length);
    for (int i = 0; i < oldHashes.length; i++) {
      if (oldOffsets[i] != NONE) {
        int slot = slot(oldHashes[i]);
        hashes[slot] = oldHashes[i];
        offsets[slot] = oldOffsets[i];
      }
    }
  }

  /** All hashes, sorted. */
  synchronized long[] sortedHashes() {
    var sorted = new long[size];
    int count = 0;
    for (int i = 0; i < hashes.length; i++) {
      if (offsets[i] != NONE) {
        sorted[count++] = hashes[i];
      }
    }
    Arrays.sort(sorted);
    return sorted;
  }
}
