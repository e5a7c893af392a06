package io.heliograph.server.redis;

import static org.awaitility.Awaitility.await;

import io.lettuce.core.cluster.SlotHash;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A Redis Cluster of three primaries and three replicas, which the test ends. */
public final class RedisCluster implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final List<RedisProcess> servers = new ArrayList<>();

  private RedisCluster() {}

  /** Starts it, and returns when it serves all slots. */
  public static RedisCluster start() {
    var cluster = new RedisCluster();
    try {
      for (int i = 0; i < 6; i++) {
        cluster.servers.add(
            RedisProcess.start("--cluster-enabled", "yes", "--cluster-node-timeout", "2000"));
      }
      cluster.create();
    } catch (RuntimeException e) {
      cluster.close();
      throw e;
    }
    return cluster;
  }

  private void create() {
    var command = new ArrayList<String>(List.of("/usr/bin/redis-cli", "--cluster", "create"));
    servers.forEach(server -> command.add("127.0.0.1:" + server.port()));
    command.addAll(List.of("--cluster-replicas", "1", "--cluster-yes"));
    try {
      var process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (process.waitFor() != 0) {
        throw new IllegalStateException("redis-cli ended with " + process.exitValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                servers.stream()
                    .allMatch(
                        server ->
                            server.call("CLUSTER", "INFO").contains("cluster_state:ok")
                                && server.call("CLUSTER", "INFO").contains("known_nodes:6")
                                && isInSync(server)));
  }

  /** A replica that was never in sync cannot take the place of its primary. */
  private static boolean isInSync(RedisProcess server) {
    String role = server.call("ROLE");
    return role.startsWith("master") || role.contains("\nconnected\n");
  }

  /** The address, for a connection of a test's own. */
  public RedisOptions options(String prefix) {
    return RedisProcess.options(servers.stream().limit(3).map(RedisProcess::port).toList(), prefix);
  }

  /** The address, as a setting. */
  public String url() {
    return "redis://"
        + servers.stream()
            .limit(3)
            .map(server -> "127.0.0.1:" + server.port())
            .collect(Collectors.joining(","));
  }

  /** The primary of a key. */
  public RedisProcess primaryOf(String key) {
    int slot = SlotHash.getSlot(key);
    return running().stream()
        .filter(server -> serves(server, slot))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no primary serves slot " + slot));
  }

  private List<RedisProcess> running() {
    return servers.stream().filter(RedisProcess::isRunning).toList();
  }

  /** Whether a server itself says that it serves a slot. */
  private static boolean serves(RedisProcess server, int slot) {
    for (String line : server.call("CLUSTER", "NODES").split("\n", -1)) {
      String[] words = line.split(" ", -1);
      if (words.length > 2 && words[2].contains("myself") && words[2].contains("master")) {
        for (int i = 8; i < words.length; i++) {
          String[] range = words[i].split("-", 2);
          if (!words[i].startsWith("[")
              && Integer.parseInt(range[0]) <= slot
              && slot <= Integer.parseInt(range[range.length - 1])) {
            return true;
          }
        }
      }
    }
    return false;
  }

  /** Moves the slot of a key to another primary, key by key, as {@code redis-cli} does. */
  public void migrate(String key) {
    try (Migration migration = beginMigration(key)) {
      migration.moveKeys();
    }
  }

  /** Begins to move the slot of a key to another primary; all keys are still where they were. */
  public Migration beginMigration(String key) {
    RedisProcess from = primaryOf(key);
    RedisProcess to =
        running().stream()
            .filter(server -> server != from && server.call("ROLE").startsWith("master"))
            .findFirst()
            .orElseThrow();
    var migration = new Migration(Integer.toString(SlotHash.getSlot(key)), from, to);
    to.call("CLUSTER", "SETSLOT", migration.slot, "IMPORTING", from.call("CLUSTER", "MYID"));
    from.call("CLUSTER", "SETSLOT", migration.slot, "MIGRATING", to.call("CLUSTER", "MYID"));
    return migration;
  }

  /** A slot that moves, until this is closed. */
  public final class Migration implements AutoCloseable {
    private final String slot;
    private final RedisProcess from;
    private final RedisProcess to;

    Migration(String slot, RedisProcess from, RedisProcess to) {
      this.slot = slot;
      this.from = from;
      this.to = to;
    }

    /** Where the slot was. */
    public RedisProcess from() {
      return from;
    }

    /** Where the slot moves to. */
    public RedisProcess to() {
      return to;
    }

    /** Moves all keys. Fails if one is on both sides. */
    public void moveKeys() {
      String keys = from.call("CLUSTER", "GETKEYSINSLOT", slot, "1");
      while (!keys.isEmpty()) {
        from.call("MIGRATE", "127.0.0.1", Integer.toString(to.port()), keys, "0", "5000");
        keys = from.call("CLUSTER", "GETKEYSINSLOT", slot, "1");
      }
    }

    @Override
    public void close() {
      String target = to.call("CLUSTER", "MYID");
      to.call("CLUSTER", "SETSLOT", slot, "NODE", target);
      from.call("CLUSTER", "SETSLOT", slot, "NODE", target);
      for (RedisProcess other : running()) {
        if (other != to && other != from && other.call("ROLE").startsWith("master")) {
          other.call("CLUSTER", "SETSLOT", slot, "NODE", target);
        }
      }
    }
  }

  @Override
  public void close() {
    servers.forEach(RedisProcess::close);
  }
}
