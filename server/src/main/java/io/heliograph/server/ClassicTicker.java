package io.heliograph.server;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.heliograph.server.event.Event;
import io.heliograph.server.event.Publication;
import io.heliograph.server.event.UserId;
import io.heliograph.server.hub.Hub;
import java.time.Duration;

/**
 * Sends {@code {"userId":…,"users":…,"time":…}} to every connected user every few seconds, as the
 * classic Node example did. The events are ephemeral.
 */
final class ClassicTicker implements AutoCloseable {

  private final Hub hub;
  private final Duration every;
  private final Thread thread;

  ClassicTicker(Hub hub, Duration every) {
    this.hub = hub;
    this.every = every;
    this.thread = Thread.ofPlatform().name("ticker").daemon().start(this::run);
  }

  private void run() {
    try {
      while (true) {
        Thread.sleep(every);
        tick();
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  private void tick() {
    int users = hub.connections().users();
    long time = System.currentTimeMillis();
    for (UserId user : hub.connections().online()) {
      String id = new String(JsonStringEncoder.getInstance().quoteAsString(user.value()));
      Event event =
          Event.ephemeral(
              Event.DEFAULT_TYPE,
              "{\"userId\":\"%s\",\"users\":%s,\"time\":%s}".formatted(id, users, time));
      var _ = hub.publish(user, Publication.of(event)); // While Redis is away, there are no ticks.
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
