package io.heliograph.server.log.file;

import io.heliograph.server.event.IdempotencyKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * What epochs depend on, in a small file: how logs that come and go are numbered, and where the
 * segments were damaged. Thread-safe.
 */
final class State {

  static final String FILE = "state";

  private static final int MAGIC = 0x48475331; // HGS1
  private static final int BUCKETS = 1 << 16;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Disk disk;
  private final MessageDigest sha256;

  // All guarded by this.
  private long birth;
  private IdempotencyKey secret; // 128 bits, so that outsiders cannot compute hashes.
  private long dead;
  private int lastSegment;
  private final List<Mark> marks = new ArrayList<>();
  private final int[] removals = new int[BUCKETS];

  /**
   * Damage, or a copy that was restored: a log whose latest record is before it may have lost some.
   *
   * @param epoch of such a log from now on
   */
  record Mark(long location, long epoch) {}

  private State(Disk disk, long birth, IdempotencyKey secret) {
    this.disk = disk;
    this.birth = birth;
    this.secret = secret;
    try {
      this.sha256 = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** A random epoch: 46 bits, 9 digits of a cursor. */
  static long newEpoch() {
    return RANDOM.nextLong() >>> 18;
  }

  /** A state for a new directory, to be saved. */
  static State create(Disk disk) {
    var secret = new IdempotencyKey(RANDOM.nextLong(), RANDOM.nextLong());
    return new State(disk, newEpoch(), secret);
  }

  /**
   * Reads the state.
   *
   * @throws DamagedException if it cannot be made sense of
   */
  static State load(Disk disk) throws IOException {
    var bytes = ByteBuffer.wrap(disk.read(FILE));
    int body = bytes.remaining() - 4;
    // Without the marks, of which there may be none.
    if (body < 40 + 4 * BUCKETS
        || bytes.getInt(body) != sum(bytes.slice(0, body))
        || bytes.getInt() != MAGIC) {
      throw new DamagedException(FILE);
    }
    var state = new State(disk, bytes.getLong(), new IdempotencyKey(0, 0));
    state.secret = new IdempotencyKey(bytes.getLong(), bytes.getLong());
    state.dead = bytes.getLong();
    state.lastSegment = bytes.getInt();
    int marks = bytes.getInt();
    for (int i = 0; i < marks; i++) {
      state.marks.add(new Mark(bytes.getLong(), bytes.getLong()));
    }
    for (int i = 0; i < BUCKETS; i++) {
      state.removals[i] = bytes.getInt();
    }
    return state;
  }

  synchronized void save() throws IOException {
    var bytes = ByteBuffer.allocate(48 + 16 * marks.size() + 4 * BUCKETS);
    bytes.putInt(MAGIC).putLong(birth).putLong(secret.high()).putLong(secret.low());
    bytes.putLong(dead).putInt(lastSegment).putInt(marks.size());
    marks.forEach(mark -> bytes.putLong(mark.location).putLong(mark.epoch));
    for (int count : removals) {
      bytes.putInt(count);
    }
    int length = bytes.position();
    bytes.putInt(sum(bytes.slice(0, length)));
    disk.write(FILE, Arrays.copyOf(bytes.array(), length + 4));
  }

  private static int sum(ByteBuffer bytes) {
    var sum = new CRC32C();
    sum.update(bytes);
    return (int) sum.getValue();
  }

  /** The hash by which a log is found. */
  synchronized long hash(byte[] name) {
    var bits = ByteBuffer.allocate(16);
    sha256.update(bits.putLong(secret.high()).putLong(secret.low()).array());
    return ByteBuffer.wrap(sha256.digest(name)).getLong();
  }

  /** The epoch of a log of which nothing is on disk: the same until one like it is removed. */
  synchronized long epochOfNew(long hash) {
    return birth + removals[bucket(hash)];
  }

  /** Notes that nothing will be on disk of a log; to be saved before that is so. */
  synchronized void removed(long hash) {
    removals[bucket(hash)]++;
  }

  private static int bucket(long hash) {
    return (int) (hash >>> 48);
  }

  /** The epoch of a log whose latest record is at the location and has an epoch. */
  synchronized long epoch(long location, long epoch) {
    long result = epoch;
    for (Mark mark : marks) { // In the order of their making; mostly none.
      if (location < mark.location) {
        result = mark.epoch;
      }
    }
    return result;
  }

  /** Notes damage; to be saved. Logs of which nothing is left begin in another epoch, too. */
  synchronized void mark(long location) {
    marks.add(new Mark(location, newEpoch()));
    birth = newEpoch();
  }

  /** Whether there is a mark at the location or behind it. */
  synchronized boolean isMarked(long location) {
    return marks.stream().anyMatch(mark -> mark.location >= location);
  }

  /** The highest number of a segment so far. */
  synchronized int lastSegment() {
    return lastSegment;
  }

  /** Notes a new segment; to be saved. */
  synchronized void lastSegment(int number) {
    lastSegment = number;
  }

  /** Forgets marks before a location, behind which all records are. */
  synchronized void forgetMarks(long location) {
    marks.removeIf(mark -> mark.location <= location);
  }

  /** Bytes of segments that no log needs any more, as far as they were counted. */
  synchronized long dead() {
    return dead;
  }

  /** Counts bytes that no log needs any more, or less than none, that have gone. */
  synchronized void addDead(long bytes) {
    dead = Math.max(0, dead + bytes);
  }
}
