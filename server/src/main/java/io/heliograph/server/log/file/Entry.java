package io.heliograph.server.log.file;

import io.heliograph.server.event.IdempotencyKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A record of a segment. Its checksums cover its location, so that no other bytes can stand in for
 * it.
 *
 * @param kind {@link #EVENT}, {@link #MOVED} or {@link #HEAD}
 * @param name of the log: its kind, then the user id
 * @param sequence of the event, or of the log's head
 * @param previous location of the log's record before it; 0 for none
 * @param millis time of the append, since 1970
 * @param ttlNanos {@link Long#MAX_VALUE} for none
 * @param block of the event; empty for a head
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared; bytes are what is written.
record Entry(
    byte kind,
    byte[] name,
    long epoch,
    long sequence,
    long previous,
    long millis,
    long ttlNanos,
    @Nullable IdempotencyKey key,
    byte[] publisher,
    byte[] block) {

  /** An event, and the new head of its log. */
  static final byte EVENT = 1;

  /** An event that was written anew; it counts once a head follows it. */
  static final byte MOVED = 2;

  /** The head of a log, without an event. */
  static final byte HEAD = 3;

  private static final byte[] NOTHING = {};

  private static final int MAGIC = 0x48474C31; // HGL1

  /** Bytes before the body: magic, length, start of the batch, a checksum of these, the body's. */
  static final int HEADER = 20;

  private static final int FIXED = HEADER + 2 + 5 * 8 + 2 + 2 + 1;
  private static final int KEY = 16;
  private static final byte HAS_KEY = 1;
  private static final byte END = 0x7E; // Not zero, which a lost sector is full of.

  /** Longer than any event that the server accepts. */
  static final int MAX_LENGTH = 64 << 20;

  /** A head. */
  static Entry head(byte[] name, long epoch, long sequence, long previous, long millis) {
    return new Entry(
        HEAD, name, epoch, sequence, previous, millis, Long.MAX_VALUE, null, NOTHING, NOTHING);
  }

  int length() {
    return FIXED + (key == null ? 0 : KEY) + name.length + publisher.length + block.length;
  }

  /** Where a location is: the number of the segment. */
  static int segment(long location) {
    return (int) (location >>> 32);
  }

  /** Where a location is: the place in the segment. */
  static int offset(long location) {
    return (int) location;
  }

  static long location(int segment, long offset) {
    return ((long) segment << 32) | offset;
  }

  String publisherText() {
    return new String(publisher, StandardCharsets.UTF_8);
  }

  /**
   * Writes the record.
   *
   * @param batchStart offset of the first record that is written and synced with it
   */
  void put(ByteBuffer to, long location, int batchStart) {
    int start = to.position();
    int length = length();
    to.putInt(MAGIC).putInt(length).putInt(batchStart);
    to.putInt(headerSum(length, batchStart, location)).putInt(0);
    to.put(kind).put(key == null ? 0 : HAS_KEY);
    to.putLong(epoch).putLong(sequence).putLong(previous).putLong(millis).putLong(ttlNanos);
    if (key != null) {
      to.putLong(key.high()).putLong(key.low());
    }
    to.putShort((short) name.length).put(name);
    to.putShort((short) publisher.length).put(publisher);
    to.put(block).put(END);
    to.putInt(start + 16, bodySum(to.slice(start + HEADER, length - HEADER), location));
  }

  private static int headerSum(int length, int batchStart, long location) {
    long sum =
        (location * 0x9E3779B97F4A7C15L)
            + (length * 0xC2B2AE3D27D4EB4FL)
            + (batchStart * 0x165667B19E3779F9L);
    return (int) (sum ^ (sum >>> 32)) ^ MAGIC;
  }

  private static int bodySum(ByteBuffer body, long location) {
    var sum = new CRC32C();
    sum.update(body);
    return (int) sum.getValue() ^ (int) ((location * 0x9E3779B97F4A7C15L) >>> 32);
  }

  /** The length of the record that these bytes begin, at least {@link #HEADER}; 0 if it is none. */
  static int length(ByteBuffer header, int at, long location) {
    int length = header.getInt(at + 4);
    return header.getInt(at) == MAGIC
            && length >= FIXED
            && length <= MAX_LENGTH
            && header.getInt(at + 12) == headerSum(length, header.getInt(at + 8), location)
        ? length
        : 0;
  }

  /** Whether the bytes are a whole record. */
  static boolean isWhole(ByteBuffer bytes, int at, int length, long location) {
    return bytes.getInt(at + 16) == bodySum(bytes.slice(at + HEADER, length - HEADER), location);
  }

  /** The offset of the first record that was synced with this one; of a record with a header. */
  static int batchStart(ByteBuffer bytes, int at) {
    return bytes.getInt(at + 8);
  }

  /** Reads a whole record. */
  static Entry get(ByteBuffer bytes, int at, int length) {
    ByteBuffer from = bytes.slice(at + HEADER, length - HEADER);
    byte kind = from.get();
    byte flags = from.get();
    long epoch = from.getLong();
    long sequence = from.getLong();
    long previous = from.getLong();
    long millis = from.getLong();
    long ttlNanos = from.getLong();
    IdempotencyKey key =
        (flags & HAS_KEY) == 0 ? null : new IdempotencyKey(from.getLong(), from.getLong());
    byte[] name = take(from, from.getShort());
    byte[] publisher = take(from, from.getShort());
    byte[] block = take(from, from.remaining() - 1);
    return new Entry(
        kind, name, epoch, sequence, previous, millis, ttlNanos, key, publisher, block);
  }

  private static byte[] take(ByteBuffer from, int length) {
    var bytes = new byte[length];
    from.get(bytes);
    return bytes;
  }
}
