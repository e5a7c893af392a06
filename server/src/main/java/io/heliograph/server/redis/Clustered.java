package io.heliograph.server.redis;

import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The primaries of a Cluster. Lettuce routes commands, and follows redirections. */
final class Clustered implements Topology {

  private final RedisClusterClient client;
  private final List<RedisURI> hosts;
  private final AtomicBoolean suspect = new AtomicBoolean();

  // Written by the supervisor.
  private volatile @Nullable StatefulRedisClusterConnection<String, byte[]> connection;
  private volatile Slots slots = new Slots(List.of(), new RedisURI[SlotHash.SLOT_COUNT], 0);
  private volatile @Nullable String fault = "The Redis Cluster is not connected yet.";

  /** Which primary serves each slot. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Slots(List<RedisURI> primaries, @Nullable RedisURI[] owners, int hash) {}

  Clustered(RedisClusterClient client, List<RedisURI> hosts) {
    this.client = client;
    this.hosts = hosts;
  }

  @Override
  public boolean sharded() {
    return true;
  }

  @Override
  public void check(Consumer<RedisClusterAsyncCommands<String, byte[]>> prepare) {
    StatefulRedisClusterConnection<String, byte[]> now = connection;
    try {
      if (now == null) {
        now = client.connect(Redis.CODEC);
        connection = now;
      } else if (!client.isTopologyRefreshInProgress() && suspect.getAndSet(false)) {
        var _ = client.refreshPartitionsAsync();
      }
    } catch (RedisException e) {
      fault = Redis.reason(hosts.getFirst(), e);
      return;
    }
    var owners = new @Nullable RedisURI[SlotHash.SLOT_COUNT];
    var primaries = new ArrayList<RedisURI>();
    for (RedisClusterNode node : client.getPartitions()) {
      if (node.getRole().isUpstream()
          && !node.hasNoSlots()
          && !node.is(RedisClusterNode.NodeFlag.FAIL)) {
        primaries.add(node.getUri());
        node.forEachSlot(slot -> owners[slot] = node.getUri());
      }
    }
    int hash = Arrays.hashCode(owners);
    if (hash != slots.hash) {
      prepare.accept(now.async());
    }
    slots = new Slots(List.copyOf(primaries), owners, hash);
    int orphan = Arrays.asList(owners).indexOf(null);
    fault = orphan < 0 ? null : "No primary of the Redis Cluster serves slot " + orphan + ".";
  }

  @Override
  public @Nullable RedisClusterAsyncCommands<String, byte[]> commands() {
    StatefulRedisClusterConnection<String, byte[]> now = connection;
    return now == null ? null : now.async();
  }

  @Override
  public Collection<RedisURI> primaries() {
    return slots.primaries;
  }

  @Override
  public @Nullable RedisURI primary(int slot) {
    return slots.owners[slot];
  }

  @Override
  public long version() {
    return slots.hash;
  }

  @Override
  public void suspect() {
    suspect.set(true);
  }

  @Override
  public Optional<String> fault() {
    return Optional.ofNullable(fault);
  }

  @Override
  public void close() {
    StatefulRedisClusterConnection<String, byte[]> now = connection;
    if (now != null) {
      now.close();
    }
  }
}
