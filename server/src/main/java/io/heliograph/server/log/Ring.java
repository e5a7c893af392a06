package io.heliograph.server.log;

import io.heliograph.server.event.StoredEvent;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A queue of events and their publishers' shares that can be read and cut at an index, which {@link
 * java.util.ArrayDeque} cannot. Its owner guards it.
 */
final class Ring {

  private static final int SMALLEST = 4;

  private static final @Nullable StoredEvent[] NO_EVENTS = {};
  private static final @Nullable Share[] NO_SHARES = {};

  // The length is a power of two, or zero.
  private @Nullable StoredEvent[] slots = NO_EVENTS;
  private @Nullable Share[] shares = NO_SHARES;
  private int first;
  private int size;

  int size() {
    return size;
  }

  StoredEvent get(int index) {
    return Objects.requireNonNull(slots[slot(Objects.checkIndex(index, size))]);
  }

  Share share(int index) {
    return Objects.requireNonNull(shares[slot(Objects.checkIndex(index, size))]);
  }

  void addLast(StoredEvent event, Share share) {
    if (size == slots.length) {
      resize(Math.max(SMALLEST, size * 2));
    }
    slots[slot(size)] = event;
    shares[slot(size)] = share;
    size++;
  }

  /** Takes one out; cheap near the oldest, where what is dropped mostly is. */
  void remove(int index) {
    for (int i = Objects.checkIndex(index, size); i > 0; i--) {
      slots[slot(i)] = slots[slot(i - 1)];
      shares[slot(i)] = shares[slot(i - 1)];
    }
    slots[first] = null;
    shares[first] = null;
    first = slot(1);
    size--;
    shrink();
  }

  /** Takes out all events of a share. */
  void removeAll(Share share, Consumer<StoredEvent> removed) {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (share(i) == share) {
        removed.accept(get(i));
        continue;
      }
      slots[slot(kept)] = slots[slot(i)];
      shares[slot(kept)] = shares[slot(i)];
      kept++;
    }
    for (int i = kept; i < size; i++) {
      slots[slot(i)] = null;
      shares[slot(i)] = null;
    }
    size = kept;
    shrink();
  }

  /** The index of the oldest event of the share, or the size if there is none. */
  int indexOf(Share share) {
    int index = 0;
    while (index < size && share(index) != share) {
      index++;
    }
    return index;
  }

  /** The index of the first event that is so, as are all after it; the size if none is. */
  int first(Predicate<StoredEvent> isSo) {
    int from = 0;
    int to = size;
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (isSo.test(get(middle))) {
        to = middle;
      } else {
        from = middle + 1;
      }
    }
    return from;
  }

  private int slot(int index) {
    return (first + index) & (slots.length - 1);
  }

  private void shrink() {
    // A burst must not leave its array behind for ever.
    int length = slots.length;
    while (length > SMALLEST && size <= length / 4) {
      length /= 2;
    }
    if (length < slots.length) {
      resize(length);
    }
  }

  private void resize(int length) {
    slots = resized(slots, length);
    shares = resized(shares, length);
    first = 0;
  }

  private <T> @Nullable T[] resized(@Nullable T[] from, int length) {
    // copyOfRange takes what lies up to the array's end and fills with null; the rest has wrapped.
    @Nullable T[] to = Arrays.copyOfRange(from, first, first + length);
    int untilEnd = Math.min(size, from.length - first);
    System.arraycopy(from, 0, to, untilEnd, size - untilEnd);
    return to;
  }
}
