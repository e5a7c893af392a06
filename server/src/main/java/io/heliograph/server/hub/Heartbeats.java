package io.heliograph.server.hub;

import io.heliograph.server.event.NanoClock;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * One timer for all connections: looks at each a few times an interval, which costs less than a
 * timer a connection that every event would move.
 */
final class Heartbeats implements AutoCloseable {

  private static final int LOOKS_PER_INTERVAL = 16;
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

  private final Consumer<Consumer<Connection>> connections;
  private final NanoClock clock;
  private final Duration pause;
  private final Thread thread;

  /**
   * Starts the timer.
   *
   * @param connections hands all of them to who asks
   */
  Heartbeats(Consumer<Consumer<Connection>> connections, Duration interval, NanoClock clock) {
    this.connections = connections;
    this.clock = clock;
    Duration part = interval.dividedBy(LOOKS_PER_INTERVAL);
    this.pause = part.compareTo(LONGEST_PAUSE) < 0 ? part : LONGEST_PAUSE;
    this.thread = Thread.ofPlatform().name("heartbeats").daemon().start(this::run);
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

  /** Spares the pause until the next look, so that no silence is longer than the interval. */
  void look() {
    long now = clock.nanos();
    connections.accept(connection -> connection.check(now, pause.toNanos()));
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
