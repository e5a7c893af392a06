package io.heliograph.server.presence;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.heliograph.server.event.Event;
import io.heliograph.server.event.UserId;
import io.heliograph.server.hub.ConnectionListener;
import io.heliograph.server.hub.Hub;

/**
 * Publishes {@code online} when a user's first connection opens, and {@code offline} when the user
 * has had no connection for the grace period: one event for each transition, whatever the number of
 * nodes. Thread-safe. {@link Hub#listen} must pass the connections to it.
 */
public interface Presence extends ConnectionListener, AutoCloseable {

  /** The type of the event of a user who has come. */
  String ONLINE = "online";

  /** The type of the event of a user who has gone. */
  String OFFLINE = "offline";

  /** Who is online now, on all nodes. */
  Directory directory();

  /** Publishes nothing more. */
  @Override
  void close();

  /**
   * The event of a transition.
   *
   * @param type {@link #ONLINE} or {@link #OFFLINE}
   * @param timeMillis since 1970
   */
  static Event edge(String type, UserId user, long timeMillis) {
    String id = new String(JsonStringEncoder.getInstance().quoteAsString(user.value()));
    return Event.of(type, "{\"user\":\"%s\",\"time\":%s}".formatted(id, timeMillis));
  }
}
