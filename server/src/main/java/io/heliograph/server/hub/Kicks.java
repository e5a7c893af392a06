package io.heliograph.server.hub;

import io.heliograph.server.event.NanoClock;
import io.heliograph.server.event.UserId;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

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

  /** Refuses every return of the user. */
  void addUser(UserId user) {
    add(user, EVERY_RETURN);
  }

  /** Refuses one return: a cursor does not tell which of the user's connections comes back. */
  synchronized void addConnection(UserId user) {
    Kick before = kicks.get(user);
    int returns = before == null ? 0 : before.returns;
    add(user, returns == EVERY_RETURN ? EVERY_RETURN : returns + 1);
  }

  private synchronized void add(UserId user, int returns) {
    forgetOld();
    kicks.remove(user); // So that it goes to the end.
    kicks.put(user, new Kick(clock.nanos(), returns));
    if (kicks.size() > most) {
      Iterator<UserId> oldest = kicks.keySet().iterator();
      oldest.next();
      oldest.remove();
    }
  }

  /** Whether a return of the user is refused; counts it as refused, too. */
  synchronized boolean refuse(UserId user) {
    forgetOld();
    Kick kick = kicks.get(user);
    if (kick == null) {
      return false;
    }
    if (kick.returns == 1) {
      kicks.remove(user);
    } else if (kick.returns != EVERY_RETURN) {
      kicks.replace(user, new Kick(kick.atNanos, kick.returns - 1));
    }
    return true;
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

  /** When, and how many returns are still to be refused. */
  private record Kick(long atNanos, int returns) {}
}
