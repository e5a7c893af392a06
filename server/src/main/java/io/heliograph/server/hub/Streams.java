package io.heliograph.server.hub;

import io.heliograph.server.event.NanoClock;
import io.heliograph.server.event.UserId;
import io.heliograph.server.log.Follow;
import io.heliograph.server.log.LogName;
import io.heliograph.server.observe.Metrics;
import io.heliograph.server.reactor.Reactor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** All open streams, and the reactor that watches them. Thread-safe. */
final class Streams implements AutoCloseable {

  private static final Duration GOODBYE_PATIENCE = Duration.ofMillis(500);

  // A publisher wakes at most this many readers itself; more are left to the reactor.
  private static final int MOST_INLINE = 100;

  // All connections are checked several times per heartbeat interval. This costs less than a timer
  // per connection, which every event would reschedule.
  private static final int LOOKS_PER_INTERVAL = 16;
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

  private final Common common;
  private final Duration pause;
  private final Reactor reactor = new Reactor();
  private final Connections ofUsers = new Connections();
  private final Connections ofOperators = new Connections();
  private final Home users;
  private final Home operators;
  private final AtomicLong lastNumber = new AtomicLong();

  // The logs whose readers the reactor is about to wake: once for all that was published meanwhile,
  // or publishers that are faster than the reactor would fill its queue without bound.
  private final Set<LogName> due = Collections.synchronizedSet(new HashSet<>());

  /**
   * Starts the reactor.
   *
   * @param closed called for each user's stream that has ended
   */
  Streams(Common common, BiConsumer<Connection, CloseReason> closed) {
    this.common = common;
    this.users = new Home(ofUsers, common.metrics(), closed);
    this.operators = new Home(ofOperators, common.metrics(), (_, _) -> {});
    Duration part = common.limits().heartbeat().dividedBy(LOOKS_PER_INTERVAL);
    this.pause = part.compareTo(LONGEST_PAUSE) < 0 ? part : LONGEST_PAUSE;
    reactor.every(pause, this::startLook);
  }

  Connections ofUsers() {
    return ofUsers;
  }

  int count() {
    return ofUsers.count() + ofOperators.count();
  }

  void forEach(Consumer<Connection> action) {
    ofUsers.forEach(action);
    ofOperators.forEach(action);
  }

  /** Opens a user's stream, see {@link Hub#open}. */
  void openUsers(
      StreamSpec spec,
      Follow[] follows,
      EventSink sink,
      Consumer<Connection> opened,
      Hub.Ended ended) {
    // The publishing thread drains the stream if no write can block.
    open(spec, follows, sink, sink.blocks() ? null : reactor, users, opened, ended);
  }

  /** Opens an operator's stream, see {@link Hub#open}. */
  void openOperators(
      StreamSpec spec,
      Follow follow,
      EventSink sink,
      Consumer<Connection> opened,
      Hub.Ended ended) {
    // Reading such a log may take long, so the waking thread does not drain it.
    open(spec, new Follow[] {follow}, sink, null, operators, opened, ended);
  }

  /**
   * The connection takes its place in the logs before it is registered, and writes after: an event
   * that falls between is found by its first drain, and one that comes later wakes it.
   */
  private void open(
      StreamSpec spec,
      Follow[] follows,
      EventSink sink,
      @Nullable Executor inline,
      Home home,
      Consumer<Connection> opened,
      Hub.Ended ended) {
    var connection =
        new Connection(
            common, lastNumber.incrementAndGet(), spec, follows, sink, inline, home, ended);
    home.open().add(connection);
    connection.run(reactor, spec, () -> opened.accept(connection));
  }

  /** Wakes a user's readers and returns their number. */
  int wake(UserId user) {
    Connection[] readers = ofUsers.arrayOf(user);
    if (readers.length > MOST_INLINE) {
      wakeSoon(LogName.of(user), () -> List.<Connection[]>of(ofUsers.arrayOf(user)).iterator());
      return readers.length;
    }
    for (Connection reader : readers) {
      reader.wake();
    }
    return readers.length;
  }

  /** Schedules a wake of all users' readers and returns their number. */
  int wakeAll() {
    wakeSoon(LogName.BROADCASTS, ofUsers::arrays);
    return ofUsers.count();
  }

  private void wakeSoon(LogName log, Supplier<Iterator<Connection[]>> readers) {
    if (due.add(log)) {
      reactor.execute(
          () -> {
            due.remove(log); // First: what is published from here on needs another walk.
            reactor.walkTogether(readers.get(), Connection::wake);
          });
    }
  }

  /** Wakes the streams of operators. */
  void wakeOperators() {
    ofOperators.forEach(Connection::wake);
  }

  private void startLook() {
    reactor.walk(ofUsers.arrays(), this::look);
    reactor.walk(ofOperators.arrays(), this::look);
  }

  /** Checks all connections at once; the timer does it in parts. */
  void look() {
    forEach(this::look);
  }

  private void look(Connection connection) {
    // The pause until the next look counts already, so that no silence exceeds the interval.
    connection.check(common.clock().nanos(), pause.toNanos());
  }

  /** Ends the streams whose leases were revoked, each once, and returns their number. */
  int endRevoked() {
    var revoked = new ArrayList<Connection>();
    forEach(
        connection -> {
          if (connection.outlivesRevocation()) {
            revoked.add(connection);
          }
        });
    end(revoked, CloseReason.REVOKED);
    return revoked.size();
  }

  /** Ends streams gracefully, and immediately after a short patience. Does not wait. */
  static void end(List<Connection> connections, CloseReason reason) {
    connections.forEach(connection -> connection.close(reason));
    if (!connections.isEmpty()) {
      Thread.startVirtualThread(() -> abortAfterGoodbye(connections, reason));
    }
  }

  private static void abortAfterGoodbye(List<Connection> connections, CloseReason reason) {
    try {
      Thread.sleep(GOODBYE_PATIENCE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    connections.forEach(connection -> connection.abort(reason));
  }

  /** Closes all sockets that are still open. */
  @Override
  public void close() {
    reactor.close();
  }

  /** Shared by all connections of a kind. */
  record Home(Connections open, Metrics metrics, BiConsumer<Connection, CloseReason> closed) {

    /** Removes a connection that has ended. */
    void over(Connection connection, Hub.Ended ended) {
      open.remove(connection);
      CloseReason reason = connection.reason();
      metrics.closes.of(reason.text()).increment();
      try {
        try {
          closed.accept(connection, reason);
        } finally {
          ended.ended(connection, reason);
        }
      } finally {
        connection.release();
      }
    }
  }

  /**
   * Shared by all connections.
   *
   * @param node prefix of all connection ids
   * @param gaps called for each gap that a reader is told of
   */
  record Common(
      String node,
      StreamLimits limits,
      NanoClock clock,
      Metrics metrics,
      BiConsumer<Connection, Control.Gap> gaps) {}
}
