package io.heliograph.server.cluster;

import io.heliograph.server.auth.Revocations;
import io.heliograph.server.auth.Tickets;
import io.heliograph.server.hub.Hub;
import io.heliograph.server.hub.Kicks;
import io.heliograph.server.log.EventLog;
import io.heliograph.server.log.LogUnavailableException;
import io.heliograph.server.log.redis.RedisEventLog;
import io.heliograph.server.presence.Presence;
import io.heliograph.server.redis.Redis;
import io.heliograph.server.redis.Script;
import io.heliograph.server.redis.Subscriber;
import io.heliograph.server.tail.Tails;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * This node as a member of a cluster: it says once a second that it is there, and follows what
 * operators order at other nodes. One thread; thread-safe.
 */
public final class Cluster implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(Cluster.class.getName());

  private static final Script NODES = Script.read(Cluster.class, "nodes.lua");
  private static final Duration EVERY = Duration.ofSeconds(1);

  // Asks all nodes to look at the others now.
  private static final String HELLO = "hello";

  private final Redis redis;
  private final RedisEventLog log;
  private final String key;
  private final Revocations revocations;
  private final Orders orders;
  private final Semaphore wakes = new Semaphore(0);
  private final ConcurrentLinkedQueue<RedisTickets> tickets = new ConcurrentLinkedQueue<>();
  private final CountDownLatch joined = new CountDownLatch(1);

  private @Nullable Hub hub;
  private @Nullable Thread thread;
  private volatile @Nullable TailRelay relay;
  private volatile boolean suspect = true;
  private volatile @Nullable Tails relayed;
  private volatile boolean changed;
  private volatile boolean announce;
  private volatile boolean stops;

  // Confined to the thread.
  private long saidNanos = System.nanoTime() - EVERY.toNanos();

  // The other nodes when this one asked last.
  private volatile List<Hub.Stats> others = List.of();

  /**
   * Prepares a node. It joins by {@link #join}.
   *
   * @param redis stays the caller's
   * @param log takes the transitions of presence
   */
  public Cluster(Redis redis, RedisEventLog log, Clock clock) {
    this.redis = redis;
    this.log = log;
    this.key = redis.prefix() + ":{control}";
    this.revocations = new Revocations(clock, this::passOn);
    this.orders = new Orders(redis, key, revocations, this::renew);
  }

  private void passOn(String revocation) {
    orders.revoked(revocation);
  }

  private Hub hub() {
    return Objects.requireNonNull(hub);
  }

  /** The revocations of all nodes. */
  public Revocations revocations() {
    return revocations;
  }

  /** Takes kicks, to pass them on. */
  public Kicks.Orders orders() {
    return orders;
  }

  /** Tickets that all nodes accept; after {@link #join}. */
  public Tickets tickets(Duration openWithin, Clock clock) {
    var made = new RedisTickets(redis, key, hub().node(), openWithin, clock);
    tickets.add(made);
    return made;
  }

  /**
   * Joins, and follows what is ordered from now on.
   *
   * @param of the hub that orders apply to
   * @param longest waits so long for what is in force already, if Redis does not answer at once
   */
  public void join(Hub of, Duration longest) {
    hub = of;
    orders.applyTo(of);
    var _ =
        redis.subscribe(
            key,
            new Subscriber() {
              @Override
              public void message(byte[] payload) {
                if (HELLO.equals(new String(payload, StandardCharsets.US_ASCII))) {
                  changed = true;
                }
                wakes.release();
              }

              @Override
              public void refill() {
                suspect = true;
                wakes.release();
              }
            });
    thread = Thread.ofPlatform().name("cluster").daemon().start(this::run);
    try {
      if (!joined.await(longest.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.log(
            System.Logger.Level.WARNING,
            "Redis has not told yet what operators have ordered: {0}",
            redis.fault().orElse("it does not answer."));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The presence of users over all nodes; after {@link #join}. */
  public Presence presence(Duration grace) {
    return new RedisPresence(hub(), redis, grace, log, this);
  }

  /** Why this node does not know what is in force in the cluster; empty if it does. */
  Optional<String> fault() {
    return joined.getCount() == 0
        ? Optional.empty()
        : Optional.of("Revocations and kicks are not read from Redis yet.");
  }

  /** Figures of the other nodes, at most two seconds old. */
  List<Hub.Stats> others() {
    return others;
  }

  private void run() {
    while (!stops) {
      try {
        wakes.drainPermits(); // Before anything is read: what comes meanwhile wakes again.
        if (suspect) {
          suspect = false;
          try {
            orders.readAll();
            joined.countDown();
          } catch (RuntimeException e) {
            suspect = true;
            throw e;
          }
        } else {
          orders.follow();
        }
        renew();
        var _ = wakes.tryAcquire(EVERY.toMillis(), TimeUnit.MILLISECONDS);
      } catch (LogUnavailableException e) {
        pause(); // Redis itself is reported by its own object.
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        // Without this thread orders would be missed.
        LOG.log(System.Logger.Level.ERROR, "Following the orders of other nodes failed.", e);
        pause();
      }
    }
  }

  /** Says that this node is there, if that is due. */
  private void renew() {
    if (changed || System.nanoTime() - saidNanos >= EVERY.toNanos()) {
      changed = false;
      saidNanos = System.nanoTime();
      hello(figuresOf(hub().stats()));
      tickets.forEach(RedisTickets::retry);
    }
  }

  private static void pause() {
    try {
      Thread.sleep(250);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Has the tails of all nodes see what passes at any; after {@link #join}. */
  public void relay(Tails tails) {
    var made = new TailRelay(redis, hub().node(), tails, this::tailsChanged);
    tails.relayBy(made);
    relay = made;
    relayed = tails;
  }

  private void tailsChanged() {
    announce = true;
    changed = true;
    wakes.release();
  }

  private void hello(String own) {
    boolean tail = false;
    var found = new ArrayList<Hub.Stats>();
    for (Object each :
        Calls.await(
            redis.run(
                NODES,
                List.of(key),
                Calls.bytes(hub().node()),
                Calls.bytes(Bucket.LEASE.toMillis()),
                Calls.bytes(own)))) {
      List<Object> other = Calls.list(each);
      if (!Calls.text(other.get(0)).equals(hub().node())) {
        String figures = Calls.text(other.get(1));
        found.add(stats(figures));
        tail |= figures.endsWith(" tail");
      }
    }
    others = List.copyOf(found);
    Tails ofThisNode = relayed;
    if (ofThisNode != null) {
      ofThisNode.wantedElsewhere(tail);
    }
    if (announce) {
      announce = false;
      var _ = redis.publish(key, Calls.bytes(HELLO)); // If it fails, they look within a second.
    }
  }

  private String figuresOf(Hub.Stats stats) {
    TailRelay relaying = relay;
    return "%s %s %s %s %s %s %s %s"
        .formatted(
            stats.connections(),
            stats.users(),
            stats.published(),
            stats.delivered(),
            stats.log().logs(),
            stats.log().bytes(),
            stats.log().evictions(),
            relaying != null && relaying.follows() ? "tail" : "-");
  }

  private static Hub.Stats stats(String text) {
    String[] words = text.split(" ", -1);
    return new Hub.Stats(
        Integer.parseInt(words[0]),
        Integer.parseInt(words[1]),
        Long.parseLong(words[2]),
        Long.parseLong(words[3]),
        new EventLog.Usage(
            Integer.parseInt(words[4]), Long.parseLong(words[5]), Long.parseLong(words[6])));
  }

  /** Tells the other nodes that this one drains. Does not wait. */
  public void drains() {
    orders.drains();
  }

  /** Leaves. Waits for Redis, for a few seconds at most. */
  @Override
  public void close() {
    stops = true;
    wakes.release();
    try {
      if (thread != null) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    redis.unsubscribe(key);
    tickets.forEach(RedisTickets::retry);
    try {
      hello("");
    } catch (LogUnavailableException e) {
      LOG.log(System.Logger.Level.DEBUG, "The other nodes notice within the lease.", e);
    }
  }
}
