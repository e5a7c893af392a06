package io.heliograph.server.log;

import io.heliograph.server.event.StoredEvent;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A queue of events that can be read at an index, which {@link java.util.ArrayDeque} cannot. Its
 * owner guards it.
 */
final class Ring {

  private static final int SMALLEST = 4;

  // The length is a power of two, or zero.
  private @Nullable StoredEvent[] slots = new StoredEvent[0];
  private int first;
  private int size;

  int size() {
    return size;
  }

  StoredEvent get(int index) {
    StoredEvent event = slots[(first + Objects.checkIndex(index, size)) & (slots.length - 1)];
    return Objects.requireNonNull(event);
  }

  void addLast(StoredEvent event) {
    if (size == slots.length) {
      resize(Math.max(SMALLEST, size * 2));
    }
    slots[(first + size) & (slots.length - 1)] = event;
    size++;
  }

  StoredEvent removeFirst() {
    StoredEvent event = get(0);
    slots[first] = null;
    first = (first + 1) & (slots.length - 1);
    size--;
    // A burst must not leave its array behind for ever.
    if (slots.length > SMALLEST && size <= slots.length / 4) {
      resize(slots.length / 2);
    }
    return event;
  }

  private void resize(int length) {
    @Nullable StoredEvent[] bigger = Arrays.copyOfRange(slots, first, first + length);
    // copyOfRange took what lies up to the array's end and filled with null; the rest wrapped.
    int untilEnd = Math.min(size, slots.length - first);
    System.arraycopy(slots, 0, bigger, untilEnd, size - untilEnd);
    slots = bigger;
    first = 0;
  }
}
