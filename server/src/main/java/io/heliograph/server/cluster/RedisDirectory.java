package io.heliograph.server.cluster;

import io.heliograph.server.event.UserId;
import io.heliograph.server.hub.Connection;
import io.heliograph.server.hub.Connections.Online;
import io.heliograph.server.hub.Hub;
import io.heliograph.server.log.EventLog;
import io.heliograph.server.presence.Directory;
import io.heliograph.server.presence.NodeDirectory;
import io.heliograph.server.redis.Redis;
import io.heliograph.server.redis.Script;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** The users with connections to any node, as Redis knows them. */
final class RedisDirectory implements Directory {

  private static final Script SCRIPT = Script.read(RedisDirectory.class, "directory.lua");

  // As Redis orders texts, so that a page of each bucket makes one of all.
  private static final Comparator<Online> BY_BYTES =
      Comparator.comparing(
          online -> online.user().value().getBytes(StandardCharsets.UTF_8),
          Arrays::compareUnsigned);

  private final Hub hub;
  private final Redis redis;
  private final List<String> buckets;
  private final Cluster cluster;

  RedisDirectory(Hub hub, Redis redis, List<String> buckets, Cluster cluster) {
    this.cluster = cluster;
    this.hub = hub;
    this.redis = redis;
    this.buckets = buckets;
  }

  /** The index of the bucket of a user. */
  static int bucket(UserId user, int buckets) {
    return Math.floorMod(user.value().hashCode(), buckets);
  }

  private CompletableFuture<List<Object>> ask(String bucket, List<String> args) {
    var all = new ArrayList<byte[]>();
    all.add(Calls.bytes(Bucket.LEASE.toMillis()));
    args.forEach(arg -> all.add(Calls.bytes(arg)));
    return redis.run(SCRIPT, List.of(bucket), all.toArray(byte[][]::new));
  }

  @Override
  public List<Online> page(String after, int limit) {
    List<String> args = List.of("page", after, Integer.toString(limit));
    var asked = buckets.stream().map(bucket -> ask(bucket, args)).toList();
    var all = new ArrayList<Online>();
    for (CompletableFuture<List<Object>> answer : asked) {
      for (Object found : Calls.await(answer)) {
        all.add(online(Calls.list(found)));
      }
    }
    all.sort(BY_BYTES);
    return all.subList(0, Math.min(limit, all.size()));
  }

  private static Online online(List<Object> found) {
    int connections = 0;
    for (Object node : found.subList(1, found.size())) {
      connections += Integer.parseInt(Calls.text(node).split("\n", 2)[0]);
    }
    return new Online(new UserId(Calls.text(found.getFirst())), connections);
  }

  @Override
  public List<Online> count(List<UserId> users) {
    var byBucket = new HashMap<String, List<String>>();
    for (UserId user : users) {
      byBucket
          .computeIfAbsent(
              buckets.get(bucket(user, buckets.size())), _ -> new ArrayList<>(List.of("of")))
          .add(user.value());
    }
    var asked = byBucket.entrySet().stream().map(each -> ask(each.getKey(), each.getValue()));
    Map<UserId, Online> found = new HashMap<>();
    for (CompletableFuture<List<Object>> answer : asked.toList()) {
      for (Object one : Calls.await(answer)) {
        Online online = online(Calls.list(one));
        found.put(online.user(), online);
      }
    }
    return users.stream().map(user -> found.getOrDefault(user, new Online(user, 0))).toList();
  }

  @Override
  public List<Seen> of(UserId user) {
    var all = new ArrayList<Seen>();
    String bucket = buckets.get(bucket(user, buckets.size()));
    for (Object found : Calls.await(ask(bucket, List.of("of", user.value())))) {
      List<Object> nodes = Calls.list(found);
      for (Object node : nodes.subList(1, nodes.size())) {
        String[] lines = Calls.text(node).split("\n", -1);
        for (String line : Arrays.asList(lines).subList(1, lines.length)) {
          seen(user, line.split(" ", 4)).ifPresent(all::add);
        }
      }
    }
    return all;
  }

  /** Empty if it was open on this node, and is not any more. */
  private Optional<Seen> seen(UserId user, String[] words) {
    for (Connection here : hub.connections().of(user)) {
      if (here.id().equals(words[0])) {
        return Optional.of(NodeDirectory.seen(here));
      }
    }
    if (words[0].startsWith(hub.node() + "-")) {
      return Optional.empty();
    }
    var since = Instant.ofEpochMilli(Long.parseLong(words[1]));
    return Optional.of(new Seen(words[0], since, words[2], words[3], OptionalLong.empty()));
  }

  @Override
  public Optional<String> fault() {
    return cluster.fault();
  }

  @Override
  public Figures figures() {
    var asked = buckets.stream().map(bucket -> ask(bucket, List.of("users"))).toList();
    int users = 0;
    for (CompletableFuture<List<Object>> answer : asked) {
      users += ((Long) Calls.await(answer).getFirst()).intValue();
    }
    Hub.Stats sum = hub.stats();
    int nodes = 1;
    for (Hub.Stats other : cluster.others()) {
      nodes++;
      sum =
          new Hub.Stats(
              sum.connections() + other.connections(),
              users,
              sum.published() + other.published(),
              sum.delivered() + other.delivered(),
              sum(sum.log(), other.log()));
    }
    return new Figures(
        nodes,
        new Hub.Stats(sum.connections(), users, sum.published(), sum.delivered(), sum.log()));
  }

  private static EventLog.Usage sum(EventLog.Usage one, EventLog.Usage other) {
    return new EventLog.Usage(
        one.logs() + other.logs(),
        one.bytes() + other.bytes(),
        one.evictions() + other.evictions());
  }

  /** The ids of users whose connections to this node a bucket holds, or did when it was asked. */
  CompletableFuture<List<Object>> kept(String bucket) {
    return ask(bucket, List.of("kept", hub.node()));
  }
}
