package io.heliograph.server.cluster;

import io.heliograph.server.event.UserId;
import io.heliograph.server.hub.Connection;
import io.heliograph.server.hub.Hub;
import io.heliograph.server.redis.Redis;
import io.heliograph.server.redis.Script;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * A part of the users, whose presence is in one slot of Redis. {@link #touched} is thread-safe, the
 * other methods are confined to the thread of {@link RedisPresence}.
 *
 * <p>What is sent is always the present state, so that it can be repeated until Redis confirms it.
 */
final class Bucket {

  /** For how long a node counts without having renewed its lease. */
  static final Duration LEASE = Duration.ofSeconds(8);

  private static final Script SCRIPT = Script.read(Bucket.class, "presence.lua");
  private static final Duration RENEWED_EVERY = Duration.ofSeconds(1);
  private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(250);
  private static final int MOST_CHANGES = 200;

  // So many users who are not connected may have come and gone while Redis is away.
  private static final int MOST_TOUCHED = 100_000;

  // Of one user on one node. The number of further connections is known, their details are not.
  private static final int MOST_DETAILS = 100;

  private final String key;
  private final Hub hub;
  private final Redis redis;
  private final Duration grace;

  // Whether a connection was opened since the last change that was sent. Guarded by itself.
  private final Map<UserId, Boolean> touched = new LinkedHashMap<>();

  private List<byte[]> sent = List.of();
  private long change;
  private String published = "";
  private long dueNanos;
  private long notBeforeNanos;

  Bucket(String key, Hub hub, Redis redis, Duration grace, long nowNanos) {
    this.key = key;
    this.hub = hub;
    this.redis = redis;
    this.grace = grace;
    this.dueNanos = nowNanos;
    this.notBeforeNanos = nowNanos;
  }

  String key() {
    return key;
  }

  /**
   * The user's connections to this node have changed.
   *
   * @return false if too many have: none is known any more, and all must be written again
   */
  boolean touched(UserId user, boolean opened) {
    synchronized (touched) {
      touched.merge(user, opened, Boolean::logicalOr);
      if (touched.size() <= MOST_TOUCHED + hub.connections().users()) {
        return true;
      }
      touched.clear();
      return false;
    }
  }

  /** How long until a call is due, if nothing changes; 0 if one is due. */
  long waitNanos(long nowNanos) {
    long untilAllowed = notBeforeNanos - nowNanos;
    return Math.max(0, hasChanges() ? untilAllowed : Math.max(untilAllowed, dueNanos - nowNanos));
  }

  boolean hasChanges() {
    synchronized (touched) {
      return !touched.isEmpty() || !sent.isEmpty();
    }
  }

  /** Sends what has changed, and renews the lease. */
  CompletableFuture<List<Object>> send(boolean stops) {
    if (sent.isEmpty()) {
      sent = changes();
    }
    var args = new ArrayList<byte[]>();
    args.add(Calls.bytes(hub.node()));
    args.add(Calls.bytes(LEASE.toMillis()));
    args.add(Calls.bytes(grace.toMillis()));
    args.add(Calls.bytes(published));
    args.add(Calls.bytes(stops ? "1" : "0"));
    args.add(Calls.bytes(change));
    args.addAll(sent);
    return redis.run(SCRIPT, List.of(key), args.toArray(byte[][]::new));
  }

  private List<byte[]> changes() {
    var opened = new LinkedHashMap<UserId, Boolean>();
    synchronized (touched) {
      for (Iterator<Map.Entry<UserId, Boolean>> each = touched.entrySet().iterator();
          each.hasNext() && opened.size() < MOST_CHANGES; ) {
        Map.Entry<UserId, Boolean> user = each.next();
        opened.put(user.getKey(), user.getValue());
        each.remove();
      }
    }
    var args = new ArrayList<byte[]>();
    // The state is read after the mark is removed: what changes meanwhile is marked again.
    opened.forEach(
        (user, wasOpened) -> {
          args.add(Calls.bytes(user.value()));
          args.add(Calls.bytes(wasOpened ? "1" : "0"));
          args.add(Calls.bytes(state(hub.connections().of(user))));
        });
    return args;
  }

  /** The number of a user's connections, then each in a line; "" if there is none. */
  private static String state(List<Connection> connections) {
    if (connections.isEmpty()) {
      return "";
    }
    var state = new StringBuilder().append(connections.size());
    for (Connection one : connections.subList(0, Math.min(MOST_DETAILS, connections.size()))) {
      state
          .append('\n')
          .append(one.id())
          .append(' ')
          .append(one.since().toEpochMilli())
          .append(' ')
          .append(one.remote())
          .append(' ')
          .append(one.agent());
    }
    return state.toString();
  }

  /** Takes the answer of Redis. */
  Result confirmed(List<Object> answer, long nowNanos) {
    if (!sent.isEmpty()) {
      sent = List.of();
      change++;
    }
    published = "";
    boolean more = (Long) answer.get(1) == 1;
    long waitMillis = (Long) answer.get(2);
    long pause = more ? 0 : RENEWED_EVERY.toMillis();
    dueNanos =
        nowNanos
            + Duration.ofMillis(waitMillis < 0 ? pause : Math.min(pause, waitMillis + 1)).toNanos();
    List<Edge> edges = Calls.list(answer.get(3)).stream().map(Calls::text).map(Edge::of).toList();
    return new Result((Long) answer.get(0) == 1, edges);
  }

  /** Redis did not confirm: everything is sent again, after a pause. */
  void failed(long nowNanos) {
    notBeforeNanos = nowNanos + PAUSE_AFTER_FAILURE.toNanos();
  }

  /** A call is due now. */
  void due(long nowNanos) {
    dueNanos = nowNanos;
  }

  /** The edge is in its log; those before it are, too. */
  void published(Edge edge, long nowNanos) {
    published = edge.text();
    dueNanos = nowNanos; // Others may wait until this node says so.
  }

  /**
   * What Redis found.
   *
   * @param lost whether this node had no lease: its connections may have been dropped
   * @param edges to be published, in this order
   */
  record Result(boolean lost, List<Edge> edges) {}

  /**
   * A transition that is to be published once.
   *
   * @param text as in Redis; unlike any other one of the bucket
   * @param number higher than that of the one before
   */
  record Edge(String text, long number, long timeMillis, String type, UserId user) {
    static Edge of(String text) {
      String[] words = text.split(" ", 4);
      return new Edge(
          text, Long.parseLong(words[0]), Long.parseLong(words[1]), words[2], new UserId(words[3]));
    }
  }
}
