package io.heliograph.server.log;

import io.heliograph.server.event.Position;
import io.heliograph.server.event.Publication;
import io.heliograph.server.event.UserId;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the latest events of each user, and the latest broadcasts, in the order in which they were
 * accepted. Thread-safe; appends to two users' logs do not wait for each other.
 */
public interface EventLog extends AutoCloseable {

  /**
   * Gives the event the log's next position. Returns once it is as durable as the class promises.
   * Whoever appends wakes the connections that follow the log.
   *
   * <p>A key is kept with the event that it made, in the same log, and dropped together with it: as
   * long as the log holds the event, the same key makes no other. An ephemeral event is held, and
   * its key with it, for as long as connections may still have to read it; one that nobody follows
   * is not held at all. Keys in two logs have nothing to do with each other, so that an event for
   * several users has one key.
   *
   * @throws LogUnavailableException if it is not known whether the event is kept; a repetition
   *     under the same key is safe
   */
  Appended append(LogName log, Publication publication);

  /**
   * Begins an {@link #append}. If several are begun before the first is awaited, a log that waits
   * for a disk waits once for all of them. Each must be awaited, by any one thread.
   */
  default Pending begin(LogName log, Publication publication) {
    Appended appended = append(log, publication);
    return () -> appended;
  }

  /** An append that has begun. */
  @FunctionalInterface
  interface Pending {
    /** Returns, or throws, as {@link EventLog#append} does. */
    Appended await();
  }

  /** Whether an append waits, so that it is worth beginning several. */
  default boolean waits() {
    return false;
  }

  /**
   * Has the log call this when it has something new that no {@link #append} of this process
   * brought: with the log that readers follow. Called by a thread that must not wait.
   */
  default void whenChanged(Consumer<LogName> wake) {}

  /** Why nothing can be appended now, or this node may miss events; empty if all is well. */
  default Optional<String> fault() {
    return Optional.empty();
  }

  /**
   * Follows a log: while the handle is open the log keeps its epoch, so that a reader who is at its
   * head stays there however little memory is left.
   */
  Follow follow(LogName log);

  /**
   * Follows a log for a reader who will most likely read from a position. Does the same as {@link
   * #follow(LogName)}, perhaps faster.
   *
   * @param from null if nothing is known of it
   */
  default Follow follow(LogName log, @Nullable Position from) {
    return follow(log);
  }

  /**
   * Forgets what is kept of a user's events, and their keys. A reader at the log's head stays
   * there; an older position is a gap. Returns once the events cannot come back.
   *
   * @throws LogUnavailableException if it is not known whether they can
   */
  void forget(UserId user);

  /** What is held now. */
  Usage usage();

  /** Forgets what is held in memory. No other method may be called afterwards. */
  @Override
  void close();

  /**
   * What all logs together hold.
   *
   * @param logs logs that hold an event or are followed
   * @param bytes bytes of memory, overhead estimated
   * @param evictions how often a publisher's events in one log, or a log's, were dropped for want
   *     of memory or of use since the start
   */
  record Usage(int logs, long bytes, long evictions) {}
}
