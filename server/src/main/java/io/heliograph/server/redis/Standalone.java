package io.heliograph.server.redis;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One server, or that of several which is the primary now. */
final class Standalone implements Topology {

  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final String PRIMARY = "master";

  private final RedisClient client;
  private final List<RedisURI> hosts;

  // Confined to the supervisor.
  private long lookedNanos;

  private volatile boolean suspect;
  private volatile @Nullable Connected connected;
  private volatile String reason;

  private record Connected(RedisURI host, StatefulRedisConnection<String, byte[]> connection) {}

  Standalone(RedisClient client, List<RedisURI> hosts) {
    this.client = client;
    this.hosts = hosts;
    this.reason =
        "Redis at "
            + hosts.stream().map(Redis::address).collect(Collectors.joining(","))
            + " is not connected yet.";
  }

  @Override
  public boolean sharded() {
    return false;
  }

  @Override
  public void check(Consumer<RedisClusterAsyncCommands<String, byte[]>> prepare) {
    Connected now = connected;
    if (now != null && now.connection.isOpen()) {
      boolean due = suspect || System.nanoTime() - lookedNanos > LOOK.toNanos();
      if (!due || isPrimary(now)) {
        return;
      }
    }
    suspect = false;
    connected = null;
    if (now != null) {
      reason = "The connection to Redis at " + Redis.address(now.host) + " was closed.";
      var _ = now.connection.closeAsync();
    }
    for (RedisURI host : hosts) {
      Connected candidate = connect(host);
      if (candidate != null) {
        prepare.accept(candidate.connection.async());
        connected = candidate;
        return;
      }
    }
  }

  private boolean isPrimary(Connected candidate) {
    suspect = false;
    lookedNanos = System.nanoTime();
    try {
      // A demoted primary keeps its connections, and refuses writes only.
      List<Object> role = candidate.connection.sync().role();
      boolean primary = new String((byte[]) role.getFirst(), Redis.UTF_8).equals(PRIMARY);
      if (!primary) {
        reason = "Redis at " + Redis.address(candidate.host) + " is a replica.";
      }
      return primary;
    } catch (RedisException e) {
      reason = Redis.reason(candidate.host, e);
      return false;
    }
  }

  private @Nullable Connected connect(RedisURI host) {
    StatefulRedisConnection<String, byte[]> connection;
    try {
      connection = client.connect(Redis.CODEC, host);
    } catch (RedisException e) {
      reason = Redis.reason(host, e);
      return null;
    }
    var candidate = new Connected(host, connection);
    if (isPrimary(candidate)) {
      return candidate;
    }
    var _ = connection.closeAsync();
    return null;
  }

  @Override
  public @Nullable RedisClusterAsyncCommands<String, byte[]> commands() {
    Connected now = connected;
    return now == null ? null : now.connection.async();
  }

  @Override
  public Collection<RedisURI> primaries() {
    Connected now = connected;
    return now == null ? List.of() : List.of(now.host);
  }

  @Override
  public @Nullable RedisURI primary(int slot) {
    Connected now = connected;
    return now == null ? null : now.host;
  }

  @Override
  public long version() {
    Connected now = connected;
    return now == null ? 0 : hosts.indexOf(now.host) + 1;
  }

  @Override
  public void suspect() {
    suspect = true;
  }

  @Override
  public Optional<String> fault() {
    Connected now = connected;
    if (now == null) {
      return Optional.of(reason);
    }
    return now.connection.isOpen()
        ? Optional.empty()
        : Optional.of("The connection to Redis at " + Redis.address(now.host) + " was closed.");
  }

  @Override
  public void close() {
    Connected now = connected;
    if (now != null) {
      now.connection.close();
    }
  }
}
