package io.heliograph.server.redis;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisURI;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The connection that carries the subscriptions of one primary, and its probe: a message that the
 * node publishes to itself. A connection whose messages do not arrive, though it is open, is
 * closed. The supervisor calls it, unless a method says otherwise.
 */
final class Shard implements AutoCloseable {

  /** How often a probe is sent. */
  static final Duration PROBE_EVERY = Duration.ofSeconds(1);

  /** How late a probe may be. */
  static final Duration PROBE_PATIENCE = Duration.ofSeconds(3);

  private final RedisURI host;
  private final boolean sharded;
  private final String probeChannel;
  private final Replicas replicas;
  private final CompletableFuture<StatefulRedisPubSubConnection<String, byte[]>> connecting;

  // Null until it is subscribed.
  private volatile @Nullable StatefulRedisPubSubConnection<String, byte[]> connection;
  private volatile boolean gone;
  private volatile String reason;

  // When the oldest unanswered probe was sent; 0 if none is.
  private volatile long probedNanos;
  private volatile boolean answered;
  private long lastProbeNanos;

  // The lineage that the data belongs to, and whether a probe has left its mark in it.
  private volatile @Nullable String lineage;

  // Why the server does not take writes, of which the probe is one; null if it does.
  private volatile @Nullable String refusal;

  /**
   * Begins to connect.
   *
   * @param probeChannel a channel of this shard and this node only
   * @param messages called by the connection's thread with channel and payload
   * @param lost called by the connection's thread with a channel that this shard no longer carries
   * @param wake called when the supervisor should look
   */
  Shard(
      Clients clients,
      RedisURI host,
      boolean sharded,
      String probeChannel,
      BiConsumer<String, byte[]> messages,
      Consumer<String> lost,
      Runnable wake) {
    this.host = host;
    this.sharded = sharded;
    this.probeChannel = probeChannel;
    this.replicas = clients.replicas(host, probeChannel + ":written");
    this.reason = "Redis at " + Redis.address(host) + " is not connected yet.";
    this.connecting =
        clients
            .client()
            .connectPubSubAsync(Redis.CODEC, host)
            .toCompletableFuture()
            .thenCompose(opened -> begin(opened, messages, lost, wake));
    var _ =
        connecting.whenComplete(
            (opened, failure) -> {
              if (failure != null) {
                reason = Redis.reason(host, failure);
                gone = true;
              } else {
                probedNanos = System.nanoTime(); // The first probe must be answered in time, too.
                connection = opened;
              }
              wake.run();
            });
  }

  private CompletableFuture<StatefulRedisPubSubConnection<String, byte[]>> begin(
      StatefulRedisPubSubConnection<String, byte[]> opened,
      BiConsumer<String, byte[]> messages,
      Consumer<String> lost,
      Runnable wake) {
    opened.addListener(
        new RedisConnectionStateListener() {
          @Override
          public void onRedisDisconnected(RedisChannelHandler<?, ?> handler) {
            reason = "The connection to Redis at " + Redis.address(host) + " was closed.";
            gone = true;
            wake.run();
          }
        });
    opened.addListener(
        new RedisPubSubAdapter<String, byte[]>() {
          @Override
          public void message(String channel, byte[] payload) {
            if (channel.equals(probeChannel)) {
              probedNanos = 0;
              answered = true;
            } else {
              messages.accept(channel, payload);
            }
          }

          @Override
          public void smessage(String channel, byte[] payload) {
            message(channel, payload);
          }

          @Override
          public void sunsubscribed(String channel, long count) {
            if (channel.equals(probeChannel)) {
              gone = true; // Its slot has moved: another channel of this shard must be found.
              wake.run();
            } else {
              lost.accept(channel);
            }
          }
        });
    return subscribe(opened, List.of(probeChannel))
        .handle(
            (_, failure) -> {
              if (failure != null) {
                var _ = opened.closeAsync();
                throw new RedisUnavailableException(Redis.reason(host, failure), failure);
              }
              return opened;
            });
  }

  private CompletableFuture<Void> subscribe(
      StatefulRedisPubSubConnection<String, byte[]> on, List<String> channels) {
    if (!sharded) {
      return on.async().subscribe(channels.toArray(String[]::new)).toCompletableFuture();
    }
    // Those of two slots cannot be in one command.
    return CompletableFuture.allOf(
        channels.stream()
            .map(channel -> on.async().ssubscribe(channel).toCompletableFuture())
            .toArray(CompletableFuture<?>[]::new));
  }

  RedisURI host() {
    return host;
  }

  Replicas replicas() {
    return replicas;
  }

  String probeChannel() {
    return probeChannel;
  }

  /** Subscribes to channels; may be called by any thread. */
  CompletableFuture<Void> subscribe(List<String> channels) {
    StatefulRedisPubSubConnection<String, byte[]> now = connection;
    if (now == null || gone) {
      return CompletableFuture.failedFuture(new IllegalStateException(reason));
    }
    return subscribe(now, channels);
  }

  /** Ends a subscription; may be called by any thread. */
  void unsubscribe(String channel) {
    StatefulRedisPubSubConnection<String, byte[]> now = connection;
    if (now != null && !gone) {
      var _ = sharded ? now.async().sunsubscribe(channel) : now.async().unsubscribe(channel);
    }
  }

  /** Whether subscriptions are possible; may be called by any thread. */
  boolean isOpen() {
    return connection != null && !gone;
  }

  /** Whether another one must take its place. */
  boolean isGone() {
    return gone;
  }

  /** Whether a probe is to be sent now. */
  boolean probeDue() {
    return isOpen() && System.nanoTime() - lastProbeNanos >= PROBE_EVERY.toNanos();
  }

  /** Notes that a probe is sent. */
  void probeSent() {
    lastProbeNanos = System.nanoTime();
    if (probedNanos == 0) {
      probedNanos = lastProbeNanos;
    }
  }

  /**
   * Notes what a probe has found.
   *
   * @param found the lineage that the shard's data belongs to, and its primary
   * @return whether it is another one than before
   */
  boolean isOther(String found) {
    String before = lineage;
    lineage = found;
    return before != null && !before.equals(found);
  }

  /** Notes whether the server took the write of a probe; the cause says why it did not. */
  void writes(@Nullable Throwable cause) {
    refusal =
        cause == null
            ? null
            : "Redis at " + Redis.address(host) + " refuses to write: " + cause.getMessage();
  }

  /** Closes the connection if a probe has not arrived in time. */
  void check() {
    long sent = probedNanos;
    if (isOpen() && sent != 0 && System.nanoTime() - sent > PROBE_PATIENCE.toNanos()) {
      reason =
          "No message has arrived from Redis at "
              + Redis.address(host)
              + " for "
              + PROBE_PATIENCE.toSeconds()
              + " s.";
      close();
    }
  }

  /** Whether messages arrive, and what is stored can be read. */
  boolean isUp() {
    return isOpen() && answered;
  }

  /** Why messages may be missed, or nothing can be written; empty if all is well. */
  Optional<String> fault() {
    return isUp() ? Optional.ofNullable(refusal) : Optional.of(reason);
  }

  @Override
  public void close() {
    gone = true;
    replicas.close();
    var _ =
        connecting.whenComplete(
            (opened, _) -> {
              if (opened != null) {
                var _ = opened.closeAsync();
              }
            });
  }
}
