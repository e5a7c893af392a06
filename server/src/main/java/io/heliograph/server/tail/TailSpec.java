package io.heliograph.server.tail;

import io.heliograph.server.event.Globs;
import java.util.Set;

/**
 * What an operator asked for.
 *
 * @param users whose; a broadcast is for everybody and passes always
 * @param types of events; what else is included passes always
 * @param rate the most a second, at least 1; what comes above it is left out and told
 * @param data whether an event's data is shown
 */
public record TailSpec(Globs users, Globs types, Set<Include> include, int rate, boolean data) {

  /** What there is to see. */
  public enum Include {
    /** What was published. */
    EVENTS,
    /** Readers that came. */
    CONNECTS,
    /** Readers that left, and why. */
    CLOSES,
    /** Readers that were told of a gap. */
    GAPS
  }
}
