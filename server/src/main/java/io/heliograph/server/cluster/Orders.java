package io.heliograph.server.cluster;

import io.heliograph.server.auth.Revocations;
import io.heliograph.server.event.UserId;
import io.heliograph.server.hub.Hub;
import io.heliograph.server.hub.Kicks;
import io.heliograph.server.log.LogUnavailableException;
import io.heliograph.server.observe.LogLine;
import io.heliograph.server.redis.Redis;
import io.heliograph.server.redis.Script;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The log of orders, which every node follows: kicks, revocations, and which node drains. Adding is
 * thread-safe, following is confined to the thread of {@link Cluster}.
 *
 * <p>Every node holds all revocations in memory, and writes those again that Redis has lost.
 */
final class Orders implements Kicks.Orders {

  private static final System.Logger LOG = System.getLogger(Orders.class.getName());

  private static final Script SCRIPT = Script.read(Orders.class, "control.lua");

  // How many revocations are written at once: publishers wait behind them.
  private static final int PART = 500;

  private static final String KICK = "kick";
  private static final String RETURNED = "returned";
  private static final String DRAIN = "drain";

  private final Redis redis;
  private final String key;
  private final Revocations revocations;
  private final Runnable between;

  // Set before there are requests.
  private @Nullable Hub hub;

  private String history = "";
  private long known;

  /**
   * Knows no orders yet.
   *
   * @param between called between the parts of a long read or write, which may take seconds
   */
  Orders(Redis redis, String key, Revocations revocations, Runnable between) {
    this.redis = redis;
    this.key = key;
    this.revocations = revocations;
    this.between = between;
  }

  /** Orders apply to this hub from now on. */
  void applyTo(Hub of) {
    hub = of;
  }

  private Hub hub() {
    return Objects.requireNonNull(hub);
  }

  private CompletableFuture<List<Object>> call(String... args) {
    byte[][] bytes = new byte[args.length][];
    for (int i = 0; i < args.length; i++) {
      bytes[i] = Calls.bytes(args[i]);
    }
    return redis.run(SCRIPT, List.of(key), bytes);
  }

  private CompletableFuture<List<Object>> add(String... order) {
    var args =
        new ArrayList<>(List.of("add", redis.sharded() ? "SPUBLISH" : "PUBLISH", hub().node()));
    args.addAll(List.of(order));
    return call(args.toArray(String[]::new));
  }

  /**
   * Passes on a revocation that is in force here.
   *
   * @throws LogUnavailableException if it is not known whether the other nodes learn of it; it may
   *     be repeated
   */
  void revoked(String text) {
    Calls.await(addRevocation(text));
  }

  private CompletableFuture<List<Object>> addRevocation(String text) {
    String[] words = text.split(" ", 5);
    return add(text, words[1] + " " + words[4], words[2], words[3]);
  }

  @Override
  public void kicked(UserId user, @Nullable String connection, String text) {
    String which = connection == null ? "" : connection;
    Calls.await(add(KICK + " " + which + " " + user.value()));
  }

  @Override
  public void returned(UserId user) {
    // If Redis does not take it, another return is refused at another node, which harms little.
    var _ = add(RETURNED + " " + user.value());
  }

  /** Tells the others that this node drains; does not wait. */
  void drains() {
    var _ = add(DRAIN);
  }

  /**
   * Applies what other nodes have ordered since the last call.
   *
   * @throws LogUnavailableException if Redis does not answer; nothing is skipped
   */
  void follow() {
    while (true) {
      List<Object> found = Calls.await(call("after", history, Long.toString(known)));
      if (found.size() < 3) {
        readAll();
        return;
      }
      List<Object> orders = Calls.list(found.get(2));
      if (orders.isEmpty()) {
        return;
      }
      apply(orders);
    }
  }

  /**
   * Applies all that is in force, and writes what Redis has lost. In parts: while one script runs,
   * Redis answers nobody.
   *
   * @throws LogUnavailableException as {@link #follow}
   */
  void readAll() {
    while (true) {
      List<Object> found = Calls.await(call("all"));
      Set<String> inRedis = restore(Calls.text(found.get(0)));
      if (inRedis != null) {
        write(revocations.inForce().stream().filter(text -> !inRedis.contains(text)).toList());
        hub().endRevoked();
        apply(Calls.list(found.get(2)));
        history = Calls.text(found.get(0));
        known = (Long) found.get(1); // What came while it was read is followed next.
        return;
      }
    }
  }

  /** Puts the revocations in Redis into force; null if Redis has lost its data meanwhile. */
  private @Nullable Set<String> restore(String sameHistory) {
    var texts = new HashSet<String>();
    String to = "";
    String name = "";
    while (true) {
      List<Object> found = Calls.await(call("page", to, name));
      if (!Calls.text(found.get(0)).equals(sameHistory)) {
        return null;
      }
      List<Object> page = Calls.list(found.get(1));
      if (page.isEmpty()) {
        return texts;
      }
      for (Object each : page) {
        List<Object> words = Calls.list(each);
        name = Calls.text(words.get(0));
        to = Calls.text(words.get(2));
        String[] kind = name.split(" ", 2);
        String text =
            String.join(" ", Revocations.WORD, kind[0], Calls.text(words.get(1)), to, kind[1]);
        revocations.restore(text);
        texts.add(text);
      }
      between.run();
    }
  }

  private void write(List<String> lost) {
    for (int from = 0; from < lost.size(); from += PART) {
      lost.subList(from, Math.min(from + PART, lost.size())).stream()
          .map(this::addRevocation)
          .toList()
          .forEach(Calls::await);
      between.run();
    }
  }

  private void apply(List<Object> orders) {
    for (Object each : orders) {
      List<Object> order = Calls.list(each);
      String from = Calls.text(order.get(2));
      String text = Calls.text(order.get(3));
      if (!from.equals(hub().node())) {
        try {
          apply(text, from, Duration.ofMillis((Long) order.get(1)));
        } catch (RuntimeException e) {
          // It would hold up all that follow.
          LOG.log(System.Logger.Level.ERROR, "The order '" + text + "' cannot be followed.", e);
        }
      }
      known = (Long) order.get(0);
    }
  }

  private void apply(String order, String from, Duration age) {
    String[] words = order.split(" ", 3);
    switch (words[0]) {
      case Revocations.WORD -> {
        revocations.restore(order);
        hub().endRevoked();
      }
      case KICK ->
          hub().kicks().kicked(new UserId(words[2]), words[1].isEmpty() ? null : words[1], age);
      case RETURNED -> hub().kicks().returned(new UserId(order.substring(RETURNED.length() + 1)));
      case DRAIN ->
          LOG.log(
              System.Logger.Level.INFO, "{0}", LogLine.of("other-node-drains").with("node", from));
      default -> // Of a newer version, while an upgrade goes on.
          LOG.log(System.Logger.Level.WARNING, "The order ''{0}'' is unknown here.", order);
    }
  }
}
