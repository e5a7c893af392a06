package io.heliograph.cli.follow;

import io.heliograph.client.Event;

/** Chooses among events. */
@FunctionalInterface
public interface EventFilter {
  /** Takes every event. */
  EventFilter ALL = event -> true;

  boolean takes(Event event);
}
