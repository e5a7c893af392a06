package io.heliograph.server.presence;

import io.heliograph.server.event.UserId;
import io.heliograph.server.hub.Connection;
import io.heliograph.server.hub.Connections.Online;
import io.heliograph.server.hub.Hub;
import java.util.List;
import java.util.OptionalLong;

/** The users with open connections on this node. Never waits. */
public final class NodeDirectory implements Directory {

  private final Hub hub;

  /** The directory of a hub. */
  public NodeDirectory(Hub hub) {
    this.hub = hub;
  }

  @Override
  public List<Online> page(String after, int limit) {
    return hub.connections().page(after, limit);
  }

  @Override
  public List<Online> count(List<UserId> users) {
    return users.stream().map(user -> new Online(user, hub.connections().of(user).size())).toList();
  }

  @Override
  public List<Seen> of(UserId user) {
    return hub.connections().of(user).stream().map(NodeDirectory::seen).toList();
  }

  /** What is known of a connection of this node. */
  public static Seen seen(Connection connection) {
    return new Seen(
        connection.id(),
        connection.since(),
        connection.remote(),
        connection.agent(),
        OptionalLong.of(connection.lag()));
  }

  @Override
  public Figures figures() {
    return new Figures(1, hub.stats());
  }
}
