package io.heliograph.server.cluster;

import io.heliograph.server.event.UserId;
import io.heliograph.server.hub.CloseReason;
import io.heliograph.server.hub.Connection;
import io.heliograph.server.hub.Hub;
import io.heliograph.server.log.LogUnavailableException;
import io.heliograph.server.log.redis.RedisEventLog;
import io.heliograph.server.presence.Directory;
import io.heliograph.server.presence.Presence;
import io.heliograph.server.redis.Redis;
import io.heliograph.server.redis.Subscriber;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Presence over all nodes. Redis knows which users are connected to which node, and finds the
 * transitions; one thread sends what changes here, renews this node's lease, and publishes
 * transitions. A node whose lease has ended does not count any more: any other node notices.
 */
final class RedisPresence implements Presence {

  private static final System.Logger LOG = System.getLogger(RedisPresence.class.getName());

  // More than a Cluster has primaries, mostly: the buckets are spread over them. The number is part
  // of the format in Redis.
  private static final int BUCKETS = 16;

  private static final Duration FAREWELL = Duration.ofSeconds(2);

  private final Hub hub;
  private final Redis redis;
  private final RedisEventLog log;
  private final List<Bucket> buckets = new ArrayList<>();
  private final RedisDirectory directory;
  private final Semaphore wakes = new Semaphore(0);
  private final Thread thread;
  private final Set<Bucket> suspect = ConcurrentHashMap.newKeySet();
  private volatile boolean stops;

  /**
   * Begins to renew the node's lease.
   *
   * @param grace time after which a user without a connection is offline; may be zero
   * @param log takes the transitions
   * @param cluster knows the other nodes
   */
  RedisPresence(Hub hub, Redis redis, Duration grace, RedisEventLog log, Cluster cluster) {
    this.hub = hub;
    this.redis = redis;
    this.log = log;
    for (int i = 0; i < BUCKETS; i++) {
      String key = redis.prefix() + ":presence:{presence-" + i + "}";
      buckets.add(new Bucket(key, hub, redis, grace, System.nanoTime()));
    }
    this.directory =
        new RedisDirectory(hub, redis, buckets.stream().map(Bucket::key).toList(), cluster);
    for (Bucket bucket : buckets) {
      var _ = redis.subscribe(bucket.key(), new Suspicion(bucket));
    }
    this.thread = Thread.ofPlatform().name("presence").daemon().start(this::run);
  }

  /** Redis may have lost what was written: no messages are sent on the channel. */
  private final class Suspicion implements Subscriber {
    private final Bucket bucket;

    Suspicion(Bucket bucket) {
      this.bucket = bucket;
    }

    @Override
    public void message(byte[] payload) {}

    @Override
    public void refill() {
      suspect.add(bucket);
      wake();
    }
  }

  @Override
  public void opened(Connection connection) {
    touched(connection.user(), true);
  }

  @Override
  public void closed(Connection connection, CloseReason reason) {
    touched(connection.user(), false);
  }

  private void touched(UserId user, boolean opened) {
    Bucket bucket = bucket(user);
    if (!bucket.touched(user, opened)) {
      suspect.add(bucket);
    }
    wake();
  }

  private Bucket bucket(UserId user) {
    return buckets.get(RedisDirectory.bucket(user, BUCKETS));
  }

  private void wake() {
    if (wakes.availablePermits() == 0) {
      wakes.release();
    }
  }

  @Override
  public Directory directory() {
    return directory;
  }

  private void run() {
    while (!stops) {
      try {
        round(false);
        rest();
      } catch (InterruptedException e) {
        return; // Nobody does that.
      } catch (RuntimeException e) {
        // Without this thread the node would lose its lease and all its users.
        LOG.log(System.Logger.Level.ERROR, "Keeping the presence of users failed.", e);
        suspect.addAll(buckets);
        buckets.forEach(bucket -> bucket.failed(System.nanoTime()));
      }
    }
  }

  private void rest() throws InterruptedException {
    long now = System.nanoTime();
    long wait = buckets.stream().mapToLong(bucket -> bucket.waitNanos(now)).min().orElse(0);
    if (wakes.tryAcquire(wait, TimeUnit.NANOSECONDS)) {
      wakes.drainPermits();
    }
  }

  /** Calls Redis for each bucket that is due, and publishes what it found. */
  private void round(boolean last) {
    Map<Bucket, CompletableFuture<List<Object>>> calls = new LinkedHashMap<>();
    rewrite();
    for (Bucket bucket : buckets) {
      if (bucket.waitNanos(System.nanoTime()) == 0) {
        calls.put(bucket, bucket.send(last));
      }
    }
    Map<Bucket, List<Bucket.Edge>> edges = new LinkedHashMap<>();
    calls.forEach(
        (bucket, call) -> {
          try {
            Bucket.Result result = bucket.confirmed(Calls.await(call), System.nanoTime());
            if (result.lost() && !last) {
              suspect.add(bucket);
              wake();
            }
            if (!result.edges().isEmpty()) {
              edges.put(bucket, result.edges());
            }
          } catch (LogUnavailableException e) {
            // Redis itself is reported by its own object. The state is sent until it is confirmed.
            bucket.failed(System.nanoTime());
          }
        });
    publish(edges);
  }

  /**
   * Has all be written again that suspect buckets should have, and removed what they should not.
   * Asks for all of them at once: while one primary does not answer, the leases in the buckets of
   * the others must not end.
   */
  private void rewrite() {
    Map<Bucket, CompletableFuture<List<Object>>> asked = new LinkedHashMap<>();
    for (Bucket bucket : buckets) {
      if (suspect.remove(bucket)) {
        asked.put(bucket, directory.kept(bucket.key()));
      }
    }
    asked.forEach(
        (bucket, kept) -> {
          try {
            Calls.await(kept).forEach(user -> touched(new UserId(Calls.text(user)), false));
            for (UserId user : hub.connections().online()) {
              if (bucket(user) == bucket) {
                touched(user, false);
              }
            }
          } catch (LogUnavailableException e) {
            suspect.add(bucket);
            bucket.failed(System.nanoTime());
          }
        });
  }

  /**
   * Publishes what was found, of all buckets at once, because each wait for Redis delays the next
   * renewal of the leases.
   */
  private void publish(Map<Bucket, List<Bucket.Edge>> found) {
    Map<Bucket, CompletableFuture<Void>> calls = new LinkedHashMap<>();
    found.forEach(
        (bucket, edges) ->
            calls.put(
                bucket,
                log.addEdges(bucket.key(), edges.stream().map(RedisPresence::numbered).toList())));
    calls.forEach(
        (bucket, call) -> {
          try {
            Calls.await(call);
            bucket.published(
                Objects.requireNonNull(found.get(bucket)).getLast(), System.nanoTime());
          } catch (LogUnavailableException e) {
            bucket.failed(System.nanoTime());
          }
        });
  }

  private static RedisEventLog.NumberedEdge numbered(Bucket.Edge edge) {
    return new RedisEventLog.NumberedEdge(
        edge.number(), Presence.edge(edge.type(), edge.user(), edge.timeMillis()));
  }

  /** Tells Redis what has changed last, for two seconds at most, and gives the lease back. */
  @Override
  public void close() {
    stops = true;
    wake();
    try {
      thread.join();
      buckets.forEach(bucket -> redis.unsubscribe(bucket.key()));
      suspect.clear();
      long end = System.nanoTime() + FAREWELL.toNanos();
      round(false);
      while (buckets.stream().anyMatch(Bucket::hasChanges) && System.nanoTime() - end < 0) {
        rest();
        round(false);
      }
      buckets.forEach(bucket -> bucket.due(System.nanoTime()));
      round(true);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
