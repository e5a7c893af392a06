package io.heliograph.server.log.packed;

import io.heliograph.server.event.IdempotencyKey;
import io.heliograph.server.event.Position;
import io.heliograph.server.event.StoredEvent;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of a log's kept events. Small blocks are copied, many into one array; a large one, and
 * one that several logs share, stays the array that it is. Bytes are written once and never moved
 * or reused, so whoever reads an event may do so after it was dropped. Its owner guards it.
 *
 * <p>The arrays of copied blocks take at most one and a half times the blocks, {@value #SPARE}
 * bytes, and the array that is being filled.
 */
final class Chunks {

  /** Blocks above this length, in bytes, are not copied. */
  static final int LARGEST_COPY = 4096;

  /** The most bytes of a chunk that holds many blocks. */
  static final int LARGEST = 16 * 1024;

  private static final int SPARE = 1024;
  private static final int SMALLEST = 4;
  private static final @Nullable Chunk[] NONE = {};

  private @Nullable Chunk[] chunks = NONE;
  private int count;
  private int lowestFree;

  // Where the next block is copied to; -1 if a new chunk is needed.
  private int open = -1;
  private int offset;

  // The bytes of copied blocks, and of the chunks in which they are.
  private long live;
  private long allocated;

  private static final class Chunk {
    private final byte[] bytes;
    private final boolean isCopy;
    private final @Nullable AtomicInteger holders;
    private int used;
    private int live;

    Chunk(byte[] bytes, boolean isCopy, @Nullable AtomicInteger holders) {
      this.bytes = bytes;
      this.isCopy = isCopy;
      this.holders = holders;
    }
  }

  /** Takes in the block of an event, and answers the number of its chunk. */
  int add(StoredEvent event) {
    if (event.holders() != null || event.length() > LARGEST_COPY) {
      offset = event.offset();
      return own(new Chunk(event.bytes(), false, event.holders()));
    }
    return copy(event.bytes(), event.offset(), event.length(), live / 4);
  }

  /** The bytes of the chunks of copied blocks. */
  long allocated() {
    return allocated;
  }

  /** Where in its chunk the block begins that was taken in last. */
  int offset() {
    return offset;
  }

  /** Makes an event of a block and what else there is of it. */
  StoredEvent event(
      int number,
      Position position,
      long appendedNanos,
      long ttlNanos,
      int from,
      int length,
      @Nullable IdempotencyKey key) {
    Chunk chunk = chunk(number);
    return StoredEvent.kept(
        position, appendedNanos, ttlNanos, chunk.bytes, from, length, key, chunk.holders);
  }

  /** Lets a block go. */
  void release(int number, int length) {
    Chunk chunk = chunk(number);
    if (chunk.isCopy) {
      live -= length;
      chunk.live -= length;
      if (chunk.live > 0) {
        return;
      }
      allocated -= chunk.bytes.length;
      if (number == open) {
        open = -1;
      }
    }
    chunks[number] = null;
    count--;
    lowestFree = Math.min(lowestFree, number);
  }

  /** Whether so little is left in the arrays that all of it should be adopted by others. */
  boolean isWasteful() {
    return allocated - live > live / 2 + SPARE
        || (chunks.length > SMALLEST && count <= chunks.length / 4);
  }

  /** Takes over a block of others, and answers the number of its chunk here. */
  int adopt(Chunks others, int number, int from, int length) {
    Chunk chunk = others.chunk(number);
    if (chunk.isCopy) {
      return copy(chunk.bytes, from, length, others.live - live);
    }
    offset = from;
    return own(chunk);
  }

  private int copy(byte[] bytes, int from, int length, long preferred) {
    if (open < 0 || chunk(open).bytes.length - chunk(open).used < length) {
      var chunk = new Chunk(new byte[Math.clamp(preferred, length, LARGEST)], true, null);
      allocated += chunk.bytes.length;
      open = own(chunk);
    }
    Chunk chunk = chunk(open);
    System.arraycopy(bytes, from, chunk.bytes, chunk.used, length);
    offset = chunk.used;
    chunk.used += length;
    chunk.live += length;
    live += length;
    return open;
  }

  private int own(Chunk chunk) {
    while (lowestFree < chunks.length && chunks[lowestFree] != null) {
      lowestFree++;
    }
    if (lowestFree == chunks.length) {
      chunks = Arrays.copyOf(chunks, chunks.length == 0 ? 1 : chunks.length * 2);
    }
    chunks[lowestFree] = chunk;
    count++;
    return lowestFree;
  }

  private Chunk chunk(int number) {
    return Objects.requireNonNull(chunks[number]);
  }
}
