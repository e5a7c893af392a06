package io.heliograph.server.log;

import io.heliograph.server.event.NanoClock;
import io.heliograph.server.event.Position;
import io.heliograph.server.event.Publication;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.event.UserId;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Predicate;
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

  private final Retention perUser;
  private final NanoClock clock;
  private final long birth = new SecureRandom().nextLong() >>> 18; // 46 bits: 9 digits of a cursor
  private final AtomicLongArray removals = new AtomicLongArray(REMOVAL_BUCKETS);
  private final ConcurrentMap<UserId, LogTail> users = new ConcurrentHashMap<>();
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
    this.presence = new LogTail(null, birth, Retention.EDGES, clock, ofEverybody);
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
    LogTail tail = users.get(user); // Without the lock of computeIfAbsent.
    while (true) {
      if (tail == null) {
        tail = users.computeIfAbsent(user, this::create);
      }
      Appended appended = tail.append(publication);
      if (appended != null) {
        evict(tail, publication.publisher());
        return appended;
      }
      tail = null; // It was removed after it was found: the next round finds its successor.
    }
  }

  private boolean isFollowed(UserId user) {
    LogTail tail = users.get(user);
    return tail != null && tail.follows > 0;
  }

  @Override
  public Follow follow(LogName name) {
    return switch (name) {
      case LogName.OfUser(UserId user) -> {
        LogTail followed =
            users.compute(
                user,
                (key, tail) -> {
                  LogTail followedTail = tail == null ? create(key) : tail;
                  followedTail.follows++;
                  return followedTail;
                });
        followed.use();
        evict(followed, Publication.NO_PUBLISHER);
        yield new TailFollow(name, followed);
      }
      case LogName.Broadcasts _ -> new TailFollow(name, broadcasts);
      case LogName.Presence _ -> new TailFollow(name, presence);
      case LogName.Tail _ -> throw noTail();
    };
  }

  private void unfollow(UserId user) {
    users.computeIfPresent(
        user,
        (_, tail) -> {
          tail.follows--;
          return tail.follows == 0 && tail.removeIfUntouched() ? null : tail;
        });
  }

  private LogTail create(UserId user) {
    long epoch = birth + removals.get(bucketOf(user));
    return new LogTail(user, epoch, perUser, clock, ofUsers);
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
        (user, tail) -> {
          if (tail == share.tail) {
            tail.drop(share);
          }
          return tail.follows == 0 && tail.isEmpty() ? removed(user, tail) : tail;
        });
  }

  private void evict(LogTail unused) {
    users.computeIfPresent(
        unused.user(), (user, tail) -> tail == unused ? emptiedOrRemoved(user, tail) : tail);
  }

  /** Its readers stay where they are; a reader behind the head is told when it reads. */
  private @Nullable LogTail emptiedOrRemoved(UserId user, LogTail tail) {
    if (tail.follows == 0) {
      return removed(user, tail);
    }
    tail.drop();
    return tail;
  }

  /** Answers null: what the map shall hold. */
  private @Nullable LogTail removed(UserId user, LogTail tail) {
    if (!tail.removeIfUntouched()) {
      tail.remove();
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

  /** A reader's hold, in one object, because every idle stream has two. */
  private final class TailFollow extends Reader implements Follow {
    private final LogName log;
    private final LogTail tail;

    TailFollow(LogName log, LogTail tail) {
      super(tail);
      this.log = log;
      this.tail = tail;
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
    public Position before(long nanos) {
      return tail.before(nanos);
    }

    @Override
    public List<StoredEvent> latest(int count, Predicate<StoredEvent> wanted) {
      return tail.latest(count, wanted);
    }

    @Override
    public Replay after(Position position, int maxBytes) {
      return tail.after(position, maxBytes, this);
    }

    @Override
    public void close() {
      if (closes() && log instanceof LogName.OfUser(UserId user)) {
        unfollow(user);
      }
    }
  }
}
