package io.heliograph.server.presence;

import io.heliograph.server.event.NanoClock;
import io.heliograph.server.event.UserId;
import io.heliograph.server.hub.CloseReason;
import io.heliograph.server.hub.Connection;
import io.heliograph.server.hub.Hub;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;

/**
 * Publishes {@code online} when a user's first connection opens, and {@code offline} when the user
 * has had no connection for the grace period, for one node that has no others. One timer for all
 * users.
 */
public final class LocalPresence implements Presence {

  private static final int LOOKS_PER_GRACE = 16;
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(10);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);

  private final Hub hub;
  private final Directory directory;
  private final Duration grace;
  private final NanoClock clock;
  private final Duration pause;
  private final Thread thread;

  // An edge is published inside compute, so that a user's edges are in the log in their order, and
  // a connection that opens while the timer takes its user for gone comes before or after, not
  // between.
  private final ConcurrentMap<UserId, Here> here = new ConcurrentHashMap<>();

  // One entry a user who was left without a connection, oldest first, for as long as the grace.
  private final Queue<Left> left = new ConcurrentLinkedQueue<>();

  /**
   * Starts the timer; {@link Hub#listen} must pass the connections to it.
   *
   * @param grace time after which a user without a connection is offline; may be zero
   */
  public LocalPresence(Hub hub, Duration grace, NanoClock clock) {
    this.hub = hub;
    this.directory = new NodeDirectory(hub);
    this.grace = grace;
    this.clock = clock;
    this.pause = pauseFor(grace);
    this.thread = Thread.ofPlatform().name("presence").daemon().start(this::run);
  }

  private static Duration pauseFor(Duration grace) {
    Duration part = grace.dividedBy(LOOKS_PER_GRACE);
    if (part.compareTo(SHORTEST_PAUSE) < 0) {
      return SHORTEST_PAUSE;
    }
    return part.compareTo(LONGEST_PAUSE) < 0 ? part : LONGEST_PAUSE;
  }

  @Override
  public void opened(Connection connection) {
    here.compute(
        connection.user(),
        (user, before) -> {
          if (before == null) {
            publish("online", user);
            return new Here(1, 0);
          }
          return new Here(before.connections + 1, 0);
        });
  }

  @Override
  public void closed(Connection connection, CloseReason reason) {
    here.computeIfPresent(
        connection.user(),
        (user, before) -> {
          if (before.connections > 1) {
            return new Here(before.connections - 1, 0);
          }
          long now = clock.nanos();
          left.add(new Left(user, now));
          return new Here(0, now);
        });
  }

  private void run() {
    try {
      while (true) {
        Thread.sleep(pause);
        look();
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  /** Publishes the events that are due. */
  void look() {
    long now = clock.nanos();
    for (Left oldest = left.peek();
        oldest != null && isOver(oldest.sinceNanos, now);
        oldest = left.peek()) {
      left.remove(oldest);
      here.computeIfPresent(
          oldest.user,
          (user, state) -> {
            // Who came back meanwhile, and perhaps left once more, has another entry or needs none.
            if (state.connections > 0 || !isOver(state.sinceNanos, now)) {
              return state;
            }
            publish("offline", user);
            return null;
          });
    }
  }

  private boolean isOver(long sinceNanos, long now) {
    return now - sinceNanos >= grace.toNanos();
  }

  private void publish(String type, UserId user) {
    hub.publishEdge(Presence.edge(type, user, System.currentTimeMillis()));
  }

  @Override
  public Directory directory() {
    return directory;
  }

  /** Stops the timer. */
  @Override
  public void close() {
    thread.interrupt();
  }

  /** The number of a user's connections, and if there is none, since when. */
  private record Here(int connections, long sinceNanos) {}

  private record Left(UserId user, long sinceNanos) {}
}
