package io.heliograph.server.hub;

import java.time.Duration;
import java.util.Optional;

/**
 * How a stream breaks its own silence.
 *
 * @param interval the longest silence; empty for the server's default
 * @param event whether it is an event, which page code can see, and not a comment
 */
public record Heartbeat(Optional<Duration> interval, boolean event) {

  /** A comment, at the server's default interval. */
  public static final Heartbeat DEFAULT = new Heartbeat(Optional.empty(), false);
}
