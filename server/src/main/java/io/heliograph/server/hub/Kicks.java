package io.heliograph.server.hub;

import io.heliograph.server.event.NanoClock;
import io.heliograph.server.event.UserId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Who was sent away a short while ago: a browser's EventSource does not know {@code
 * reconnect:false} and comes back all the same. Thread-safe.
 */
public final class Kicks {

  /** For how long a return is refused. */
  static final Duration KEPT = Duration.ofMinutes(1);

  private static final int EVERY_RETURN = Integer.MAX_VALUE;

  // The oldest gives way: its reader may come back a little early, which harms nobody.
  private final int most;
  private final NanoClock clock;
  private final Function<UserId, List<Connection>> streams;
  private final Orders orders;

  // Guarded by the monitor. The oldest first.
  private final Map<UserId, Kick> kicks = new LinkedHashMap<>();

  /**
   * Starts with nobody kicked.
   *
   * @param streams a user's open streams on this node
   * @param orders takes each kick once it is in force here
   */
  Kicks(int most, NanoClock clock, Function<UserId, List<Connection>> streams, Orders orders) {
    this.most = most;
    this.clock = clock;
    this.streams = streams;
    this.orders = orders;
  }

  /** Takes kicks that are to outlive this server or count for other nodes. */
  @FunctionalInterface
  public interface Orders {
    /**
     * A user was kicked. May wait, and fail.
     *
     * @param connection the only one that was kicked; null for all of the user's
     * @param text what {@link #restore} takes
     */
    void kicked(UserId user, @Nullable String connection, String text);

    /** A return was refused that only one connection was kicked for. Does not wait. */
    default void returned(UserId user) {}
  }

  /**
   * Ends a user's streams, and for a minute refuses the user's returns.
   *
   * @return how many streams it ends; one that an earlier kick ends does not count
   */
  public int kick(UserId user) {
    addUser(user);
    var kicked = new ArrayList<Connection>(streams.apply(user));
    kicked.removeIf(connection -> connection.endsBy(CloseReason.KICKED));
    Streams.end(kicked, CloseReason.KICKED);
    orders.kicked(user, null, text(user));
    return kicked.size();
  }

  /**
   * Ends one of a user's streams, and for a minute refuses one return of the user.
   *
   * @return whether there was such a stream
   */
  public boolean kick(UserId user, String connectionId) {
    for (Connection connection : streams.apply(user)) {
      if (connection.id().equals(connectionId)) {
        addConnection(user, connectionId);
        Streams.end(List.of(connection), CloseReason.KICKED);
        orders.kicked(user, connectionId, text(user));
        return true;
      }
    }
    return false;
  }

  /** Ends a stream of another node, and for a minute refuses one return of the user. */
  public void kickElsewhere(UserId user, String connectionId) {
    addConnection(user, connectionId);
    orders.kicked(user, connectionId, text(user));
  }

  /**
   * A kick that another node has passed on. Streams that opened after it stay.
   *
   * @param connectionId null for all of the user's
   * @param age how long ago that was
   */
  public void kicked(UserId user, @Nullable String connectionId, Duration age) {
    if (connectionId == null) {
      addUser(user, age);
    } else {
      addConnection(user, connectionId, age);
    }
    Instant since = Instant.now().minus(age);
    var kicked = new ArrayList<Connection>(streams.apply(user));
    kicked.removeIf(
        connection ->
            connection.since().isAfter(since)
                || (connectionId != null && !connection.id().equals(connectionId))
                || connection.endsBy(CloseReason.KICKED));
    Streams.end(kicked, CloseReason.KICKED);
  }

  /** Another node has refused a return of the user for one connection that was kicked. */
  public void returned(UserId user) {
    var _ = decide(user);
  }

  /** Whether a reader who comes back was kicked just now; a single kick counts for one return. */
  public boolean refusesReturn(UserId user) {
    return switch (decide(user)) {
      case WELCOME -> false;
      case REFUSED -> true;
      case REFUSED_ONCE -> {
        orders.returned(user);
        yield true;
      }
    };
  }

  /** What becomes of a return. */
  enum Return {
    /** Nobody was kicked. */
    WELCOME,
    /** Refused, as the next one may be. */
    REFUSED,
    /** Refused for one connection that was kicked. */
    REFUSED_ONCE
  }

  /** Refuses every return of the user. */
  void addUser(UserId user) {
    addUser(user, Duration.ZERO);
  }

  /** The same for a kick some time ago. */
  synchronized void addUser(UserId user, Duration age) {
    add(user, EVERY_RETURN, Set.of(), age);
  }

  /** Refuses one return, as {@link #addConnection(UserId, String, Duration)} does. */
  void addConnection(UserId user, String connection) {
    addConnection(user, connection, Duration.ZERO);
  }

  /**
   * Refuses one return: a cursor does not tell which of the user's connections comes back. Not two
   * for a connection that is kicked twice, or the second would end another device of the user.
   *
   * @param age how long ago the kick was
   */
  synchronized void addConnection(UserId user, String connection, Duration age) {
    forgetOld();
    Kick before = kicks.getOrDefault(user, new Kick(0, 0, Set.of()));
    if (before.returns == EVERY_RETURN || before.connections.contains(connection)) {
      return;
    }
    var connections = new HashSet<>(before.connections);
    connections.add(connection);
    add(user, before.returns + 1, connections, age);
  }

  /**
   * Restores a kick from its {@link #text}. The oldest must come first.
   *
   * @param age how long ago that was
   */
  public synchronized void restore(String text, Duration age) {
    String[] words = text.split(" ", 4);
    long ageNanos = Long.parseLong(words[0]) + age.toNanos();
    if (ageNanos <= KEPT.toNanos()) {
      Set<String> connections = words[2].isEmpty() ? Set.of() : Set.of(words[2].split(","));
      kicks.put(
          new UserId(words[3]),
          new Kick(clock.nanos() - ageNanos, Integer.parseInt(words[1]), connections));
    }
  }

  /** The kick of a user as a text: its age in nanoseconds, then what it is. */
  synchronized String text(UserId user) {
    Kick kick = kicks.getOrDefault(user, new Kick(clock.nanos(), 0, Set.of()));
    return "%s %s %s %s"
        .formatted(
            clock.nanos() - kick.atNanos,
            kick.returns,
            String.join(",", kick.connections),
            user.value());
  }

  /** All kicks in force, each as {@link #text}, the oldest first. */
  public synchronized List<String> inForce() {
    forgetOld();
    return kicks.keySet().stream().map(this::text).toList();
  }

  private void add(UserId user, int returns, Set<String> connections, Duration age) {
    forgetOld();
    if (age.compareTo(KEPT) > 0) {
      return;
    }
    kicks.remove(user); // So that it goes to the end.
    kicks.put(user, new Kick(clock.nanos() - age.toNanos(), returns, connections));
    if (kicks.size() > most) {
      Iterator<UserId> oldest = kicks.keySet().iterator();
      oldest.next();
      oldest.remove();
    }
  }

  /** Decides on a return of the user, and counts it as refused if it is. */
  synchronized Return decide(UserId user) {
    forgetOld();
    Kick kick = kicks.get(user);
    if (kick == null || kick.returns == 0) { // Kept for its connections, which may be kicked again.
      return Return.WELCOME;
    }
    if (kick.returns == EVERY_RETURN) {
      return Return.REFUSED;
    }
    kicks.replace(user, new Kick(kick.atNanos, kick.returns - 1, kick.connections));
    return Return.REFUSED_ONCE;
  }

  private void forgetOld() {
    long now = clock.nanos();
    for (Iterator<Kick> each = kicks.values().iterator(); each.hasNext(); ) {
      if (now - each.next().atNanos <= KEPT.toNanos()) {
        return;
      }
      each.remove();
    }
  }

  /** When, how many returns are still to be refused, and of which connections they are. */
  private record Kick(long atNanos, int returns, Set<String> connections) {}
}
