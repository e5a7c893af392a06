package io.heliograph.server.log.file;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A file of records: the one that is written, or one that is sealed. */
final class Segment {

  private final int number;
  private volatile long size;
  private volatile long lastMillis;

  // One of the two, for a moment both.
  private volatile @Nullable Table table;
  private volatile @Nullable SegmentIndex index;

  /** One whose records are known. */
  Segment(int number, Table table) {
    this.number = number;
    this.table = table;
  }

  /** One that is sealed, and has an index. */
  Segment(int number, SegmentIndex index, long size) {
    this.number = number;
    this.index = index;
    this.size = size;
  }

  static String file(int number) {
    return "%08x.log".formatted(number);
  }

  String file() {
    return file(number);
  }

  int number() {
    return number;
  }

  long size() {
    return size;
  }

  /** Has grown to the size by records up to the time. */
  void grown(long to, long millis) {
    size = to;
    lastMillis = Math.max(lastMillis, millis);
  }

  /** The time of the latest append. */
  long lastMillis() throws IOException {
    SegmentIndex indexed = index;
    return indexed == null ? lastMillis : indexed.lastMillis();
  }

  boolean isIndexed() {
    return index != null;
  }

  /** Its index is on disk. */
  void indexed(SegmentIndex now) {
    index = now;
    table = null;
  }

  @Nullable Table table() {
    return table;
  }

  @Nullable SegmentIndex index() {
    return index;
  }

  /** The offset of a log's latest record; -1 if there is none. */
  int find(long hash) throws IOException {
    Table known = table;
    if (known != null) {
      return known.get(hash);
    }
    SegmentIndex indexed = index;
    return indexed == null ? -1 : indexed.find(hash);
  }
}
