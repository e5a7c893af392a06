package io.heliograph.server.redis;

import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Where keys are: on one primary, or on the primaries of a Cluster. */
interface Topology extends AutoCloseable {

  /** Whether messages are published per shard. */
  boolean sharded();

  /**
   * Reconnects commands if they are disconnected. Called by the supervisor, for a few seconds at
   * most.
   *
   * @param prepare called with a new connection before others can use it, and when slots have moved
   */
  void check(Consumer<RedisClusterAsyncCommands<String, byte[]>> prepare);

  /** The connection of commands; null while there is none. */
  @Nullable RedisClusterAsyncCommands<String, byte[]> commands();

  /** The primaries that are known now. */
  Collection<RedisURI> primaries();

  /** The primary of a slot; null if it is not known. */
  @Nullable RedisURI primary(int slot);

  /** Changes when slots have moved. */
  long version();

  /** Asks for another look at the servers, because one has refused a command or has gone. */
  void suspect();

  /** Why commands cannot be executed; empty if they can. */
  Optional<String> fault();

  @Override
  void close();
}
