package io.heliograph.server.log;

import io.heliograph.server.event.Event;
import io.heliograph.server.event.NanoClock;
import io.heliograph.server.event.Position;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.event.UserId;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * Keeps everything in the memory of one node: an event is kept once {@link #append} returns, and
 * gone when the process ends, after which every cursor belongs to another epoch.
 *
 * <p>All logs together are bounded: the longest unused give way. A log that has gone begins anew in
 * another epoch, so its readers are told of the gap. A log that never kept an event can come and go
 * unnoticed: its reader has lost nothing.
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
  private final AtomicLong ephemeralSteps = new AtomicLong();
  private final ConcurrentMap<UserId, UserLog> users = new ConcurrentHashMap<>();
  private final LogTail broadcasts;
  private final LogTail presence;
  private final Budget budget;

  /**
   * Starts empty, in an epoch of its own.
   *
   * @param totalBytes bound on what all users' logs take in memory, overhead estimated
   */
  public MemoryEventLog(Retention perUser, Retention broadcast, long totalBytes, NanoClock clock) {
    this.perUser = perUser;
    this.clock = clock;
    this.broadcasts = new LogTail(birth, broadcast, clock, ephemeralSteps::incrementAndGet);
    this.presence = new LogTail(birth, PRESENCE, clock, ephemeralSteps::incrementAndGet);
    this.budget = new Budget(totalBytes);
  }

  @Override
  public StoredEvent append(LogName name, Event event) {
    return switch (name) {
      case LogName.OfUser(UserId user) -> append(user, event);
      case LogName.Broadcasts _ -> append(broadcasts, event);
      case LogName.Presence _ -> append(presence, event);
      case LogName.Tail _ -> throw noTail();
    };
  }

  private static StoredEvent append(LogTail lasting, Event event) {
    StoredEvent stored = lasting.append(event);
    if (stored == null) {
      throw new IllegalStateException("a log that is not a user's is never removed");
    }
    return stored;
  }

  private static IllegalArgumentException noTail() {
    return new IllegalArgumentException("a tail is of one stream only; nothing keeps it");
  }

  private StoredEvent append(UserId user, Event event) {
    if (event.ephemeral() && !isFollowed(user)) {
      // Nobody is there to get it, and for nobody else is it kept.
      return StoredEvent.of(new Position(birth, 0, 1), event, clock.nanos());
    }
    while (true) {
      UserLog log = users.computeIfAbsent(user, this::create);
      // First of all the log is the latest used, so that the eviction of others spares it.
      budget.touch(log, clock.nanos());
      StoredEvent stored = log.tail.append(event);
      if (stored != null) {
        evict(budget.account(log, log.tail.footprint(), clock.nanos()));
        return stored;
      }
      budget.forget(log); // It was removed after it was found: the next round finds its successor.
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
        budget.touch(followed, clock.nanos());
        evict(budget.account(followed, followed.tail.footprint(), clock.nanos()));
        yield new TailFollow(name, followed.tail, () -> unfollow(followed));
      }
      case LogName.Broadcasts _ -> new TailFollow(name, broadcasts, () -> {});
      case LogName.Presence _ -> new TailFollow(name, presence, () -> {});
      case LogName.Tail _ -> throw noTail();
    };
  }

  private void unfollow(UserLog followed) {
    users.computeIfPresent(
        followed.user,
        (user, log) -> {
          log.follows--;
          if (log.follows > 0 || !log.tail.removeIfUntouched()) {
            return log;
          }
          budget.forget(log);
          return null;
        });
  }

  private UserLog create(UserId user) {
    long epoch = birth + removals.get(bucketOf(user));
    return new UserLog(user, new LogTail(epoch, perUser, clock, ephemeralSteps::incrementAndGet));
  }

  private void evict(List<UserLog> victims) {
    for (UserLog victim : victims) {
      users.computeIfPresent(
          victim.user,
          (user, log) -> {
            if (log != victim) {
              return log;
            }
            return log.follows > 0 ? emptied(log) : removed(log);
          });
    }
  }

  /** Its readers stay where they are; who is behind the head is told when it reads. */
  private UserLog emptied(UserLog log) {
    log.tail.dropEvents();
    budget.count(log, log.tail.footprint(), clock.nanos());
    return log;
  }

  /** Answers null: what the map shall hold. */
  private @Nullable UserLog removed(UserLog log) {
    if (!log.tail.removeIfUntouched()) {
      log.tail.remove();
      removals.incrementAndGet(bucketOf(log.user));
    }
    budget.forget(log);
    return null;
  }

  @Override
  public void forget(UserId user) {
    users.computeIfPresent(user, (key, log) -> log.follows > 0 ? emptied(log) : removed(log));
  }

  private static int bucketOf(UserId user) {
    int hash = user.hashCode();
    return (hash ^ (hash >>> 16)) & (REMOVAL_BUCKETS - 1);
  }

  @Override
  public Usage usage() {
    return new Usage(
        users.size(),
        budget.total() + broadcasts.footprint() + presence.footprint(),
        budget.evictions());
  }

  @Override
  public void close() {
    users.clear();
  }

  /** One user's log and its place in the budget. */
  private static final class UserLog {
    final UserId user;
    final LogTail tail;

    // Guarded by the map's lock on the user, inside compute; who only looks may be a moment late.
    int follows;

    // Guarded by the budget: its place among the logs by last use, and what was counted for it.
    @Nullable UserLog olderUsed;
    @Nullable UserLog newerUsed;
    boolean listed;
    long counted;
    long usedNanos;

    UserLog(UserId user, LogTail tail) {
      this.user = user;
      this.tail = tail;
    }
  }

  /**
   * The bound on all users' logs together. One lock for all of it, held for a few pointers: the
   * order of last use and the sum must agree, or the wrong log would go.
   */
  private final class Budget {
    private final long limit;
    private @Nullable UserLog oldestUsed;
    private @Nullable UserLog newestUsed;
    private long total;
    private long evictions;

    Budget(long limit) {
      this.limit = limit;
    }

    synchronized long total() {
      return total;
    }

    synchronized long evictions() {
      return evictions;
    }

    synchronized void touch(UserLog log, long now) {
      unlink(log);
      link(log, now);
    }

    /** Counts what the log takes now; answers the logs that must give way for it. */
    synchronized List<UserLog> account(UserLog log, long bytes, long now) {
      count(log, bytes, now);
      List<UserLog> victims = List.of();
      for (UserLog oldest = oldestUsed;
          oldest != null && oldest != log && mustGo(oldest, now);
          oldest = oldestUsed) {
        unlink(oldest);
        total -= oldest.counted;
        oldest.counted = 0;
        evictions++;
        if (victims.isEmpty()) {
          victims = new ArrayList<>();
        }
        victims.add(oldest);
      }
      return victims;
    }

    synchronized void count(UserLog log, long bytes, long now) {
      if (!log.listed) {
        link(log, now); // A victim that its readers held.
      }
      total += bytes - log.counted;
      log.counted = bytes;
    }

    private boolean mustGo(UserLog oldest, long now) {
      return total > limit || now - oldest.usedNanos > perUser.age().toNanos();
    }

    synchronized void forget(UserLog log) {
      unlink(log);
      total -= log.counted;
      log.counted = 0;
    }

    private void link(UserLog log, long now) {
      log.usedNanos = now;
      log.olderUsed = newestUsed;
      if (newestUsed == null) {
        oldestUsed = log;
      } else {
        newestUsed.newerUsed = log;
      }
      newestUsed = log;
      log.listed = true;
    }

    private void unlink(UserLog log) {
      if (!log.listed) {
        return;
      }
      if (log.olderUsed == null) {
        oldestUsed = log.newerUsed;
      } else {
        log.olderUsed.newerUsed = log.newerUsed;
      }
      if (log.newerUsed == null) {
        newestUsed = log.olderUsed;
      } else {
        log.newerUsed.olderUsed = log.olderUsed;
      }
      log.olderUsed = null;
      log.newerUsed = null;
      log.listed = false;
    }
  }

  private static final class TailFollow implements Follow {
    private final LogName log;
    private final LogTail tail;
    private final Runnable release;
    private final AtomicBoolean closed = new AtomicBoolean();

    TailFollow(LogName log, LogTail tail, Runnable release) {
      this.log = log;
      this.tail = tail;
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
      return tail.after(position, maxBytes);
    }

    @Override
    public void close() {
      if (closed.compareAndSet(false, true)) {
        release.run();
      }
    }
  }
}
