package io.heliograph.server.presence;

import io.heliograph.server.event.UserId;
import io.heliograph.server.hub.Connections.Online;
import io.heliograph.server.hub.Hub;
import io.heliograph.server.log.LogUnavailableException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The users with open connections. Thread-safe. If other nodes have connections, too, every method
 * waits for Redis, for a few seconds at most, and throws {@link LogUnavailableException} if Redis
 * does not answer.
 */
public interface Directory {

  /**
   * A page of the users that are online, ordered by id.
   *
   * @param after the page starts with the first id after this; "" for the first page
   */
  List<Online> page(String after, int limit);

  /** How many connections each of these users has; in the order of the list. */
  List<Online> count(List<UserId> users);

  /** A user's connections; those of one node are ordered by age, the oldest first. */
  List<Seen> of(UserId user);

  /** How many of a user's connections are open on other nodes. */
  default int elsewhere(UserId user) {
    return (int) of(user).stream().filter(seen -> seen.lag().isEmpty()).count();
  }

  /** Why this node does not know yet what is in force on all nodes; empty if it does. */
  default Optional<String> fault() {
    return Optional.empty();
  }

  /** Counts of all nodes together. */
  Figures figures();

  /**
   * Counts.
   *
   * @param nodes how many there are
   * @param stats sums over them; those of other nodes are at most two seconds old
   */
  record Figures(int nodes, Hub.Stats stats) {}

  /**
   * A connection.
   *
   * @param id unique over all nodes
   * @param lag number of kept events that the reader has not received yet; empty if the connection
   *     is open on another node
   */
  record Seen(String id, Instant since, String remote, String agent, OptionalLong lag) {}
}
