package io.heliograph.server.redis;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Waits until the replicas of one primary have what was written to it. On a connection of its own,
 * because {@code WAIT} blocks all commands behind it; and for all writers at once, because {@code
 * WAIT} covers what was written before. Thread-safe.
 */
final class Replicas {

  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final SetArgs SHORT = SetArgs.Builder.ex(60);

  private final RedisClient client;
  private final RedisURI host;
  private final String mark;
  private final int needed;

  // Guarded by the monitor.
  private @Nullable CompletableFuture<StatefulRedisConnection<String, byte[]>> connecting;
  private @Nullable CompletableFuture<Void> waiting;
  private boolean running;
  private boolean closed;

  /**
   * Connects with the first wait.
   *
   * @param mark a key of this primary, which each wait writes: WAIT is about what its own
   *     connection has written last
   */
  Replicas(RedisClient client, RedisURI host, String mark, int needed) {
    this.client = client;
    this.host = host;
    this.mark = mark;
    this.needed = needed;
  }

  /** Completes when the replicas have all that was written before this call. */
  synchronized CompletableFuture<Void> confirmed() {
    if (waiting == null) {
      waiting = new CompletableFuture<>();
    }
    CompletableFuture<Void> mine = waiting;
    if (!running) {
      next();
    }
    return mine;
  }

  private synchronized void next() {
    CompletableFuture<Void> round = waiting;
    waiting = null;
    running = round != null;
    if (round != null) {
      var _ =
          connection()
              .thenCompose(this::await)
              .whenComplete(
                  (_, failure) -> {
                    if (failure == null) {
                      round.complete(null);
                    } else {
                      round.completeExceptionally(failure);
                    }
                    next();
                  });
    }
  }

  private CompletionStage<Void> await(StatefulRedisConnection<String, byte[]> connection) {
    RedisAsyncCommands<String, byte[]> commands = connection.async();
    // If it is refused, such as by a full Redis, the wait is about what was written before.
    CompletionStage<String> written = commands.set(mark, new byte[0], SHORT);
    return commands
        .waitForReplication(needed, PATIENCE.toMillis())
        .thenAcceptBoth(
            written,
            (confirmed, _) -> {
              if (confirmed < needed) {
                throw new RedisUnavailableException(
                    "The event was confirmed by "
                        + confirmed
                        + " replicas of Redis at "
                        + Redis.address(host)
                        + ", but log.redis.wait-replicas is "
                        + needed
                        + ".",
                    null);
              }
            });
  }

  private synchronized CompletableFuture<StatefulRedisConnection<String, byte[]>> connection() {
    if (closed) { // Whatever waits still must not connect again: nobody would close that.
      return CompletableFuture.failedFuture(new RedisException("The connection was closed."));
    }
    if (connecting == null
        || connecting.isCompletedExceptionally()
        || (connecting.isDone() && !connecting.join().isOpen())) {
      connecting = client.connectAsync(Redis.CODEC, host).toCompletableFuture();
    }
    return connecting;
  }

  /** Closes the connection; what waits fails. */
  synchronized void close() {
    closed = true;
    if (connecting != null) {
      var _ = connecting.thenCompose(StatefulRedisConnection::closeAsync);
    }
  }
}
