package io.heliograph.server.hub;

import io.heliograph.server.event.Event;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.event.UserId;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Calls the listeners of connections, and the tap if there is one. Thread-safe. */
final class Listeners {

  private final List<ConnectionListener> lasting = new CopyOnWriteArrayList<>();

  // Null while there is no tail, so that publishing costs no more than this check.
  private volatile ConnectionListener.@Nullable Tap tap;

  void add(ConnectionListener listener) {
    lasting.add(listener);
  }

  void tap(ConnectionListener.@Nullable Tap tap) {
    this.tap = tap;
  }

  void opened(Connection connection) {
    lasting.forEach(listener -> listener.opened(connection));
    ConnectionListener.Tap looking = tap;
    if (looking != null) {
      looking.opened(connection);
    }
  }

  void closed(Connection connection, CloseReason reason) {
    lasting.forEach(listener -> listener.closed(connection, reason));
    ConnectionListener.Tap looking = tap;
    if (looking != null) {
      looking.closed(connection, reason);
    }
  }

  void gap(Connection connection, Control.Gap gap) {
    ConnectionListener.Tap looking = tap;
    if (looking != null) {
      looking.gap(connection, gap);
    }
  }

  /** {@code user} is null for a broadcast. */
  void published(@Nullable UserId user, Event event, StoredEvent stored) {
    ConnectionListener.Tap looking = tap;
    if (looking != null) {
      looking.published(user, event, stored);
    }
  }
}
