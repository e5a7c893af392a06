#!/usr/bin/env bash
# Lettuce 7.7.0.RELEASE with a Redis 7.0.15 cluster (Debian 12): a sharded subscription ends when its slot moves.
#
# A resharding moves slots between nodes while clients work. Lettuce follows it for commands, and renews subscriptions
# after a lost connection. When a slot leaves a node, Redis unsubscribes the clients of its shard channels and says so.
#
# Seen: after the move, the channel has no subscriber on its new node, with topology refresh switched on (adaptive and
# every second), ten seconds later, although commands reach the new node. Messages are lost without an error; the only
# sign is the callback sunsubscribed(). Subscribing again in that callback restores the delivery.
#
# Needs redis-server and redis-cli, JDK 17 or newer and Maven. Exits with 0 if the behavior is unchanged, with 1 if it
# has changed.
set -euo pipefail

dir=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}"; wait || true; rm -rf "$dir"' EXIT
cd "$dir"
one=$((20000 + RANDOM % 5000)) two=$((25000 + RANDOM % 5000))
for port in $one $two; do
  mkdir $port
  redis-server --bind 127.0.0.1 --port $port --dir "$dir/$port" --save '' --cluster-enabled yes >$port/log &
  pids+=($!)
done
redis() { redis-cli -h 127.0.0.1 -p "$@"; }
for port in $one $two; do until redis $port ping >/dev/null 2>&1; do kill -0 "${pids[0]}"; done; done
redis $two cluster set-config-epoch 2 >/dev/null
redis $one cluster addslotsrange 0 8191 >/dev/null
redis $two cluster addslotsrange 8192 16383 >/dev/null
redis $one cluster meet 127.0.0.1 $two >/dev/null
until [[ $(redis $one cluster info) == *cluster_state:ok*known_nodes:2* && $(redis $two cluster info) == *cluster_state:ok* ]]; do
  kill -0 "${pids[0]}"
done

cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>try</groupId><artifactId>try</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>io.lettuce</groupId><artifactId>lettuce-core</artifactId><version>7.7.0.RELEASE</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>2.0.17</version></dependency>
  </dependencies>
</project>
XML
mvn -B -q org.apache.maven.plugins:maven-dependency-plugin:3.11.0:copy-dependencies -DoutputDirectory=lib

cat >Try.java <<'JAVA'
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.*;
import io.lettuce.core.cluster.api.sync.RedisClusterCommands;
import io.lettuce.core.cluster.pubsub.*;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import java.time.Duration;
import java.util.concurrent.*;

class Try {
  public static void main(String[] arguments) throws Exception {
    var client = RedisClusterClient.create(RedisURI.create("redis://127.0.0.1:" + arguments[0]));
    client.setOptions(ClusterClientOptions.builder()
        .topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
            .enablePeriodicRefresh(Duration.ofSeconds(1)).enableAllAdaptiveRefreshTriggers().build())
        .build());
    var commands = client.connect().sync();
    var readers = client.connectPubSub();
    readers.setNodeMessagePropagation(true);
    var messages = new LinkedBlockingQueue<String>();
    var ends = new LinkedBlockingQueue<String>();
    readers.addListener(new RedisClusterPubSubAdapter<String, String>() {
      @Override
      public void smessage(RedisClusterNode node, String channel, String message) {
        messages.add(message);
      }

      @Override
      public void sunsubscribed(RedisClusterNode node, String channel, long count) {
        ends.add(channel);
      }
    });
    String channel = "orders";
    int slot = SlotHash.getSlot(channel);
    readers.sync().ssubscribe(channel);
    commands.spublish(channel, "before");
    System.out.println("before the move: " + messages.poll(5, TimeUnit.SECONDS));

    var owner = client.getPartitions().getPartitionBySlot(slot);
    var other = client.getPartitions().stream().filter(node -> !node.is(RedisClusterNode.NodeFlag.REPLICA)
        && !node.getNodeId().equals(owner.getNodeId())).findFirst().orElseThrow();
    var from = client.connect().getConnection(owner.getNodeId()).sync();
    var to = client.connect().getConnection(other.getNodeId()).sync();
    to.clusterSetSlotImporting(slot, owner.getNodeId());
    from.clusterSetSlotMigrating(slot, other.getNodeId());
    to.clusterSetSlotNode(slot, other.getNodeId());
    from.clusterSetSlotNode(slot, other.getNodeId());
    System.out.println("told: sunsubscribed " + ends.poll(10, TimeUnit.SECONDS));

    String seen = null;
    for (int second = 0; second < 10 && seen == null; second++) {
      commands.spublish(channel, "after");
      seen = messages.poll(1, TimeUnit.SECONDS);
    }
    System.out.println("after the move, 10 s: " + seen);
    commands.set(channel, "value");
    System.out.println("subscribers on the new node: " + to.pubsubShardNumsub(channel).get(channel));

    readers.sync().ssubscribe(channel);
    commands.spublish(channel, "again");
    System.out.println("subscribed again: " + messages.poll(5, TimeUnit.SECONDS));
    System.exit(0);
  }
}
JAVA
java -cp "lib/*" Try.java $one | tee seen

expected='before the move: before
told: sunsubscribed orders
after the move, 10 s: null
subscribers on the new node: 0
subscribed again: again'
[[ $(cat seen) == "$expected" ]] || { echo "changed: expected $expected" >&2; exit 1; }
