package io.heliograph.server.log.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * All records: segments in the order of their numbers, of which the last is written. Any thread may
 * read; one thread at a time writes.
 */
final class Segments implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(Segments.class.getName());

  private static final int SMALLEST_BUFFER = 1 << 16;
  private static final int LARGEST_KEPT_BUFFER = 16 << 20;

  private final Disk disk;
  private final State state;
  private final int segmentBytes;
  private final ConcurrentNavigableMap<Integer, Segment> segments = new ConcurrentSkipListMap<>();

  // Confined to the writer, but that readers look at the segment.
  private volatile Segment active;
  private Disk.File file;
  private ByteBuffer batch = ByteBuffer.allocateDirect(SMALLEST_BUFFER);
  private long[] written = new long[256]; // Hash and offset of each record that is a log's latest.
  private int writes;
  private long millis;

  /**
   * Opens what is there. Cuts off what a crash has left incomplete, and marks damage.
   *
   * @param segmentBytes from which size on a segment is sealed
   */
  @SuppressWarnings("NullAway.Init") // The active segment is set by recover or roll.
  Segments(Disk disk, State state, int segmentBytes) throws IOException {
    this.disk = disk;
    this.state = state;
    this.segmentBytes = segmentBytes;
    Segment last = new Recovery(disk, state).run(segments);
    if (last == null) {
      roll();
    } else {
      active = last;
      file = disk.open(last.file());
      file.sync(); // What a killed process has written is read, but may not be on the disk yet.
    }
  }

  /** Seals the segment that is written, and begins another. */
  void roll() throws IOException {
    if (file != null) {
      file.close();
    }
    int number = state.lastSegment() + 1;
    file = disk.open(Segment.file(number));
    disk.sync();
    state.lastSegment(number);
    state.save(); // After the file: a segment that is missing is damage.
    active = new Segment(number, new Table());
    segments.put(number, active);
  }

  /** Begins a batch, which is written and synced as a whole. */
  void begin(long nowMillis) throws IOException {
    millis = nowMillis;
    if (active.size() >= segmentBytes) {
      roll();
    }
  }

  /** The size of the batch so far. */
  int pending() {
    return batch.position();
  }

  /** Adds a record to the batch; answers its location. */
  long put(Entry entry, long hash) {
    int length = entry.length();
    if (batch.remaining() < length) {
      grow(length);
    }
    int batchStart = (int) active.size();
    int offset = batchStart + batch.position();
    long location = Entry.location(active.number(), offset);
    entry.put(batch, location, batchStart);
    if (entry.kind() != Entry.MOVED) {
      if (writes * 2 == written.length) {
        written = Arrays.copyOf(written, written.length * 2);
      }
      written[writes * 2] = hash;
      written[writes * 2 + 1] = offset;
      writes++;
    }
    return location;
  }

  private void grow(int length) {
    long needed = (long) batch.position() + length;
    var larger =
        ByteBuffer.allocateDirect(Math.toIntExact(Math.max(needed, batch.capacity() * 2L)));
    batch = larger.put(batch.flip());
  }

  /** Writes and syncs the batch. If it fails, nothing must be written any more. */
  void commit() throws IOException {
    if (batch.position() == 0) {
      return;
    }
    long size = active.size() + batch.position();
    file.append(batch.flip());
    file.sync();
    active.grown(size, millis);
    Table table = active.table();
    for (int i = 0; table != null && i < writes; i++) {
      table.put(written[i * 2], (int) written[i * 2 + 1]);
    }
    writes = 0;
    batch.clear();
    if (batch.capacity() > LARGEST_KEPT_BUFFER) {
      batch = ByteBuffer.allocateDirect(SMALLEST_BUFFER);
    }
  }

  /** The location of a log's latest record; 0 if there is none. */
  long latest(long hash) throws IOException {
    for (Segment segment : segments.descendingMap().values()) {
      int offset = find(segment, hash);
      if (offset >= 0) {
        return Entry.location(segment.number(), offset);
      }
    }
    return 0;
  }

  private int find(Segment segment, long hash) throws IOException {
    try {
      return segment.find(hash);
    } catch (IOException e) {
      if (!segments.containsKey(segment.number())) {
        return -1; // Deleted meanwhile.
      }
      LOG.log(
          System.Logger.Level.WARNING,
          "The index {0} is damaged and is written anew.",
          e.getMessage());
      synchronized (this) {
        new Recovery(disk, state).index(segment);
      }
      return segment.find(hash);
    }
  }

  /**
   * Reads a record; null if its segment was deleted.
   *
   * @throws DamagedException if it cannot be read
   */
  @Nullable Entry read(long location) throws IOException {
    int number = Entry.segment(location);
    if (!segments.containsKey(number)) {
      return missing(number);
    }
    try {
      return Scan.read(disk, Segment.file(number), location);
    } catch (IOException e) {
      if (!segments.containsKey(number)) {
        return missing(number);
      }
      throw e;
    }
  }

  private @Nullable Entry missing(int number) throws DamagedException {
    if (number < segments.firstKey()) {
      return null;
    }
    throw new DamagedException(Segment.file(number));
  }

  /** Writes the indexes of sealed segments that have none. */
  void writeIndexes() throws IOException {
    for (Segment segment : segments.values()) {
      Table table = segment.table();
      if (segment != active && !segment.isIndexed() && table != null) {
        SegmentIndex.write(disk, segment.number(), table, segment.lastMillis());
        segment.indexed(new SegmentIndex(disk, segment.number()));
      }
    }
  }

  /** The oldest segment; null if it is the one that is written, or has no index yet. */
  @Nullable Segment oldestSealed() {
    Map.Entry<Integer, Segment> first = segments.firstEntry();
    return first == null || first.getValue() == active || !first.getValue().isIndexed()
        ? null
        : first.getValue();
  }

  /** Deletes the oldest segment, which no log needs any more. */
  void delete(Segment oldest) throws IOException {
    state.addDead(-oldest.size());
    state.forgetMarks(Entry.location(oldest.number() + 1, 0));
    state.save();
    segments.remove(oldest.number());
    disk.delete(oldest.file());
    disk.delete(SegmentIndex.file(oldest.number()));
    disk.sync();
  }

  Segment active() {
    return active;
  }

  Collection<Segment> all() {
    return segments.values();
  }

  /** The size of all segments. */
  long bytes() {
    return segments.values().stream().mapToLong(Segment::size).sum();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
