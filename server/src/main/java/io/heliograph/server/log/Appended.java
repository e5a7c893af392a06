package io.heliograph.server.log;

import io.heliograph.server.event.Position;
import io.heliograph.server.event.StoredEvent;

/** What became of a publication. Every case is expected; a fault of the log is an exception. */
public sealed interface Appended {

  /** The log has it, at its place; whoever appended wakes the log's connections. */
  record Stored(StoredEvent event) implements Appended {}

  /**
   * The log already holds this very event under the same key. Nothing was appended.
   *
   * @param first the place of the event that the log holds
   */
  record Duplicate(Position first) implements Appended {}

  /**
   * The log already holds another event under the same key. Nothing was appended.
   *
   * @param first the place of the event that the log holds
   */
  record KeyReused(Position first) implements Appended {}
}
