package io.heliograph.cli.follow;

import io.heliograph.client.Event;

/** Which events are dealt with. Any other moves the place to resume from, too. */
@FunctionalInterface
public interface EventFilter {
  /** Takes every event. */
  EventFilter ALL = event -> true;

  /** Takes none. */
  EventFilter NONE = event -> false;

  boolean takes(Event event);

  /** Takes what both take. */
  default EventFilter and(EventFilter other) {
    return event -> takes(event) && other.takes(event);
  }
}
