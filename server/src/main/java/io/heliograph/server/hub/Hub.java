package io.heliograph.server.hub;

import io.heliograph.server.event.Event;
import io.heliograph.server.event.NanoClock;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.event.UserId;
import io.heliograph.server.log.EventLog;
import io.heliograph.server.log.Follow;
import io.heliograph.server.log.LogName;
import io.heliograph.server.observe.Metrics;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Brings events to connections: what is published goes into a log, and the connections that follow
 * the log are woken. Thread-safe.
 */
public final class Hub implements AutoCloseable {

  private static final Duration GOODBYE_PATIENCE = Duration.ofMillis(500);
  private static final Duration DRAIN_STEP = Duration.ofMillis(10);

  private final EventLog log;
  private final StreamLimits limits;
  private final NanoClock clock;
  private final Connections connections = new Connections();
  private final Heartbeats heartbeats;
  private final Banished banished;
  private final Metrics metrics;

  // Part of every connection's id: tells the nodes, and the lives of a node, apart.
  private final String node = Long.toString(new SecureRandom().nextLong() >>> 34, 36);
  private final AtomicLong lastConnection = new AtomicLong();

  // Written before closing is, and read after it.
  private volatile long drainEndNanos;
  private volatile boolean closing;

  /** A hub whose figures nobody reads. */
  public Hub(EventLog log, StreamLimits limits, NanoClock clock) {
    this(log, limits, clock, new Metrics());
  }

  /** A hub that counts what it does. */
  public Hub(EventLog log, StreamLimits limits, NanoClock clock, Metrics metrics) {
    this.metrics = metrics;
    this.log = log;
    this.limits = limits;
    this.clock = clock;
    this.banished = new Banished(clock);
    this.heartbeats = new Heartbeats(connections, limits.heartbeat(), clock);
  }

  /** The connections open on this node. */
  public Connections connections() {
    return connections;
  }

  /** The users whose browsers are kept away, because their streams were closed on purpose. */
  public Banished banished() {
    return banished;
  }

  /**
   * Publishes to one user. When this returns the event is kept, as the log promises it.
   *
   * @return its place, and how many connections of the user were woken for it
   */
  public Published publish(UserId user, Event event) {
    StoredEvent stored = log.append(LogName.of(user), event);
    metrics.published.increment();
    return new Published(stored, connections.forEach(user, Connection::wake));
  }

  /** Publishes to everybody, connected now or, unless it is ephemeral, coming back later. */
  public Published broadcast(Event event) {
    StoredEvent stored = log.append(LogName.BROADCASTS, event);
    metrics.published.increment();
    return new Published(stored, connections.forEach(Connection::wake));
  }

  /**
   * Runs a stream on the calling thread until it has ended.
   *
   * @return the connection, already forgotten here, and why it ended
   */
  public Served serve(StreamSpec spec, EventSink sink, Runnable opened) {
    try (Follow user = log.follow(LogName.of(spec.user()));
        Follow broadcasts = log.follow(LogName.BROADCASTS)) {
      // The connection takes its place in the logs before it is registered, and writes after: an
      // event that falls between is found by its first drain, and one that comes later wakes it.
      var connection =
          new Connection(
              node + "-" + Long.toString(lastConnection.incrementAndGet(), 36),
              spec,
              List.of(user, broadcasts),
              sink,
              limits,
              clock,
              metrics);
      CloseReason reason;
      try (var _ = connections.add(connection)) {
        opened.run();
        if (closing) {
          // It came while the others were told.
          connection.close(CloseReason.DRAIN, drainLeft());
        }
        if (connection.isRevoked()) {
          connection.close(CloseReason.REVOKED); // It came while endRevoked() told the others.
        }
        reason = connection.run();
      }
      metrics.closes.of(reason.text()).increment();
      return new Served(connection, reason);
    }
  }

  /**
   * Ends the streams whose leases were revoked: with a word where that goes within half a second,
   * without where it does not. Does not wait for it.
   *
   * @return how many
   */
  public int endRevoked() {
    var revoked = new ArrayList<Connection>();
    connections.forEach(
        connection -> {
          if (connection.isRevoked()) {
            revoked.add(connection);
            connection.close(CloseReason.REVOKED);
          }
        });
    if (!revoked.isEmpty()) {
      Thread.startVirtualThread(() -> abortAfterGoodbye(revoked));
    }
    return revoked.size();
  }

  /** A reader that does not read must not stay for as long as a write may be stuck. */
  private static void abortAfterGoodbye(List<Connection> connections) {
    try {
      Thread.sleep(GOODBYE_PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    connections.forEach(connection -> connection.abort(CloseReason.REVOKED));
  }

  /** Whether {@link #drain} was called: who comes now is sent away again. */
  public boolean closing() {
    return closing;
  }

  /**
   * How long a reader should wait that is not let in: differs from call to call, and outlasts a
   * drain.
   */
  public Duration comeBackRefused() {
    Duration spread = limits.comeBackRefused(ThreadLocalRandom.current().nextDouble());
    return closing ? drainLeft().plus(spread) : spread;
  }

  private Duration drainLeft() {
    return Duration.ofNanos(Math.max(0, drainEndNanos - clock.nanos()));
  }

  /** Figures of the moment, and sums since the start. */
  public Stats stats() {
    return new Stats(
        connections.count(),
        connections.users(),
        metrics.published.sum(),
        metrics.delivered.sum(),
        log.usage());
  }

  /**
   * Tells the readers that the server is closing and ends their streams, spread over the window, so
   * that those who take them do not get all at once. Returns sooner when the last has gone; events
   * are taken and delivered until then.
   *
   * @param patience how long the last may take to read what they are owed
   */
  public void drain(Duration window, Duration patience) throws InterruptedException {
    long started = clock.nanos();
    drainEndNanos = started + window.toNanos();
    closing = true;
    var open = new ArrayList<Connection>();
    connections.forEach(open::add);
    int told = 0;
    while (told < open.size() && connections.count() > 0) {
      int due = due(open.size(), clock.nanos() - started, window.toNanos());
      while (told < due) {
        open.get(told++).close(CloseReason.DRAIN, drainLeft());
      }
      Thread.sleep(DRAIN_STEP);
    }
    long deadline = clock.nanos() + patience.toNanos();
    while (connections.count() > 0 && clock.nanos() < deadline) {
      Thread.sleep(DRAIN_STEP);
    }
    connections.forEach(connection -> connection.abort(CloseReason.DRAIN));
  }

  /** How many of all should have been told by now: the first at once, the last before the end. */
  private static int due(int all, long passedNanos, long windowNanos) {
    return passedNanos >= windowNanos
        ? all
        : Math.min(all, 1 + (int) (all * ((double) passedNanos / windowNanos)));
  }

  /** What the timer does, for tests that move the time themselves. */
  void look() {
    heartbeats.look();
  }

  /** Stops the timer; the log stays the caller's. */
  @Override
  public void close() {
    heartbeats.close();
  }

  /**
   * An event that was accepted.
   *
   * @param connections how many were woken for it
   */
  public record Published(StoredEvent event, int connections) {}

  /** A stream that has ended. */
  public record Served(Connection connection, CloseReason reason) {}

  /**
   * Figures.
   *
   * @param connections open now
   * @param users with at least one connection
   * @param published events accepted since the start, broadcasts counted once
   * @param delivered events written to readers since the start, replayed ones counted again
   * @param log what the logs hold
   */
  public record Stats(
      int connections, int users, long published, long delivered, EventLog.Usage log) {}
}
