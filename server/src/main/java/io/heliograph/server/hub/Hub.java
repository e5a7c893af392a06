package io.heliograph.server.hub;

import io.heliograph.server.event.Cursor;
import io.heliograph.server.event.Event;
import io.heliograph.server.event.NanoClock;
import io.heliograph.server.event.Position;
import io.heliograph.server.event.Publication;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.event.UserId;
import io.heliograph.server.log.Appended;
import io.heliograph.server.log.EventLog;
import io.heliograph.server.log.Follow;
import io.heliograph.server.log.LogName;
import io.heliograph.server.log.LogUnavailableException;
import io.heliograph.server.log.Replay;
import io.heliograph.server.observe.Metrics;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings events to connections: what is published goes into a log, and the connections that follow
 * the log are woken. Thread-safe.
 */
public final class Hub implements AutoCloseable {

  private static final int MAX_KICKS = 100_000;

  private final EventLog log;
  private final StreamLimits limits;
  private final NanoClock clock;
  private final Metrics metrics;
  private final Listeners listeners = new Listeners();
  private final Kicks kicks;
  private final Drain drain;
  private final Streams streams;
  private final String node;

  /** A hub whose figures nobody reads. */
  public Hub(EventLog log, StreamLimits limits, NanoClock clock) {
    this(log, limits, clock, new Metrics());
  }

  /** A hub that counts what it does. */
  public Hub(EventLog log, StreamLimits limits, NanoClock clock, Metrics metrics) {
    this(log, limits, clock, metrics, (_, _, _) -> {});
  }

  /**
   * A hub whose kicks outlive it, or count for other nodes.
   *
   * @param orders takes each kick once it is in force here
   */
  public Hub(
      EventLog log, StreamLimits limits, NanoClock clock, Metrics metrics, Kicks.Orders orders) {
    this.metrics = metrics;
    declareReasons(metrics);
    this.log = log;
    this.limits = limits;
    this.clock = clock;
    this.drain = new Drain(clock);
    // Part of every connection's id: tells the nodes, and the lives of a node, apart.
    this.node = Long.toString(new SecureRandom().nextLong() >>> 34, 36);
    this.streams =
        new Streams(
            new Streams.Common(node, limits, clock, metrics, listeners::gap), listeners::closed);
    this.kicks = new Kicks(MAX_KICKS, clock, streams.ofUsers()::of, orders);
    log.whenChanged(this::wake);
  }

  private void wake(LogName changed) {
    switch (changed) {
      case LogName.OfUser(UserId user) -> streams.wake(user);
      case LogName.Broadcasts _ -> streams.wakeAll();
      case LogName.Presence _, LogName.Tail _ -> streams.wakeOperators();
    }
  }

  private static void declareReasons(Metrics metrics) {
    metrics.gaps.declare(
        Arrays.stream(Replay.Reason.values())
            .map(reason -> reason.name().toLowerCase(Locale.ROOT))
            .toList());
    // Two are for streams that never opened, which are counted as refusals.
    var ofOpened =
        EnumSet.complementOf(EnumSet.of(CloseReason.OVERLOADED, CloseReason.TOO_MANY_CONNECTIONS));
    metrics.closes.declare(ofOpened.stream().map(CloseReason::text).toList());
  }

  /** The name of this node until it stops: random letters and digits. */
  public String node() {
    return node;
  }

  /** The users' connections open on this node. */
  public Connections connections() {
    return streams.ofUsers();
  }

  /**
   * Publishes to one user. When this returns the event is kept, as the log promises it.
   *
   * @return its place, and how many connections of the user were woken for it
   */
  public Published publish(UserId user, Event event) {
    return withoutKey(publish(user, Publication.of(event)));
  }

  /** Publishes to everybody, connected now or, unless it is ephemeral, coming back later. */
  public Published broadcast(Event event) {
    return withoutKey(broadcast(Publication.of(event)));
  }

  private static Published withoutKey(Outcome outcome) {
    return switch (outcome) {
      case Published published -> published;
      case KeyReused _ -> throw new IllegalStateException("there was no key");
      case Unavailable(String reason) -> throw new LogUnavailableException(reason);
    };
  }

  /** Publishes to one user, or finds that it was done before under the same key. */
  public Outcome publish(UserId user, Publication publication) {
    try {
      return published(user, publication, log.append(name(user), publication));
    } catch (LogUnavailableException e) {
      return unavailable(e);
    }
  }

  /** Publishes to everybody, or finds that it was done before under the same key. */
  public Outcome broadcast(Publication publication) {
    try {
      return published(null, publication, log.append(LogName.BROADCASTS, publication));
    } catch (LogUnavailableException e) {
      return unavailable(e);
    }
  }

  /**
   * Begins to publish. If several are begun before the first is awaited, a log that waits for a
   * disk waits once for all of them. Each must be awaited, by any one thread: that wakes its
   * readers.
   *
   * @param user null for everybody
   */
  public Publishing begin(@Nullable UserId user, Publication publication) {
    try {
      EventLog.Pending pending = log.begin(name(user), publication);
      return () -> {
        try {
          return published(user, publication, pending.await());
        } catch (LogUnavailableException e) {
          return unavailable(e);
        }
      };
    } catch (LogUnavailableException e) {
      Outcome outcome = unavailable(e);
      return () -> outcome;
    }
  }

  /** Something that is being published. */
  @FunctionalInterface
  public interface Publishing {
    /** Returns what became of it, once that is known. */
    Outcome await();
  }

  /** Whether publishing waits for a disk, so that it is worth beginning several. */
  public boolean publishingWaits() {
    return log.waits();
  }

  /** Why nothing can be published now, or events may come late; empty if all is well. */
  public Optional<String> fault() {
    return log.fault();
  }

  private static LogName name(@Nullable UserId user) {
    return user == null ? LogName.BROADCASTS : LogName.of(user);
  }

  private static Unavailable unavailable(LogUnavailableException e) {
    return new Unavailable(String.valueOf(e.getMessage()));
  }

  private Outcome published(@Nullable UserId user, Publication publication, Appended appended) {
    return switch (appended) {
      case Appended.Stored(StoredEvent stored) -> {
        metrics.published.increment();
        int woken = user == null ? streams.wakeAll() : streams.wake(user);
        listeners.published(user, publication.event(), stored);
        yield new Published(stored.position(), stored.ephemeral(), woken, false);
      }
      case Appended.Duplicate(Position first) -> {
        int open = user == null ? streams.ofUsers().count() : streams.ofUsers().of(user).size();
        yield new Published(first, publication.event().ephemeral(), open, true);
      }
      case Appended.KeyReused _ -> new KeyReused();
    };
  }

  /** Adds an edge of presence to its log, and wakes who follows it. */
  public void publishEdge(Event event) {
    log.append(LogName.PRESENCE, Publication.of(event));
    streams.wakeOperators();
  }

  /** Follows the logs that the user's streams follow. The caller must close them. */
  public Follow[] follow(UserId user) {
    return new Follow[] {log.follow(LogName.of(user)), log.follow(LogName.BROADCASTS)};
  }

  /** The clock of the logs. */
  public NanoClock clock() {
    return clock;
  }

  /**
   * The user's position in all logs at this moment. A stream that resumes from it receives
   * everything that is published after this call began.
   */
  public Cursor cursor(UserId user) {
    try (Follow own = log.follow(LogName.of(user));
        Follow broadcasts = log.follow(LogName.BROADCASTS)) {
      return Cursor.at(user, own.head(), broadcasts.head());
    }
  }

  /** Follows the log of the edges of presence. */
  public Follow followEdges() {
    return log.follow(LogName.PRESENCE);
  }

  /** Has the listener hear of users' connections that come and go from now on. */
  public void listen(ConnectionListener listener) {
    listeners.add(listener);
  }

  /** Has the tap see what passes from now on, in place of the one before; null ends it. */
  public void tap(ConnectionListener.@Nullable Tap tap) {
    listeners.tap(tap);
  }

  /** Forgets what is kept for a user. Open streams stay; who comes back from before is told. */
  public void forget(UserId user) {
    log.forget(user);
  }

  /** Ends users' streams, and refuses their returns for a while. */
  public Kicks kicks() {
    return kicks;
  }

  /**
   * Opens a user's stream. If its sink blocks, this returns when the stream has ended, else as soon
   * as the reactor looks after it.
   *
   * @param opened called before anything is written
   * @param ended called once it is forgotten here, by any thread but the reactor's
   */
  public void open(StreamSpec spec, EventSink sink, Runnable opened, Ended ended) {
    streams.openUsers(
        spec,
        Start.follow(log, spec),
        sink,
        connection -> {
          listeners.opened(connection);
          opened.run();
          sendAwayIfLate(connection);
        },
        ended);
  }

  /**
   * Opens an operator's stream, of one log that is not a user's, as {@link #open(StreamSpec,
   * EventSink, Runnable, Ended)} does. It counts as nobody's connection.
   *
   * @param follow the log, which is let go with the stream
   * @param opened given the connection, which is to be woken when the log has something new
   */
  public void open(
      StreamSpec spec, Follow follow, EventSink sink, Consumer<Connection> opened, Ended ended) {
    streams.openOperators(spec, follow, sink, opened.andThen(this::sendAwayIfLate), ended);
  }

  private void sendAwayIfLate(Connection connection) {
    if (drain.hasBegun()) {
      // It came while the others were told.
      connection.close(CloseReason.DRAIN, drain.left());
    }
    if (connection.outlivesRevocation()) {
      connection.close(CloseReason.REVOKED); // It came while endRevoked() told the others.
    }
  }

  /**
   * Ends the streams whose leases were revoked, operators' streams included: with {@code
   * stream.closing} if that can be written within half a second, else without. Does not wait.
   *
   * @return how many streams it ends; one that an earlier call ends does not count
   */
  public int endRevoked() {
    return streams.endRevoked();
  }

  /** Whether {@link #drain} was called: who comes now is sent away again. */
  public boolean closing() {
    return drain.hasBegun();
  }

  /**
   * How long a reader should wait that is not let in: differs from call to call, and outlasts a
   * drain.
   */
  public Duration comeBackRefused() {
    Duration spread = limits.comeBackRefused(ThreadLocalRandom.current().nextDouble());
    return drain.hasBegun() ? drain.left().plus(spread) : spread;
  }

  /** Figures of the moment, and sums since the start. */
  public Stats stats() {
    return new Stats(
        connections().count(),
        connections().users(),
        metrics.published.sum(),
        metrics.delivered.sum(),
        log.usage());
  }

  /**
   * Tells the readers that the server is closing and ends their streams, spread over time, so that
   * those who take them do not get all at once. Returns sooner when the last has gone; events are
   * taken and delivered until then.
   *
   * @param longest over how long they are spread; fewer streams are spread over less, because that
   *     is how long each reader is sent away
   * @param patience how long the last may take to read what they are owed
   */
  public void drain(Duration longest, Duration patience) throws InterruptedException {
    drain.run(streams::count, streams::forEach, longest, patience);
  }

  /** What the timer does, for tests that move the time themselves. */
  void look() {
    streams.look();
  }

  /** Stops the timer and closes what is still open; the log stays the caller's. */
  @Override
  public void close() {
    streams.close();
  }

  /** What became of a publication. */
  public sealed interface Outcome {}

  /**
   * The event is in its log.
   *
   * @param position its place
   * @param ephemeral whether it is never replayed, so that the place is of no use to anybody
   * @param connections how many were woken for it; of one that was repeated how many are open now
   * @param repeated whether it was there before, under the same key, and nothing was appended
   */
  public record Published(Position position, boolean ephemeral, int connections, boolean repeated)
      implements Outcome {}

  /** The log holds another event under the same key. Nothing was appended. */
  public record KeyReused() implements Outcome {}

  /** It is not known whether the event is in its log; a repetition under its key is safe. */
  public record Unavailable(String reason) implements Outcome {}

  /** Hears that a stream has ended. */
  @FunctionalInterface
  public interface Ended {
    void ended(Connection connection, CloseReason reason);
  }

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
