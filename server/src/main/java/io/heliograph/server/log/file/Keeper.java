package io.heliograph.server.log.file;

import io.heliograph.server.log.LogName;
import io.heliograph.server.log.LogUnavailableException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Frees disk space, from time to time: what is still needed of the oldest segment is written anew,
 * then the segment is deleted. That is done once everything in it is older than events may be, or
 * once more than half of all segments is not needed any more.
 */
final class Keeper {

  private static final System.Logger LOG = System.getLogger(Keeper.class.getName());

  private static final long PAUSE_NANOS = 1_000_000_000L;
  private static final int ROLLS_PER_AGE = 24;
  private static final int AT_ONCE = 256;

  private final FileEventLog logs;
  private final Disk disk;
  private final Segments segments;
  private final State state;
  private final Committer committer;
  private final LongSupplier nowMillis;
  private final long ageMillis;
  private volatile boolean closed;
  private @Nullable Thread thread;
  private long rolledMillis;
  private boolean failing;

  Keeper(
      FileEventLog logs,
      Disk disk,
      Segments segments,
      State state,
      Committer committer,
      LongSupplier nowMillis,
      long ageMillis) {
    this.logs = logs;
    this.disk = disk;
    this.segments = segments;
    this.state = state;
    this.committer = committer;
    this.nowMillis = nowMillis;
    this.ageMillis = ageMillis;
    this.rolledMillis = nowMillis.getAsLong();
  }

  void start() {
    thread = Thread.ofPlatform().name("log-keeper").daemon().start(this::run);
  }

  private void run() {
    while (!closed) {
      look();
      LockSupport.parkNanos(this, PAUSE_NANOS);
    }
  }

  void close() throws InterruptedException {
    closed = true;
    Thread running = thread;
    if (running != null) {
      LockSupport.unpark(running);
      running.join();
    }
  }

  /** Does what is due. */
  void look() {
    if (committer.fault().isPresent()) {
      return;
    }
    try {
      rollIfOld();
      segments.writeIndexes();
      while (!closed && cleanOne()) {}
      failing = false;
    } catch (IOException e) {
      if (!failing) { // It is tried every second.
        LOG.log(System.Logger.Level.WARNING, "Disk space of old events could not be freed.", e);
      }
      failing = true;
    } catch (LogUnavailableException e) {
      // The committer has logged it.
    }
  }

  /** Even if little is published, what is too old must go. */
  private void rollIfOld() {
    long now = nowMillis.getAsLong();
    if (now - rolledMillis > ageMillis / ROLLS_PER_AGE) {
      rolledMillis = now;
      if (segments.active().size() > 0) {
        committer.add(Request.Kind.ROLL, null, null).awaitDone();
      }
    }
  }

  /** Deletes the oldest segment, if that is due. */
  private boolean cleanOne() throws IOException {
    Segment oldest = segments.oldestSealed();
    SegmentIndex index = oldest == null ? null : oldest.index();
    if (oldest == null || index == null || !isDue(oldest)) {
      return false;
    }
    var rewrites = new ArrayList<Request>();
    index.forEach(
        (hash, offset) -> {
          rescue(oldest.number(), hash, offset, rewrites);
          if (rewrites.size() == AT_ONCE) {
            await(rewrites);
          }
        });
    await(rewrites);
    if (!disk.lockDeletes()) {
      return false; // A copy is made; later.
    }
    try {
      segments.delete(oldest);
    } finally {
      disk.unlockDeletes();
    }
    return true;
  }

  private boolean isDue(Segment oldest) throws IOException {
    long dead = state.dead();
    return nowMillis.getAsLong() - oldest.lastMillis() > ageMillis
        || (dead >= oldest.size() && dead > segments.bytes() / 2);
  }

  /** Writes what is kept of a log anew, if a part of it is in the segment. */
  private void rescue(int segment, long hash, int offset, List<Request> rewrites)
      throws IOException {
    Entry entry;
    try {
      entry = segments.read(Entry.location(segment, offset));
    } catch (DamagedException e) {
      state.removed(hash); // Whose it is, is not known: its places must not be given again.
      return;
    }
    if (entry == null) {
      return;
    }
    LogName name = Hot.log(entry.name());
    Hot hot = logs.pin(name);
    if (hot.firstSegment > segment) {
      logs.unpin(hot);
    } else if (!(name instanceof LogName.OfUser)
        || !logs.removeIfEmpty(hot, nowMillis.getAsLong() - ageMillis)) {
      rewrites.add(committer.add(Request.Kind.REWRITE, hot, null));
    }
  }

  private static void await(List<Request> rewrites) {
    rewrites.forEach(Request::awaitDone);
    rewrites.clear();
  }
}
