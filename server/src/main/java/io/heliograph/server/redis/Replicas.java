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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Waits until the replicas of one primary have what was written to it. On a connection of its own,
 * because {@code WAIT} blocks all commands behind it; and for all writers at once, because {@code
 * WAIT} covers what was written before. Thread-safe.
 */
final class Replicas {

  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final Pattern LINEAGE = Pattern.compile("master_replid:(\\w+)");
  private static final SetArgs SHORT = SetArgs.Builder.ex(60);

  private final RedisClient client;
  private final RedisURI host;
  private final String mark;
  private final int needed;

  // Guarded by the monitor.
  private @Nullable CompletableFuture<StatefulRedisConnection<String, byte[]>> connecting;
  private @Nullable CompletableFuture<String> waiting;
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

  /**
   * Completes when the replicas have all that was written to this primary before this call.
   *
   * @param lineage see {@link Redis#replicated}
   */
  CompletableFuture<Void> confirmed(String lineage) {
    return confirmed()
        .thenAccept(
            found -> {
              if (!found.startsWith(lineage)) {
                throw new RedisUnavailableException(
                    "Another server of Redis took over during the write, and may not have it.",
                    null);
              }
            });
  }

  /** The result is the lineage of the primary. */
  private synchronized CompletableFuture<String> confirmed() {
    if (waiting == null) {
      waiting = new CompletableFuture<>();
    }
    CompletableFuture<String> mine = waiting;
    if (!running) {
      next();
    }
    return mine;
  }

  private synchronized void next() {
    CompletableFuture<String> round = waiting;
    waiting = null;
    running = round != null;
    if (round != null) {
      var _ =
          connection()
              .thenCompose(this::await)
              .whenComplete(
                  (lineage, failure) -> {
                    if (failure == null) {
                      round.complete(lineage);
                    } else {
                      round.completeExceptionally(failure);
                    }
                    next();
                  });
    }
  }

  private CompletionStage<String> await(StatefulRedisConnection<String, byte[]> connection) {
    RedisAsyncCommands<String, byte[]> commands = connection.async();
    // If it is refused, such as by a full Redis, the wait is about what was written before.
    CompletionStage<String> written = commands.set(mark, new byte[0], SHORT);
    CompletionStage<String> lineage =
        commands.info("replication").thenCombine(written, (info, _) -> lineage(info));
    return commands
        .waitForReplication(needed, PATIENCE.toMillis())
        .thenCombine(
            lineage,
            (confirmed, replid) -> {
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
              return replid;
            });
  }

  private static String lineage(String info) {
    Matcher found = LINEAGE.matcher(info);
    return found.find() ? found.group(1) : "-"; // As the scripts say it.
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
