package io.heliograph.server.log.file;

import io.heliograph.server.event.Position;
import io.heliograph.server.event.UserId;
import io.heliograph.server.log.LogName;
import io.heliograph.server.log.LogTail;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A log in use: its events in memory, all that are kept or, if memory is short and nobody needs
 * them, none.
 */
final class Hot {

  private final LogName log;
  private final byte[] name;
  private final long hash;

  // How many readers follow it, and how much is done with it. Guarded by the lock of the map of
  // users on its user, inside compute. The log of the broadcasts is always in memory.
  int follows;
  int pins;

  // Set inside compute. Null if the events are not in memory.
  volatile @Nullable LogTail tail;

  // Where the log was when its events left memory; null if it never was there.
  volatile @Nullable Position left;

  // What is on disk. Set by the committer while it is pinned, or inside compute while it is not.
  // The location of the latest record, 0 for none; the number of records from which the log is
  // read, their bytes, and the segment of the first.
  volatile long last;
  volatile int records;
  volatile long bytes;
  volatile int firstSegment;

  // The time of the latest event, or of the order to forget them; 0 if there is none.
  volatile long latestMillis;

  // Whether records are on disk that cannot be read.
  volatile boolean unreadable;

  // How many events were begun and are not in memory yet.
  final AtomicInteger begun = new AtomicInteger();

  // Confined to the committer: what is in the batch and not yet on disk.
  long batchLast;
  long batchSequence;
  int batchRecords;
  long batchBytes;
  boolean rewriteDue;

  Hot(LogName log, byte[] name, long hash) {
    this.log = log;
    this.name = name;
    this.hash = hash;
  }

  /** The name of a log on disk. */
  static byte[] name(LogName log) {
    String text =
        switch (log) {
          case LogName.OfUser(UserId user) -> "u" + user.value();
          case LogName.Broadcasts _ -> "b";
          case LogName.Presence _, LogName.Tail _ ->
              throw new IllegalArgumentException(log.word() + " is not on disk");
        };
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** The log of a name on disk. */
  static LogName log(byte[] name) {
    String text = new String(name, StandardCharsets.UTF_8);
    return text.equals("b") ? LogName.BROADCASTS : LogName.of(new UserId(text.substring(1)));
  }

  @Nullable UserId user() {
    return log instanceof LogName.OfUser(UserId user) ? user : null;
  }

  LogName log() {
    return log;
  }

  byte[] name() {
    return name;
  }

  long hash() {
    return hash;
  }

  /** Counts records that a reader of the log reads, too; or less than none, not any more. */
  void count(int moreRecords, long moreBytes) {
    int recordsBefore = records;
    records = recordsBefore + moreRecords;
    long bytesBefore = bytes;
    bytes = bytesBefore + moreBytes;
  }

  /** The events, which are in memory because this is pinned. */
  LogTail pinnedTail() {
    LogTail there = tail;
    if (there == null) {
      throw new IllegalStateException("a log is in memory while something is done with it");
    }
    return there;
  }

  /** The place after the latest event. */
  Position head() {
    LogTail there = tail;
    if (there != null) {
      return there.head();
    }
    Position before = left;
    return before == null ? head() : before; // It has come back in this moment.
  }
}
