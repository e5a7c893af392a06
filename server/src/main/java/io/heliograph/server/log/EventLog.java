package io.heliograph.server.log;

import io.heliograph.server.event.Event;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.event.UserId;

/**
 * Keeps the latest events of each user, and the latest broadcasts, in the order in which they were
 * accepted. Thread-safe; appends to two users' logs do not wait for each other.
 */
public interface EventLog extends AutoCloseable {

  /**
   * Gives the event the log's next position. Returns once it is as durable as the class promises.
   * Who appends wakes the connections that follow the log.
   */
  StoredEvent append(LogName log, Event event);

  /**
   * Follows a log: while the handle is open the log keeps its epoch, so that a reader who is at its
   * head stays there however little memory is left.
   */
  Follow follow(LogName log);

  /**
   * Forgets what is kept of a user's events. Who is at the log's head stays there; a position from
   * before is a gap.
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
   * @param evictions logs whose events were dropped for want of memory since the start
   */
  record Usage(int logs, long bytes, long evictions) {}
}
