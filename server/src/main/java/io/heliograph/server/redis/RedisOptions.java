package io.heliograph.server.redis;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How to reach Redis.
 *
 * @param hosts one server; or several of a Cluster; or a primary and its replicas
 * @param tls whether connections are encrypted; the server's name is verified
 * @param trusted PEM file of the issuers of the servers' certificates; empty for those of the JDK
 * @param user ACL user; empty for the default user
 * @param password empty for none
 * @param database of a server that is not a Cluster
 * @param prefix of all keys
 * @param waitReplicas number of replicas that must have a write before it counts as kept
 */
public record RedisOptions(
    List<Host> hosts,
    boolean tls,
    Optional<Path> trusted,
    Optional<String> user,
    Optional<String> password,
    int database,
    String prefix,
    int waitReplicas) {

  /** One server. */
  public record Host(String name, int port) {
    @Override
    public String toString() {
      return name + ":" + port;
    }
  }

  /** The addresses, for messages. */
  public String addresses() {
    return hosts.stream().map(Host::toString).collect(Collectors.joining(","));
  }

  @Override
  public String toString() {
    return "RedisOptions[" + addresses() + "]"; // Options are printed, and hold a password.
  }
}
