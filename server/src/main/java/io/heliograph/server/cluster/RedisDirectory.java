package io.heliograph.server.cluster;

import io.heliograph.server.event.UserId;
import io.heliograph.server.hub.Connection;
import io.heliograph.server.hub.Connections.Online;
import io.heliograph.server.hub.Hub;
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
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToLongFunction;

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

  RedisDirectory(Hub hub, Redis redis, List<String> buckets) {
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
          String[] words = line.split(" ", 4);
          all.add(seen(user, words));
        }
      }
    }
    return all;
  }

  private Seen seen(UserId user, String[] words) {
    for (Connection here : hub.connections().of(user)) {
      if (here.id().equals(words[0])) {
        return NodeDirectory.seen(here);
      }
    }
    var since = Instant.ofEpochMilli(Long.parseLong(words[1]));
    return new Seen(words[0], since, words[2], words[3], OptionalLong.empty());
  }

  @Override
  public long users() {
    var asked = buckets.stream().map(bucket -> ask(bucket, List.of("users"))).toList();
    ToLongFunction<CompletableFuture<List<Object>>> number =
        answer -> (Long) Calls.await(answer).getFirst();
    return asked.stream().mapToLong(number).sum();
  }

  /** The users whose connections to this node a bucket holds, or did when it was asked. */
  List<UserId> kept(String bucket) {
    return Calls.await(ask(bucket, List.of("kept", hub.node()))).stream()
        .map(Calls::text)
        .map(UserId::new)
        .toList();
  }
}
