package io.heliograph.server.log;

import io.heliograph.server.event.Position;
import io.heliograph.server.event.StoredEvent;
import java.util.List;
import java.util.function.Predicate;

/**
 * A reader's hold on one log. Thread-safe but for {@link #after}. {@link #head} and {@link #after}
 * never wait for a disk; the others may.
 */
public interface Follow extends AutoCloseable {

  /** Which log. */
  LogName log();

  /** The place after the latest event; a {@link Position#since} if the log cannot be read yet. */
  Position head();

  /** Whether new events may come late, because what is stored cannot be read now. */
  default boolean degraded() {
    return false;
  }

  /** The place before the oldest event that is still kept. */
  Position oldest();

  /**
   * The place before the first kept event that was appended at the moment or later; the head if
   * there is none.
   *
   * @param nanos the moment, on the log's clock
   */
  Position before(long nanos);

  /**
   * The latest kept events, oldest first, without those whose time to live has ended.
   *
   * @param count the most events
   * @param wanted which of them count; must be quick, because appends wait for it
   */
  List<StoredEvent> latest(int count, Predicate<StoredEvent> wanted);

  /**
   * Reads what lies after the position, oldest first: at least one event if there is any, then as
   * many as fit. Ephemeral events that came since the follow and are gone before they were read are
   * a gap with the reason {@link Replay.Reason#EPHEMERAL}, answered once. One thread at a time
   * reads.
   *
   * @param maxBytes bound on the sum of the events' blocks, but for the first one
   */
  Replay after(Position position, int maxBytes);

  /**
   * Prepares to read from a position that a reader brings along, which another node may have given
   * it. May wait.
   */
  default void seek(Position position) {}

  /** Brings what is kept into memory; see {@link Replay.Cold}. */
  default void load() {}

  /** Lets the log go. Closing twice does no harm. */
  @Override
  void close();
}
