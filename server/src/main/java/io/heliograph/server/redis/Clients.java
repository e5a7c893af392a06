package io.heliograph.server.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Lettuce's clients and their options. */
final class Clients implements AutoCloseable {

  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  // As many commands as may wait for Redis. Those of a batch are at most 1,000, and each waits.
  private static final int MAX_QUEUED = 100_000;

  // The topology of a Cluster is read this often, and soon after a command was redirected.
  private static final Duration REFRESH = Duration.ofSeconds(5);
  private static final Duration REFRESH_SOON = Duration.ofMillis(500);

  // Shorter than the timeout: a command that has failed must not be executed any more.
  private static final Duration OVERDUE = Duration.ofMillis(1_500);

  // Lettuce's own delays grow to 30 s. Only connections to the servers of a Cluster wait for it.
  private static final Duration RECONNECT_EVERY = Duration.ofMillis(500);

  private static final int THREADS = 2;

  private final ClientResources resources =
      DefaultClientResources.builder()
          .nettyCustomizer(new Overdue(OVERDUE))
          .reconnectDelay(Delay.constant(RECONNECT_EVERY))
          .ioThreadPoolSize(THREADS)
          .computationThreadPoolSize(THREADS)
          .build();
  private final RedisOptions options;
  private final List<RedisURI> hosts;
  private final RedisClient client;
  private @Nullable RedisClusterClient cluster;

  Clients(RedisOptions options) {
    this.options = options;
    this.hosts = options.hosts().stream().map(this::uri).toList();
    this.client = RedisClient.create(resources);
    // The supervisor reconnects, because it must subscribe and read again afterwards.
    client.setOptions(common(ClientOptions.builder()).autoReconnect(false).build());
  }

  private RedisURI uri(RedisOptions.Host host) {
    var uri =
        RedisURI.builder()
            .withHost(host.name())
            .withPort(host.port())
            .withSsl(options.tls())
            .withDatabase(options.database())
            .withClientName("heliograph")
            .withTimeout(TIMEOUT);
    options
        .password()
        .ifPresent(
            password ->
                options
                    .user()
                    .ifPresentOrElse(
                        user -> uri.withAuthentication(user, password),
                        () -> uri.withPassword((CharSequence) password)));
    return uri.build();
  }

  private ClientOptions.Builder common(ClientOptions.Builder builder) {
    options
        .trusted()
        .ifPresent(
            file ->
                builder.sslOptions(
                    SslOptions.builder().jdkSslProvider().trustManager(file.toFile()).build()));
    return builder
        .protocolVersion(ProtocolVersion.RESP2) // RESP3 pushes may arrive inside of a reply.
        .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
        .replayFilter(_ -> true) // A script that was sent twice would append twice.
        .requestQueueSize(MAX_QUEUED)
        .timeoutOptions(TimeoutOptions.enabled(TIMEOUT))
        .socketOptions(
            SocketOptions.builder()
                .connectTimeout(TIMEOUT)
                .tcpNoDelay(true)
                .keepAlive(true)
                .build());
  }

  /** The servers that the settings name. */
  List<RedisURI> hosts() {
    return hosts;
  }

  /** Waits for the replicas of a primary. */
  Replicas replicas(RedisURI host, String mark) {
    return new Replicas(client, host, mark, options.waitReplicas());
  }

  /** The client of connections to one server. */
  RedisClient client() {
    return client;
  }

  /**
   * Finds out whether the servers are a Cluster.
   *
   * @throws RedisException if none of them answers
   */
  Topology topology() {
    RedisException last = null;
    for (RedisURI host : hosts) {
      try (StatefulRedisConnection<String, byte[]> connection = client.connect(Redis.CODEC, host)) {
        return connection.sync().info("cluster").contains("cluster_enabled:1")
            ? new Clustered(cluster(), hosts)
            : new Standalone(client, hosts);
      } catch (RedisException e) {
        last = e;
      }
    }
    throw last == null ? new RedisException("there are no hosts") : last;
  }

  @SuppressWarnings("deprecation")
  private RedisClusterClient cluster() {
    var refresh =
        ClusterTopologyRefreshOptions.builder()
            .adaptiveRefreshTriggersTimeout(REFRESH_SOON)
            .enablePeriodicRefresh(REFRESH)
            .build();
    var builder = ClusterClientOptions.builder();
    common(builder);
    builder.topologyRefreshOptions(refresh);
    RedisClusterClient created = RedisClusterClient.create(resources, hosts);
    created.setOptions(builder.build());
    cluster = created;
    return created;
  }

  @Override
  public void close() {
    client.shutdown(0, 1, TimeUnit.SECONDS);
    if (cluster != null) {
      cluster.shutdown(0, 1, TimeUnit.SECONDS);
    }
    var _ = resources.shutdown(0, 1, TimeUnit.SECONDS);
  }
}
