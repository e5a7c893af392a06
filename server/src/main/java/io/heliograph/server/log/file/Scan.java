package io.heliograph.server.log.file;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Reads a segment from its start, record by record, and tells what a crash cut off from what was
 * damaged later.
 *
 * <p>A record says where its batch begins, and a batch is written only after the one before it was
 * synced. So bytes that are no record are a torn end if every record behind them is of the batch
 * that they are in, and something is missing: the file ends, or a sector was never written. All
 * else was synced once, and is damage.
 */
final class Scan {

  private static final int SECTOR = 512;
  private static final int WINDOW = 1 << 20;

  private final Disk disk;
  private final String file;
  private final int segment;
  private final long size;
  private ByteBuffer window = ByteBuffer.allocate(WINDOW).limit(0);
  private long windowStart;

  Scan(Disk disk, String file, int segment) throws IOException {
    this.disk = disk;
    this.file = file;
    this.segment = segment;
    this.size = Math.min(disk.size(file), Integer.MAX_VALUE);
  }

  /** Takes the records, in their order. */
  interface Visitor {
    void visit(Entry entry, int offset);
  }

  /**
   * What was found.
   *
   * @param end behind the last record
   * @param damagedUpTo behind the last damage; 0 if there is none
   * @param torn how many bytes a crash has cut off the end of the segment
   */
  record Result(long end, long damagedUpTo, long torn) {}

  Result run(Visitor visitor) throws IOException {
    long at = 0;
    long damagedUpTo = 0;
    while (at < size) {
      int length = wholeRecord(at);
      if (length == 0) {
        long next = nextRecord(at + 1);
        if (isTorn(at)) {
          return new Result(at, damagedUpTo, size - at);
        }
        damagedUpTo = next;
        at = next;
        continue;
      }
      visitor.visit(Entry.get(window, index(at), length), (int) at);
      at += length;
    }
    return new Result(at, damagedUpTo, 0);
  }

  /** The length of the record at the place; 0 if none is there that is whole. */
  private int wholeRecord(long at) throws IOException {
    int length = lengthAt(at);
    return length > 0
            && load(at, length)
            && Entry.isWhole(window, index(at), length, Entry.location(segment, at))
        ? length
        : 0;
  }

  /** The length that a whole header at the place says; 0 if none is there. */
  private int lengthAt(long at) throws IOException {
    return load(at, Entry.HEADER)
        ? Entry.length(window, index(at), Entry.location(segment, at))
        : 0;
  }

  /** The place of the next record; the end if there is none. */
  private long nextRecord(long from) throws IOException {
    for (long at = from; at < size; at++) {
      if (wholeRecord(at) > 0) {
        return at;
      }
    }
    return size;
  }

  private boolean isTorn(long from) throws IOException {
    for (long at = from + 1; at < size; at++) {
      if (lengthAt(at) > 0 && Entry.batchStart(window, index(at)) > from) {
        return false; // A later batch was written, so this one had been synced.
      }
    }
    int length = lengthAt(from);
    if (size - from < Entry.HEADER || from + length > size) {
      return true;
    }
    // Of a record without a header, only the header's own sectors tell why.
    return hasEmptySector(from, from + (length == 0 ? Entry.HEADER : length));
  }

  private boolean hasEmptySector(long from, long to) throws IOException {
    for (long start = from; start < to; ) {
      long end = Math.min(to, (start / SECTOR + 1) * SECTOR);
      if (isZero(start, end)) {
        return true;
      }
      start = end;
    }
    return false;
  }

  private boolean isZero(long from, long to) throws IOException {
    load(from, (int) (to - from));
    for (long at = from; at < to; at++) {
      if (window.get(index(at)) != 0) {
        return false;
      }
    }
    return true;
  }

  private int index(long at) {
    return (int) (at - windowStart);
  }

  /** Has the bytes in the window; false if the file ends before them. */
  private boolean load(long at, int length) throws IOException {
    if (at + length > size) {
      return false;
    }
    if (at < windowStart || at + length > windowStart + window.limit()) {
      if (window.capacity() < length) {
        window = ByteBuffer.allocate(length);
      }
      window.clear();
      disk.read(file, window, at);
      window.flip();
      windowStart = at;
    }
    return at + length <= windowStart + window.limit();
  }

  /**
   * Reads one record.
   *
   * @throws DamagedException if there is none
   */
  static Entry read(Disk disk, String file, long location) throws IOException {
    int first = 1024;
    var bytes = ByteBuffer.allocate(first);
    disk.read(file, bytes, Entry.offset(location));
    bytes.flip();
    int length = bytes.limit() < Entry.HEADER ? 0 : Entry.length(bytes, 0, location);
    if (length > first) {
      var whole = ByteBuffer.allocate(length).put(bytes);
      disk.read(file, whole, Entry.offset(location) + (long) first);
      bytes = whole.flip();
    }
    if (length == 0 || bytes.limit() < length || !Entry.isWhole(bytes, 0, length, location)) {
      throw new DamagedException(file);
    }
    return Entry.get(bytes, 0, length);
  }
}
