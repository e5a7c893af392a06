package io.heliograph.server.log.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Finds the latest record of a log in a sealed segment, by one read of 4 KiB: a file of blocks that
 * are sorted by hash, and at its end the first hash of each block. Thread-safe.
 */
final class SegmentIndex {

  private static final int MAGIC = 0x48474931; // HGI1
  private static final int BLOCK = 4096;
  private static final int ENTRY = 12;
  private static final int PER_BLOCK = (BLOCK - 8) / ENTRY;
  private static final int TRAILER = 20;

  private final Disk disk;
  private final int segment;
  private long @Nullable [] firsts; // Read once it is needed. Guarded by this.
  private long lastMillis;

  SegmentIndex(Disk disk, int segment) {
    this.disk = disk;
    this.segment = segment;
  }

  static String file(int segment) {
    return "%08x.idx".formatted(segment);
  }

  /**
   * Writes the index of a segment.
   *
   * @param lastMillis time of the latest append to the segment
   */
  static void write(Disk disk, int segment, Table table, long lastMillis) throws IOException {
    long[] hashes = table.sortedHashes();
    int blocks = (hashes.length + PER_BLOCK - 1) / PER_BLOCK;
    var bytes = ByteBuffer.allocate(blocks * (BLOCK + 8) + TRAILER);
    for (int block = 0; block < blocks; block++) {
      int start = block * BLOCK;
      int count = Math.min(PER_BLOCK, hashes.length - block * PER_BLOCK);
      bytes.position(start + 4);
      bytes.putInt(count);
      for (int i = 0; i < count; i++) {
        long hash = hashes[block * PER_BLOCK + i];
        bytes.putLong(hash).putInt(table.get(hash));
      }
      bytes.putInt(start, sum(bytes.slice(start + 4, BLOCK - 4), segment, block));
    }
    int end = blocks * BLOCK;
    bytes.position(end);
    for (int block = 0; block < blocks; block++) {
      bytes.putLong(hashes[block * PER_BLOCK]);
    }
    bytes.putInt(blocks).putLong(lastMillis);
    bytes.putInt(sum(bytes.slice(end, bytes.position() - end), segment, -1)).putInt(MAGIC);
    disk.write(file(segment), bytes.array());
  }

  private static int sum(ByteBuffer bytes, int segment, int block) {
    var sum = new CRC32C();
    sum.update(bytes);
    return (int) sum.getValue() ^ segment * 0x9E3779B9 ^ block * 0xC2B2AE3D;
  }

  /** Time of the latest append to the segment. */
  synchronized long lastMillis() throws IOException {
    firsts();
    return lastMillis;
  }

  /** The offset of a log's latest record; -1 if there is none. */
  int find(long hash) throws IOException {
    long[] first = firsts();
    int found = Arrays.binarySearch(first, hash);
    int block = found >= 0 ? found : -found - 2;
    if (block < 0) {
      return -1;
    }
    ByteBuffer bytes = block(block);
    int from = 0;
    int to = bytes.getInt(4);
    while (from < to) {
      int middle = (from + to) >>> 1;
      long at = bytes.getLong(8 + middle * ENTRY);
      if (at == hash) {
        return bytes.getInt(8 + middle * ENTRY + 8);
      }
      if (at < hash) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return -1;
  }

  /** Takes each log's hash, and the offset of its latest record. */
  interface Visitor {
    void visit(long hash, int offset) throws IOException;
  }

  void forEach(Visitor visitor) throws IOException {
    for (int block = 0; block < firsts().length; block++) {
      ByteBuffer bytes = block(block);
      int count = bytes.getInt(4);
      for (int i = 0; i < count; i++) {
        int at = 8 + i * ENTRY;
        visitor.visit(bytes.getLong(at), bytes.getInt(at + 8));
      }
    }
  }

  private ByteBuffer block(int block) throws IOException {
    var bytes = ByteBuffer.allocate(BLOCK);
    disk.read(file(segment), bytes, (long) block * BLOCK);
    if (bytes.hasRemaining() || bytes.getInt(0) != sum(bytes.slice(4, BLOCK - 4), segment, block)) {
      throw new DamagedException(file(segment));
    }
    return bytes;
  }

  private synchronized long[] firsts() throws IOException {
    if (firsts == null) {
      firsts = readFirsts();
    }
    return firsts;
  }

  private long[] readFirsts() throws IOException {
    long size = disk.size(file(segment));
    var trailer = ByteBuffer.allocate(TRAILER);
    disk.read(file(segment), trailer, Math.max(0, size - TRAILER));
    long blocks = trailer.getInt(0);
    if (trailer.hasRemaining()
        || trailer.getInt(16) != MAGIC
        || blocks < 0
        || blocks * (BLOCK + 8) + TRAILER != size) {
      throw new DamagedException(file(segment));
    }
    var bytes = ByteBuffer.allocate((int) (blocks * 8) + TRAILER - 8);
    disk.read(file(segment), bytes, blocks * BLOCK);
    if (bytes.hasRemaining() || trailer.getInt(12) != sum(bytes.flip(), segment, -1)) {
      throw new DamagedException(file(segment));
    }
    lastMillis = trailer.getLong(4);
    var read = new long[(int) blocks];
    for (int i = 0; i < read.length; i++) {
      read[i] = bytes.getLong(i * 8);
    }
    return read;
  }
}
