package io.heliograph.server.log.redis;

import io.heliograph.server.event.Event;
import io.heliograph.server.event.NanoClock;
import io.heliograph.server.event.Position;
import io.heliograph.server.event.Publication;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.event.UserId;
import io.heliograph.server.event.WallClock;
import io.heliograph.server.log.Appended;
import io.heliograph.server.log.EventLog;
import io.heliograph.server.log.Follow;
import io.heliograph.server.log.LogName;
import io.heliograph.server.log.LogUnavailableException;
import io.heliograph.server.log.Retention;
import io.heliograph.server.redis.Redis;
import io.heliograph.server.redis.RedisUnavailableException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps events in Redis, for all nodes that use it: an event is kept once {@link #append} returns,
 * as far as Redis is configured to keep it. A reader of one node receives what was appended at
 * another.
 *
 * <p>Redis may be away at any time, and lose what it had confirmed. Readers are then told of a gap;
 * no position ever names two events.
 */
public final class RedisEventLog implements EventLog {

  private final Redis redis;
  private final NanoClock clock;
  private final WallClock times;
  private final Stored stored;
  private final Mirrors mirrors;

  /**
   * Follows the broadcasts. Does not wait for Redis.
   *
   * @param redis closed with this
   * @param totalBytes bound on what users' logs take in the memory of this node, overhead estimated
   */
  public RedisEventLog(
      Redis redis,
      Retention perUser,
      Retention broadcast,
      long totalBytes,
      NanoClock clock,
      InstantSource timeOfDay) {
    this.redis = redis;
    this.clock = clock;
    this.times = new WallClock(clock, timeOfDay);
    this.stored = new Stored(redis, perUser, broadcast, clock, times);
    this.mirrors = new Mirrors(redis, stored, perUser, broadcast, totalBytes, clock, times);
  }

  @Override
  public void whenChanged(Consumer<LogName> wake) {
    mirrors.whenChanged(wake);
  }

  @Override
  public boolean waits() {
    return true;
  }

  @Override
  public Optional<String> fault() {
    return redis.fault();
  }

  @Override
  public Appended append(LogName log, Publication publication) {
    return begin(log, publication).await();
  }

  @Override
  public Pending begin(LogName log, Publication publication) {
    long nanos = clock.nanos();
    CompletableFuture<Appended> appended =
        stored
            .append(log, publication, times.millis(nanos))
            .thenCompose(
                result -> replicated(log, result, appended(log, publication, result, nanos)));
    return () -> await(appended);
  }

  private CompletableFuture<Appended> replicated(
      LogName log, Stored.Result result, Appended appended) {
    return stored
        .replicated(log, result)
        .thenApply(_ -> appended)
        .whenComplete(
            (_, failure) -> {
              Mirror mirror = failure == null ? null : mirrors.find(log);
              if (mirror != null) {
                mirrors.wake(mirror); // Whoever appended does not: it is kept, but not confirmed.
              }
            });
  }

  private Appended appended(
      LogName log, Publication publication, Stored.Result result, long nanos) {
    var position = new Position(result.epoch(), result.sequence(), result.step());
    return switch (result.kind()) {
      case 'D' -> new Appended.Duplicate(position);
      case 'K' -> new Appended.KeyReused(position);
      default -> {
        StoredEvent event = StoredEvent.of(position, publication, nanos);
        Mirror mirror = mirrors.find(log);
        if (mirror != null) {
          mirror.appended(event, result.latestStep(), publication);
        }
        yield new Appended.Stored(event);
      }
    };
  }

  /** Waits for Redis. An interrupt does not end it, since the event is not taken back. */
  private static <T> T await(CompletableFuture<T> future) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return future.get(); // Each command has a timeout.
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          throw new LogUnavailableException(Mirrors.reason(e));
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Adds transitions of presence, all in one step. Nodes may add those of one source at the same
   * time: each is added once.
   *
   * @param source what found them
   * @param edges in the order of their numbers; those up to the highest number that was added
   *     before are left out
   * @return fails with {@link RedisUnavailableException} if it is not known whether they were
   *     added; a repetition is safe
   */
  public CompletableFuture<Void> addEdges(String source, List<NumberedEdge> edges) {
    return stored.addEdges(source, edges, times.millis(clock.nanos()));
  }

  /**
   * A transition of presence.
   *
   * @param number higher than those of all earlier ones of its source, also if Redis lost them
   */
  public record NumberedEdge(long number, Event event) {}

  @Override
  public Follow follow(LogName log) {
    return follow(log, null);
  }

  @Override
  public Follow follow(LogName log, @Nullable Position from) {
    return switch (log) {
      case LogName.OfUser _, LogName.Broadcasts _, LogName.Presence _ ->
          new RedisFollow(mirrors, mirrors.follow(log, from));
      case LogName.Tail _ -> throw new IllegalArgumentException("nothing keeps a tail");
    };
  }

  @Override
  public void forget(UserId user) {
    LogName log = LogName.of(user);
    Message forgotten = await(stored.forget(log));
    Mirror mirror = mirrors.find(log);
    if (mirror != null) {
      mirror.forget(forgotten);
    }
  }

  @Override
  public Usage usage() {
    return new Usage(mirrors.size(), mirrors.bytes(), 0);
  }

  @Override
  public void close() {
    mirrors.close();
    redis.close();
  }
}
