package io.heliograph.server.log;

import io.heliograph.server.event.NanoClock;
import io.heliograph.server.event.Position;
import io.heliograph.server.event.Publication;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.event.UserId;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * Keeps everything in the memory of one node: an event is kept once {@link #append} returns, and
 * gone when the process ends, after which every cursor belongs to another epoch.
 *
 * <p>All logs together are bounded: what goes first is what the publisher that has most used
 * longest ago ({@link Budget}). A log that has gone begins anew in another epoch, so its readers
 * are told of the gap. A log that never kept an event can come and go unnoticed: its reader has
 * lost nothing.
 */
public final class MemoryEventLog implements EventLog {

  // Remembers, for users without a log, how often a log was removed: one counter for all users of a
  // bucket, so that the memory of it is bounded. A neighbour's removal costs a user who has no log
  // and no open stream a gap that lost nothing.
  private static final int REMOVAL_BUCKETS = 1 << 16;

  // Edges are short, and come in crowds when a network or a proxy fails.
  private static final Retention PRESENCE = new Retention(10_000, 4 << 20, Duration.ofHours(24));

  private final Retention perUser;
  private final NanoClock clock;
  private final long birth = new SecureRandom().nextLong() >>> 18; // 46 bits: 9 digits of a cursor
  private final AtomicLongArray removals = new AtomicLongArray(REMOVAL_BUCKETS);
  private final ConcurrentMap<UserId, UserLog> users = new ConcurrentHashMap<>();
  private final Budget ofUsers;
  private final Budget ofEverybody; // Counts only: these logs have their own bounds.
  private final LogTail broadcasts;
  private final LogTail presence;

  // One thread at a time evicts; the others need not wait for it.
  private final AtomicBoolean evicting = new AtomicBoolean();

  /**
   * Starts empty, in an epoch of its own.
   *
   * @param totalBytes bound on what all users' logs take in memory, overhead estimated
   */
  public MemoryEventLog(Retention perUser, Retention broadcast, long totalBytes, NanoClock clock) {
    this.perUser = perUser;
    this.clock = clock;
    this.ofUsers = new Budget(totalBytes, perUser.age());
    this.ofEverybody = new Budget(Long.MAX_VALUE, broadcast.age());
    this.broadcasts = new LogTail(null, birth, broadcast, clock, ofEverybody);
    this.presence = new LogTail(null, birth, PRESENCE, clock, ofEverybody);
  }

  @Override
  public Appended append(LogName name, Publication publication) {
    return switch (name) {
      case LogName.OfUser(UserId user) -> append(user, publication);
      case LogName.Broadcasts _ -> append(broadcasts, publication);
      case LogName.Presence _ -> append(presence, publication);
      case LogName.Tail _ -> throw noTail();
    };
  }

  private static Appended append(LogTail lasting, Publication publication) {
    Appended appended = lasting.append(publication);
    if (appended == null) {
      throw new IllegalStateException("a log that is not a user's is never removed");
    }
    return appended;
  }

  private static IllegalArgumentException noTail() {
    return new IllegalArgumentException("a tail is of one stream only; nothing keeps it");
  }

  private Appended append(UserId user, Publication publication) {
    if (publication.event().ephemeral() && !isFollowed(user)) {
      // Nobody is there to get it, and for nobody else is it kept.
      return new Appended.Stored(
          StoredEvent.of(new Position(birth, 0, 1), publication, clock.nanos()));
    }
    while (true) {
      LogTail tail = users.computeIfAbsent(user, this::create).tail;
      Appended appended = tail.append(publication);
      if (appended != null) {
        evict(tail, publication.publisher());
        return appended;
      }
      // It was removed after it was found: the next round finds its successor.
    }
  }

  private boolean isFollowed(UserId user) {
    UserLog log = users.get(user);
    return log != null && log.follows > 0;
  }

  @Override
  public Follow follow(LogName name) {
    return switch (name) {
      case LogName.OfUser(UserId user) -> {
        UserLog followed =
            users.compute(
                user,
                (key, log) -> {
                  UserLog followedLog = log == null ? create(key) : log;
                  followedLog.follows++;
                  return followedLog;
                });
        followed.tail.use();
        evict(followed.tail, Publication.NO_PUBLISHER);
        yield new TailFollow(name, followed.tail, () -> unfollow(user));
      }
      case LogName.Broadcasts _ -> new TailFollow(name, broadcasts, () -> {});
      case LogName.Presence _ -> new TailFollow(name, presence, () -> {});
      case LogName.Tail _ -> throw noTail();
    };
  }

  private void unfollow(UserId user) {
    users.computeIfPresent(
        user,
        (_, log) -> {
          log.follows--;
          return log.follows == 0 && log.tail.removeIfUntouched() ? null : log;
        });
  }

  private UserLog create(UserId user) {
    long epoch = birth + removals.get(bucketOf(user));
    return new UserLog(new LogTail(user, epoch, perUser, clock, ofUsers));
  }

  /**
   * Drops what there is no room for, and what nobody used for long.
   *
   * @param tail with the publisher: where the latest event is, which does not go
   */
  private void evict(LogTail tail, String publisher) {
    if (!evicting.compareAndSet(false, true)) {
      return;
    }
    try {
      for (Share share = ofUsers.victim(tail, publisher);
          share != null;
          share = ofUsers.victim(tail, publisher)) {
        evict(share);
      }
      long now = clock.nanos();
      for (LogTail unused = ofUsers.unused(now); unused != null; unused = ofUsers.unused(now)) {
        evict(unused);
      }
    } finally {
      evicting.set(false);
    }
  }

  private void evict(Share share) {
    users.computeIfPresent(
        share.tail.user(),
        (user, log) -> {
          if (log.tail == share.tail) {
            log.tail.drop(share);
          }
          return log.follows == 0 && log.tail.isEmpty() ? removed(user, log) : log;
        });
  }

  private void evict(LogTail unused) {
    users.computeIfPresent(
        unused.user(), (user, log) -> log.tail == unused ? emptiedOrRemoved(user, log) : log);
  }

  /** Its readers stay where they are; a reader behind the head is told when it reads. */
  private @Nullable UserLog emptiedOrRemoved(UserId user, UserLog log) {
    if (log.follows == 0) {
      return removed(user, log);
    }
    log.tail.drop();
    return log;
  }

  /** Answers null: what the map shall hold. */
  private @Nullable UserLog removed(UserId user, UserLog log) {
    if (!log.tail.removeIfUntouched()) {
      log.tail.remove();
      removals.incrementAndGet(bucketOf(user));
    }
    return null;
  }

  @Override
  public void forget(UserId user) {
    users.computeIfPresent(user, this::emptiedOrRemoved);
  }

  private static int bucketOf(UserId user) {
    int hash = user.hashCode();
    return (hash ^ (hash >>> 16)) & (REMOVAL_BUCKETS - 1);
  }

  @Override
  public Usage usage() {
    return new Usage(users.size(), ofUsers.total() + ofEverybody.total(), ofUsers.evictions());
  }

  @Override
  public void close() {
    users.clear();
  }

  /** One user's log, and how many readers hold it. */
  private static final class UserLog {
    final LogTail tail;

    // Guarded by the map's lock on the user, inside compute; a look without it may be a moment old.
    int follows;

    UserLog(LogTail tail) {
      this.tail = tail;
    }
  }

  private static final class TailFollow implements Follow {
    private final LogName log;
    private final LogTail tail;
    private final LogTail.Reader reader;
    private final Runnable release;
    private final AtomicBoolean closed = new AtomicBoolean();

    TailFollow(LogName log, LogTail tail, Runnable release) {
      this.log = log;
      this.tail = tail;
      this.reader = new LogTail.Reader(tail);
      this.release = release;
    }

    @Override
    public LogName log() {
      return log;
    }

    @Override
    public Position head() {
      return tail.head();
    }

    @Override
    public Position oldest() {
      return tail.oldest();
    }

    @Override
    public Replay after(Position position, int maxBytes) {
      return tail.after(position, maxBytes, reader);
    }

    @Override
    public void close() {
      if (closed.compareAndSet(false, true)) {
        release.run();
      }
    }
  }
}
