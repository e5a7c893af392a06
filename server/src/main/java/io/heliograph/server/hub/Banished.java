package io.heliograph.server.hub;

import io.heliograph.server.event.NanoClock;
import io.heliograph.server.event.UserId;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Users whose streams were closed on purpose a moment ago. A browser's EventSource does not know
 * {@code reconnect:false} and comes back; answered with 204 it gives up. Thread-safe.
 */
public final class Banished {

  /** For how long a return is answered so; an EventSource comes back within seconds. */
  static final Duration SPAN = Duration.ofMinutes(1);

  // Above it the longest banished may return early, which costs one more kick.
  private static final int MAX = 100_000;

  private final NanoClock clock;

  // Until when. In the order of banishment, which is that of its end. Guarded by this.
  private final Map<UserId, Long> untilNanos = new LinkedHashMap<>();

  Banished(NanoClock clock) {
    this.clock = clock;
  }

  /** Keeps the user's browsers away for a minute from now. */
  public synchronized void banish(UserId user) {
    long now = clock.nanos();
    untilNanos.remove(user);
    untilNanos.values().removeIf(until -> until - now <= 0);
    if (untilNanos.size() >= MAX) {
      untilNanos.remove(untilNanos.keySet().iterator().next());
    }
    untilNanos.put(user, now + SPAN.toNanos());
  }

  /** Whether the user's browsers are to be kept away now. */
  public synchronized boolean contains(UserId user) {
    Long until = untilNanos.get(user);
    return until != null && until - clock.nanos() > 0;
  }
}
