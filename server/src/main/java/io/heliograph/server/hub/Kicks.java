package io.heliograph.server.hub;

import io.heliograph.server.event.NanoClock;
import io.heliograph.server.event.UserId;
import java.time.Duration;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who was sent away a short while ago: a browser's EventSource does not know {@code
 * reconnect:false} and comes back all the same. Thread-safe.
 */
final class Kicks {

  /** For how long a return is refused. */
  static final Duration KEPT = Duration.ofMinutes(1);

  private static final int EVERY_RETURN = Integer.MAX_VALUE;

  // The oldest gives way: its reader may come back a little early, which harms nobody.
  private final int most;
  private final NanoClock clock;

  // Guarded by the monitor. The oldest first.
  private final Map<UserId, Kick> kicks = new LinkedHashMap<>();

  Kicks(int most, NanoClock clock) {
    this.most = most;
    this.clock = clock;
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
  synchronized void restore(String text, Duration age) {
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
    return "%d %d %s %s"
        .formatted(
            clock.nanos() - kick.atNanos,
            kick.returns,
            String.join(",", kick.connections),
            user.value());
  }

  /** All kicks in force, each as {@link #text}, the oldest first. */
  synchronized List<String> inForce() {
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
