package io.heliograph.server.cluster;

import io.heliograph.server.event.UserId;
import io.heliograph.server.redis.Redis;
import io.heliograph.server.redis.Subscriber;
import io.heliograph.server.tail.Relay;
import io.heliograph.server.tail.Sighting;
import io.heliograph.server.tail.TailSpec;
import io.heliograph.server.tail.Tails;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Sends what this node sees to nodes with tails, as messages of one channel. Each has a number, so
 * that a tail reports how many did not arrive. Thread-safe.
 */
final class TailRelay implements Relay, Subscriber {

  // Bounds what tails may cost Redis; what is above it is reported as omitted.
  private static final int MAX_PER_SECOND = 5_000;
  private static final long SECOND_NANOS = 1_000_000_000;

  private final Redis redis;
  private final String channel;
  private final String node;
  private final Tails tails;
  private final Runnable changed;

  // The latest number of each other node.
  private final Map<String, Long> latest = new ConcurrentHashMap<>();

  // Both guarded by this, and what follows.
  private volatile boolean follows;
  private long number;
  private long secondBeganNanos = System.nanoTime();
  private int inSecond;

  /**
   * Creates a relay.
   *
   * @param changed called when the first tail has opened here, or the last has ended
   */
  TailRelay(Redis redis, String node, Tails tails, Runnable changed) {
    this.redis = redis;
    this.channel = redis.prefix() + ":{tail}";
    this.node = node;
    this.tails = tails;
    this.changed = changed;
  }

  /** Whether this node has tails. */
  boolean follows() {
    return follows;
  }

  @Override
  public synchronized void open(boolean any) {
    if (any != follows) {
      follows = any;
      latest.clear();
      if (any) {
        var _ = redis.subscribe(channel, this);
      } else {
        redis.unsubscribe(channel);
      }
      changed.run();
    }
  }

  @Override
  public synchronized void pass(Sighting sighting) {
    number++;
    long now = System.nanoTime();
    if (now - secondBeganNanos >= SECOND_NANOS) {
      secondBeganNanos = now;
      inSecond = 0;
    }
    if (inSecond < MAX_PER_SECOND) {
      inSecond++;
      UserId user = sighting.user();
      String id = sighting.id();
      String trace = sighting.trace();
      String message =
          String.join(
              "\n",
              node,
              Long.toString(number),
              sighting.what().name(),
              user == null ? "" : user.value(),
              id == null ? "" : id,
              sighting.type(),
              Long.toString(sighting.timeMillis()),
              trace == null ? "" : trace,
              sighting.text());
      var _ = redis.publish(channel, Calls.bytes(message)); // A failure leaves a number out.
    }
  }

  @Override
  public void message(byte[] payload) {
    String[] lines = new String(payload, StandardCharsets.UTF_8).split("\n", 9);
    if (lines[0].equals(node)) {
      return;
    }
    long sent = Long.parseLong(lines[1]);
    Long before = latest.put(lines[0], sent);
    if (before != null && sent > before + 1) {
      tails.missedElsewhere(sent - before - 1);
    }
    tails.seenElsewhere(
        new Sighting(
            TailSpec.Include.valueOf(lines[2]),
            lines[3].isEmpty() ? null : new UserId(lines[3]),
            lines[4].isEmpty() ? null : lines[4],
            lines[5],
            lines[8],
            Long.parseLong(lines[6]),
            lines[7].isEmpty() ? null : lines[7]));
  }

  @Override
  public void refill() {
    // What was missed shows in the next number of each node.
  }
}
