package io.heliograph.server.tail;

import io.heliograph.server.event.Globs;
import java.util.Set;

/**
 * The parameters of a tail.
 *
 * @param users users to show; broadcasts are always shown
 * @param types event types to show; other included entries are always shown
 * @param rate maximum per second, at least 1; further entries are dropped and reported
 * @param data whether to include the events' data
 */
public record TailSpec(Globs users, Globs types, Set<Include> include, int rate, boolean data) {

  /** The kinds of entries. */
  public enum Include {
    /** Published events. */
    EVENTS,
    /** Readers that connected. */
    CONNECTS,
    /** Readers that disconnected, and why. */
    CLOSES,
    /** Readers that received a gap. */
    GAPS
  }
}
