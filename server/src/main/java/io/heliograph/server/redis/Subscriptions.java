package io.heliograph.server.redis;

import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.SlotHash;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * The channels that a node follows, each subscribed at the primary of its slot. Thread-safe; the
 * supervisor calls {@link #check}.
 */
final class Subscriptions implements AutoCloseable {

  // Subscriptions are confirmed in parts, so that the queue of commands does not overflow.
  private static final int PART = 1_000;

  private static final Script PROBE = Script.read(Subscriptions.class, "probe.lua");

  private final Redis redis;
  private final Clients clients;
  private final String node = UUID.randomUUID().toString().substring(0, 8);
  private final ConcurrentMap<String, Channel> channels = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, Shard> shards = new ConcurrentHashMap<>(); // By address.
  private final Set<Channel> orphans = ConcurrentHashMap.newKeySet();
  private volatile Runnable changed = () -> {};
  private volatile boolean closed;

  // Confined to the supervisor.
  private long version;

  /** A channel, and the shard that carries it. */
  private static final class Channel {
    private final String name;
    private final int slot;
    private final Subscriber subscriber;
    private volatile @Nullable Shard on;

    Channel(String name, Subscriber subscriber) {
      this.name = name;
      this.slot = SlotHash.getSlot(name);
      this.subscriber = subscriber;
    }
  }

  Subscriptions(Redis redis, Clients clients) {
    this.redis = redis;
    this.clients = clients;
  }

  /** Has the supervisor woken. */
  void whenChanged(Runnable wake) {
    changed = wake;
  }

  CompletableFuture<Void> add(String name, Subscriber subscriber) {
    var channel = new Channel(name, subscriber);
    if (channels.putIfAbsent(name, channel) != null) {
      throw new IllegalStateException(name + " is subscribed already");
    }
    return subscribe(channel);
  }

  private CompletableFuture<Void> subscribe(Channel channel) {
    Shard shard = shard(channel.slot);
    if (shard == null) {
      orphans.add(channel);
      return CompletableFuture.failedFuture(
          new IllegalStateException(redis.fault().orElse("Redis is not connected yet.")));
    }
    channel.on = shard;
    return shard
        .subscribe(List.of(channel.name))
        .whenComplete((_, failure) -> subscribed(List.of(channel), shard, failure));
  }

  private void subscribed(List<Channel> subscribed, Shard shard, @Nullable Throwable failure) {
    for (Channel channel : subscribed) {
      if (failure != null) {
        channel.on = null;
        orphans.add(channel);
      } else {
        // Inside of compute: who adds it again subscribes after this.
        channels.compute(
            channel.name,
            (name, current) -> {
              if (current == null) {
                shard.unsubscribe(name); // It was removed meanwhile.
              }
              return current;
            });
      }
    }
    if (failure != null) {
      redis.suspect(); // The slot may have moved.
    }
  }

  void remove(String name) {
    Channel channel = channels.remove(name);
    if (channel != null) {
      orphans.remove(channel); // Many come and go while there is no Redis.
      Shard shard = channel.on;
      if (shard != null) {
        shard.unsubscribe(name);
      }
    }
  }

  private @Nullable Shard shard(int slot) {
    Topology topology = redis.topology();
    RedisURI host = topology == null ? null : topology.primary(slot);
    Shard shard = host == null ? null : shards.get(Redis.address(host));
    return shard != null && shard.isOpen() ? shard : null;
  }

  Optional<Replicas> replicas(int slot) {
    return Optional.ofNullable(shard(slot)).map(Shard::replicas);
  }

  boolean isUp(int slot) {
    Shard shard = shard(slot);
    return shard != null && shard.isUp();
  }

  Optional<String> fault() {
    Topology topology = redis.topology();
    if (topology != null) {
      for (RedisURI host : topology.primaries()) {
        Shard shard = shards.get(Redis.address(host));
        Optional<String> fault =
            shard == null
                ? Optional.of("Redis at " + Redis.address(host) + " is not connected yet.")
                : shard.fault();
        if (fault.isPresent()) {
          return fault;
        }
      }
    }
    return Optional.empty();
  }

  /** Connects, subscribes and probes what must be. */
  void check(Topology topology) {
    if (closed) {
      return;
    }
    connect(topology);
    if (topology.version() != version) {
      version = topology.version();
      for (Channel channel : channels.values()) {
        Shard before = channel.on;
        if (before != null && before != shard(channel.slot)) {
          before.unsubscribe(channel.name);
          channel.on = null;
          orphans.add(channel);
        }
      }
    }
    adopt();
    for (Shard shard : shards.values()) {
      probe(shard);
      shard.check();
    }
  }

  private void connect(Topology topology) {
    Set<String> wanted = new HashSet<>();
    for (RedisURI host : topology.primaries()) {
      String address = Redis.address(host);
      wanted.add(address);
      Shard shard = shards.get(address);
      if (shard == null || shard.isGone()) {
        if (shard != null) {
          shard.close();
          abandon(shard);
          topology.suspect();
        }
        shards.put(address, open(topology, host));
      }
    }
    for (Map.Entry<String, Shard> each : shards.entrySet()) {
      if (!wanted.contains(each.getKey())) {
        shards.remove(each.getKey());
        each.getValue().close();
        abandon(each.getValue());
      }
    }
  }

  private Shard open(Topology topology, RedisURI host) {
    return new Shard(
        clients,
        host,
        topology.sharded(),
        probeChannel(topology, host),
        this::message,
        this::lost,
        changed);
  }

  /** A channel whose slot the host serves. */
  private String probeChannel(Topology topology, RedisURI host) {
    for (int i = 0; ; i++) {
      String channel = redis.prefix() + ":probe:{" + node + "." + i + "}";
      RedisURI owner = topology.primary(SlotHash.getSlot(channel));
      if (!topology.sharded()
          || (owner != null && Redis.address(owner).equals(Redis.address(host)))) {
        return channel;
      }
    }
  }

  private void abandon(Shard shard) {
    for (Channel channel : channels.values()) {
      if (channel.on == shard) {
        channel.on = null;
        orphans.add(channel);
      }
    }
  }

  private void message(String name, byte[] payload) {
    Channel channel = channels.get(name);
    if (channel != null && !closed) {
      channel.subscriber.message(payload);
    }
  }

  private void lost(String name) {
    Channel channel = channels.get(name);
    if (channel != null) {
      channel.on = null;
      orphans.add(channel);
      redis.suspect();
    }
  }

  /** Subscribes to the channels that no shard carries. */
  private void adopt() {
    var byShard = new HashMap<Shard, List<Channel>>();
    for (Channel channel : List.copyOf(orphans)) {
      boolean waits = channels.get(channel.name) == channel && channel.on == null;
      Shard shard = waits ? shard(channel.slot) : null;
      if (!waits || shard != null) {
        orphans.remove(channel);
      }
      if (shard != null) {
        channel.on = shard;
        byShard.computeIfAbsent(shard, _ -> new ArrayList<>()).add(channel);
      }
    }
    byShard.forEach((shard, adopted) -> adopt(shard, adopted, 0));
  }

  private void adopt(Shard shard, List<Channel> adopted, int from) {
    if (from >= adopted.size()) {
      return;
    }
    List<Channel> part = adopted.subList(from, Math.min(from + PART, adopted.size()));
    var _ =
        shard
            .subscribe(part.stream().map(channel -> channel.name).toList())
            .whenComplete(
                (_, failure) -> {
                  subscribed(part, shard, failure);
                  if (failure == null) {
                    part.forEach(channel -> channel.subscriber.refill());
                  }
                  adopt(shard, adopted, from + PART);
                });
  }

  private void probe(Shard shard) {
    if (!shard.probeDue()) {
      return;
    }
    shard.probeSent();
    byte[] publish = (redis.sharded() ? "SPUBLISH" : "PUBLISH").getBytes(Redis.UTF_8);
    var _ =
        redis
            .run(PROBE, List.of(shard.probeChannel()), publish)
            .whenComplete(
                (found, failure) -> {
                  if (failure == null) {
                    shard.writes(null);
                    if (shard.isOther(new String((byte[]) found.getFirst(), Redis.UTF_8))) {
                      refill(shard);
                    }
                  } else if (failure.getCause() != null && Redis.isAnswer(failure.getCause())) {
                    shard.writes(failure.getCause());
                  }
                });
  }

  private void refill(Shard shard) {
    for (Channel channel : channels.values()) {
      if (channel.on == shard) {
        channel.subscriber.refill();
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    shards.values().forEach(Shard::close);
  }
}
