package io.heliograph.server.event;

/**
 * A position in one log: after the event that has it.
 *
 * @param epoch the epoch of the log; sequences of another epoch are not comparable
 * @param sequence counts the kept events of the log without gaps, from 1; 0 is before the first
 * @param step orders ephemeral events after the kept event {@code sequence}; 0 for a kept event
 *     itself. Never leaves the node, because ephemeral events are not replayed
 */
public record Position(long epoch, long sequence, long step) {

  /** The position right after a kept event. */
  public static Position kept(long epoch, long sequence) {
    return new Position(epoch, sequence, 0);
  }

  /** Names the event right before this position in its log, for publishers; not a cursor. */
  public String id() {
    return Long.toString(epoch, 36) + "-" + sequence;
  }

  /** Whether this position is in the same epoch as the other, and not before it. */
  public boolean reaches(Position other) {
    return epoch == other.epoch
        && (sequence != other.sequence ? sequence > other.sequence : step >= other.step);
  }

  /**
   * The position of a reader that came at a time of day when its log could not be read: before what
   * was appended since. No log has this epoch.
   */
  public static Position since(long millis) {
    return kept(0, millis);
  }

  /** Whether this is a {@link #since} and not the position of an event. */
  public boolean isTime() {
    return epoch == 0;
  }
}
