package io.heliograph.server.log.redis;

import io.heliograph.server.event.NanoClock;
import io.heliograph.server.event.Position;
import io.heliograph.server.event.UserId;
import io.heliograph.server.event.WallClock;
import io.heliograph.server.log.Budget;
import io.heliograph.server.log.LogName;
import io.heliograph.server.log.LogTail;
import io.heliograph.server.log.Retention;
import io.heliograph.server.redis.Redis;
import io.heliograph.server.redis.RedisUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The logs that this node follows. Thread-safe. */
final class Mirrors implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(Mirrors.class.getName());

  // A stream opens after this, whatever Redis does. Longer than one command may take.
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  // How many logs at most leave memory when one or an event comes, so that each step is short.
  private static final int MAX_SHRINKS = 16;

  private final Redis redis;
  private final Stored stored;
  private final NanoClock clock;
  private final WallClock times;
  private final Budget ofUsers;
  private final Budget ofBroadcasts; // Counts only: this log has its own bounds.
  private final ConcurrentMap<LogName, Mirror> mirrors = new ConcurrentHashMap<>();
  private final Refills refills;
  private volatile Consumer<LogName> waker = _ -> {};

  Mirrors(
      Redis redis,
      Stored stored,
      Retention perUser,
      Retention broadcast,
      long totalBytes,
      NanoClock clock,
      WallClock times) {
    this.redis = redis;
    this.stored = stored;
    this.clock = clock;
    this.times = times;
    this.ofUsers = new Budget(totalBytes, perUser.age());
    this.ofBroadcasts = new Budget(Long.MAX_VALUE, broadcast.age());
    this.refills = new Refills(this::read, mirrors::values, this::isUp);
  }

  void whenChanged(Consumer<LogName> wake) {
    waker = wake;
  }

  /** The log, if this node follows it. */
  @Nullable Mirror find(LogName log) {
    return mirrors.get(log);
  }

  int size() {
    return mirrors.size();
  }

  long bytes() {
    return ofUsers.total() + ofBroadcasts.total();
  }

  /**
   * Follows a log. Waits until it was read, or until that seems not possible now.
   *
   * @param from after which the reader will most likely read; null if it is not known
   */
  Mirror follow(LogName log, @Nullable Position from) {
    Mirror followed =
        mirrors.compute(
            log,
            (_, known) -> {
              Mirror mirror = known == null ? new Mirror(this, log) : known;
              mirror.follows++;
              return mirror;
            });
    if (followed.view() == null) {
      var _ = await(followed.open(() -> open(followed, from)));
    }
    View view = followed.view();
    if (view != null) {
      view.tail().use();
    }
    makeRoom();
    return followed;
  }

  /** Subscribes, and then reads: a message that comes between waits for what is read. */
  private CompletableFuture<Void> open(Mirror mirror, @Nullable Position from) {
    return redis
        .subscribe(LogKey.of(redis.prefix(), mirror.log()), mirror)
        .thenCompose(_ -> read(mirror, from))
        .whenComplete(
            (_, failure) -> {
              if (failure != null) {
                refills.addLater(mirror);
              }
            });
  }

  /** Whether it was done, and in time. */
  private static boolean await(CompletableFuture<Void> done) {
    try {
      done.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      // Readers are degraded until Redis is back: the subscription then asks for a refill.
      LOG.log(System.Logger.Level.DEBUG, "A log cannot be read now.", e);
    }
    return false;
  }

  void unfollow(Mirror mirror) {
    mirrors.computeIfPresent(
        mirror.log(),
        (log, known) -> {
          known.follows--;
          if (known.follows > 0) {
            return known;
          }
          redis.unsubscribe(LogKey.of(redis.prefix(), log));
          known.close();
          refills.drop(known);
          return null;
        });
  }

  /** Reads what a mirror has missed, soon. */
  void refill(Mirror mirror) {
    refills.add(mirror);
  }

  private CompletableFuture<Void> read(Mirror mirror) {
    return read(mirror, null);
  }

  private CompletableFuture<Void> read(Mirror mirror, @Nullable Position from) {
    View view = mirror.view();
    Position head = view == null ? null : view.tail().head();
    Position after = head == null ? from : head;
    CompletableFuture<Stored.Contents> reading =
        after == null || after.isTime()
            ? stored.readHead(mirror.log())
            : stored.readAfter(mirror.log(), after.epoch(), after.sequence());
    return reading.thenAccept(read -> mirror.apply(read, head));
  }

  /** Reads all that is kept, and waits for it; answers whether that was possible. */
  boolean load(Mirror mirror) {
    View before = mirror.view();
    Position head = before == null ? null : before.tail().head();
    boolean done =
        await(
            mirror.load(
                () -> stored.readAll(mirror.log()).thenAccept(read -> mirror.apply(read, head))));
    View view = mirror.view();
    boolean loaded = done && view != null && view.whole();
    if (!loaded) {
      refills.addLater(mirror); // Which wakes the readers, so that they try again.
    }
    makeRoom();
    return loaded;
  }

  /** As {@link #load}, by a read that did not begin before this call. */
  boolean loadAnew(Mirror mirror) {
    // What has begun may not have what the reader has already received at another node.
    return (!mirror.isLoading() || load(mirror)) && load(mirror);
  }

  /** Whether reading is worth a try; if not, readers are woken when it is. */
  boolean mayLoad(Mirror mirror) {
    if (!isUp(mirror)) {
      refills.addLater(mirror); // It may have been read already, by a connection not yet probed.
      return false;
    }
    return !isLater(mirror);
  }

  /** Whether a log could not be read just now, and will be. */
  boolean isLater(Mirror mirror) {
    return refills.isLater(mirror);
  }

  boolean isUp(Mirror mirror) {
    return redis.isUp(LogKey.of(redis.prefix(), mirror.log()));
  }

  /** Has the longest unused logs leave memory if there are too many events in it. */
  void makeRoom() {
    for (int i = 0; i < MAX_SHRINKS; i++) {
      LogTail unused = ofUsers.next();
      UserId user = unused == null ? null : unused.user();
      if (unused == null || user == null) {
        return;
      }
      Mirror mirror = mirrors.get(LogName.of(user));
      if (mirror != null) {
        mirror.shrink(unused);
      }
    }
  }

  LogTail tail(Mirror mirror, Position head) {
    UserId user = mirror.user();
    return new LogTail(
        user, head, stored.retention(mirror.log()), clock, user == null ? ofBroadcasts : ofUsers);
  }

  void wake(Mirror mirror) {
    waker.accept(mirror.log());
  }

  /** Positions after a sequence were assigned twice. */
  void rewound(Mirror mirror, long epoch, long lastSequence) {
    LOG.log(
        System.Logger.Level.WARNING,
        "Redis has lost events of the log {0} after position {1}. Readers receive stream.gap.",
        mirror.log(),
        Long.toString(lastSequence));
    var _ = stored.rewind(mirror.log(), epoch, lastSequence).thenRun(() -> refill(mirror));
  }

  void unreadable(Mirror mirror, IllegalArgumentException e) {
    LOG.log(
        System.Logger.Level.WARNING,
        "A message of the log {0} cannot be read ({1}). Does another program use its prefix?",
        mirror.log(),
        e.getMessage());
  }

  long nanos(long millis) {
    return Math.min(times.nanos(Instant.ofEpochMilli(millis)), clock.nanos());
  }

  long millis() {
    return times.millis(clock.nanos());
  }

  long millis(long nanos) {
    return times.millis(nanos);
  }

  /** For messages: what keeps Redis from being used. */
  static String reason(Throwable failure) {
    Throwable cause = failure.getCause();
    Throwable shown = cause instanceof RedisUnavailableException ? cause : failure;
    return String.valueOf(shown.getMessage());
  }

  @Override
  public void close() {
    refills.close();
    mirrors.clear();
  }
}
