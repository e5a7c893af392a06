package io.heliograph.server.presence;

import io.heliograph.server.event.UserId;
import io.heliograph.server.hub.Connections.Online;
import io.heliograph.server.log.LogUnavailableException;
import java.time.Instant;
import java.util.List;
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

  /** How many users have at least one connection. */
  long users();

  /**
   * A connection.
   *
   * @param id unique over all nodes
   * @param lag number of kept events that the reader has not received yet; empty if the connection
   *     is open on another node
   */
  record Seen(String id, Instant since, String remote, String agent, OptionalLong lag) {}
}
