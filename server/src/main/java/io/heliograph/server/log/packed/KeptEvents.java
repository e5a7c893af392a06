package io.heliograph.server.log.packed;

import io.heliograph.server.event.IdempotencyKey;
import io.heliograph.server.event.Position;
import io.heliograph.server.event.StoredEvent;
import java.util.Objects;
import java.util.function.IntPredicate;

/**
 * A log's kept events, oldest first: numbers in one array, and bytes in {@link Chunks}. However
 * many events there are, a garbage collection has few objects to follow and to copy. An event's
 * object is made when it is read. Its owner guards it.
 *
 * <p>It can be read and cut at an index, because what is dropped is not always the oldest.
 */
public final class KeptEvents {

  // What there is of an event, a long each.
  private static final int SEQUENCE = 0;
  private static final int APPENDED = 1;
  private static final int CHUNK = 2; // The number of its chunk, and its share's.
  private static final int EXTENT = 3; // Where in the chunk its block begins, and how long it is.
  private static final int NARROW = 4;

  // These only if there is an event that needs them.
  private static final int TTL = 4;
  private static final int KEY_HIGH = 5;
  private static final int KEY_LOW = 6;
  private static final int HAS_KEY = 7;
  private static final int WIDE = 8;

  private static final long NO_TTL = Long.MAX_VALUE;
  private static final int SMALLEST = 2;
  private static final long[] NO_EVENTS = {};

  /** The window of a log that never kept an event: most logs. Must not be added to. */
  public static final KeptEvents NONE = new KeptEvents();

  private Chunks chunks = new Chunks();

  // A ring of events. Their number is a power of two, or zero.
  private long[] ring = NO_EVENTS;
  private int width = NARROW;
  private int first;
  private int size;

  public int size() {
    return size;
  }

  /** The bytes of the arrays that hold many blocks. For tests of the bound of {@link Chunks}. */
  long allocated() {
    return chunks.allocated();
  }

  /** The event at an index as an object, which stays valid when the event is dropped. */
  public StoredEvent get(int index, long epoch) {
    int at = at(index);
    long extent = ring[at + EXTENT];
    return chunks.event(
        (int) (ring[at + CHUNK] >> 32),
        Position.kept(epoch, ring[at + SEQUENCE]),
        ring[at + APPENDED],
        width == WIDE ? ring[at + TTL] : NO_TTL,
        (int) (extent >> 32),
        (int) extent,
        width == WIDE && ring[at + HAS_KEY] != 0
            ? new IdempotencyKey(ring[at + KEY_HIGH], ring[at + KEY_LOW])
            : null);
  }

  public long sequence(int index) {
    return ring[at(index) + SEQUENCE];
  }

  public long appendedNanos(int index) {
    return ring[at(index) + APPENDED];
  }

  /** The length of the event's block, in bytes. */
  public int length(int index) {
    return (int) ring[at(index) + EXTENT];
  }

  /** The id of the share to which the event belongs. */
  public int share(int index) {
    return (int) ring[at(index) + CHUNK];
  }

  /** Whether the event's time to live has passed. */
  public boolean isExpired(int index, long now) {
    int at = at(index);
    return width == WIDE && now - ring[at + APPENDED] > ring[at + TTL];
  }

  public void addLast(StoredEvent event, int share) {
    IdempotencyKey key = event.key();
    if (width == NARROW && (event.mayExpire() || key != null)) {
      resize(ring.length / width, WIDE);
    }
    if (size * width == ring.length) {
      resize(Math.max(SMALLEST, size * 2), width);
    }
    size++;
    int at = at(size - 1);
    int chunk = chunks.add(event);
    ring[at + SEQUENCE] = event.position().sequence();
    ring[at + APPENDED] = event.appendedNanos();
    ring[at + CHUNK] = (long) chunk << 32 | share;
    ring[at + EXTENT] = (long) chunks.offset() << 32 | event.length();
    if (width == WIDE) {
      ring[at + TTL] = event.ttlNanos();
      ring[at + HAS_KEY] = key == null ? 0 : 1;
      ring[at + KEY_HIGH] = key == null ? 0 : key.high();
      ring[at + KEY_LOW] = key == null ? 0 : key.low();
    }
  }

  /** Takes one out; cheap near the oldest, where what is dropped mostly is. */
  public void remove(int index) {
    release(index);
    for (int i = index; i > 0; i--) {
      copy(i - 1, i);
    }
    first = slot(1);
    size--;
    tidy();
  }

  /** Takes out those that are so; each is asked about once, oldest first. */
  public void removeIf(IntPredicate isSo) {
    if (size == 0) {
      return;
    }
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (isSo.test(i)) {
        release(i);
      } else {
        if (kept < i) {
          copy(i, kept);
        }
        kept++;
      }
    }
    size = kept;
    tidy();
  }

  /** The index of the oldest event of the share, or the size if there is none. */
  public int indexOf(int share) {
    int index = 0;
    while (index < size && share(index) != share) {
      index++;
    }
    return index;
  }

  /** The index of the first event that is so, as are all after it; the size if none is. */
  public int first(IntPredicate isSo) {
    int from = 0;
    int to = size;
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (isSo.test(middle)) {
        to = middle;
      } else {
        from = middle + 1;
      }
    }
    return from;
  }

  /** The index of the first event after a sequence; the size if there is none. */
  public int firstAfter(long sequence) {
    // A reader mostly is near the newest.
    int index = size;
    while (index > 0 && size - index < 4 && sequence(index - 1) > sequence) {
      index--;
    }
    return index > 0 && sequence(index - 1) > sequence ? first(i -> sequence(i) > sequence) : index;
  }

  private int at(int index) {
    return slot(Objects.checkIndex(index, size)) * width;
  }

  private int slot(int index) {
    return (first + index) & (ring.length / width - 1);
  }

  private void copy(int from, int to) {
    System.arraycopy(ring, at(from), ring, at(to), width);
  }

  private void release(int index) {
    int at = at(index);
    chunks.release((int) (ring[at + CHUNK] >> 32), (int) ring[at + EXTENT]);
  }

  /** Gives back what a burst has left behind. */
  private void tidy() {
    int length = ring.length / width;
    while (length > SMALLEST && size <= length / 4) {
      length /= 2;
    }
    if (size == 0) {
      resize(SMALLEST, NARROW);
    } else if (length < ring.length / width) {
      resize(length, width);
    }
    if (chunks.isWasteful()) {
      var successor = new Chunks();
      for (int i = 0; i < size; i++) {
        int at = at(i);
        long extent = ring[at + EXTENT];
        int chunk =
            successor.adopt(
                chunks, (int) (ring[at + CHUNK] >> 32), (int) (extent >> 32), (int) extent);
        ring[at + CHUNK] = (long) chunk << 32 | (int) ring[at + CHUNK];
        ring[at + EXTENT] = (long) successor.offset() << 32 | (int) extent;
      }
      chunks = successor;
    }
  }

  private void resize(int events, int toWidth) {
    if (events * toWidth == ring.length && toWidth == width) {
      first = 0;
      return;
    }
    var to = new long[events * toWidth];
    for (int i = 0; i < size; i++) {
      System.arraycopy(ring, at(i), to, i * toWidth, Math.min(width, toWidth));
      if (toWidth > width) {
        to[i * toWidth + TTL] = NO_TTL;
      }
    }
    ring = to;
    width = toWidth;
    first = 0;
  }
}
