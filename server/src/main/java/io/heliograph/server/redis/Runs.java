package io.heliograph.server.redis;

import io.lettuce.core.RedisException;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;

/** Runs scripts, also those that Redis does not know or refuses for a moment. Thread-safe. */
final class Runs {

  // While a slot migrates, a script whose keys are on both sides is refused for a moment.
  private static final Duration RETRY_EVERY = Duration.ofMillis(20);
  private static final int MAX_RETRIES = 100;

  private final Redis redis;
  private final ConcurrentMap<Script, OrderedRuns> ordered = new ConcurrentHashMap<>();

  Runs(Redis redis) {
    this.redis = redis;
  }

  /** See {@link Redis#run}. */
  CompletableFuture<List<Object>> run(Script script, List<String> keys, byte[]... args) {
    var result = new CompletableFuture<List<Object>>();
    run(script, named(keys), args, result, MAX_RETRIES);
    return result;
  }

  /**
   * The keys of a script; one more in a Cluster, which never exists. While a slot migrates, a
   * Cluster executes a script that names one key on the side on which this key is, although other
   * keys, whose names the script composes, are still on the other side. A script that names several
   * keys is refused instead, until all are on one side.
   */
  private String[] named(List<String> keys) {
    return redis.sharded() && keys.size() == 1
        ? new String[] {keys.getFirst(), keys.getFirst() + ":none"}
        : keys.toArray(String[]::new);
  }

  private void run(
      Script script,
      String[] keys,
      byte[][] args,
      CompletableFuture<List<Object>> result,
      int retries) {
    var _ =
        send(script, keys, args, false)
            .exceptionallyCompose(
                failure ->
                    Redis.unwrapped(failure) instanceof RedisNoScriptException
                        ? send(script, keys, args, true)
                        : CompletableFuture.failedStage(failure))
            .whenComplete(
                (value, failure) -> {
                  if (failure == null) {
                    result.complete(value);
                  } else if (retries > 0 && mayRetry(Redis.unwrapped(failure))) {
                    CompletableFuture.delayedExecutor(RETRY_EVERY.toMillis(), TimeUnit.MILLISECONDS)
                        .execute(() -> run(script, keys, args, result, retries - 1));
                  } else {
                    result.completeExceptionally(failed(Redis.unwrapped(failure)));
                  }
                });
  }

  /** See {@link Redis#runInOrder}. */
  CompletableFuture<List<Object>> runInOrder(Script script, List<String> keys, byte[]... args) {
    return ordered
        .computeIfAbsent(
            script,
            _ -> new OrderedRuns((names, values, text) -> send(script, names, values, text)))
        .run(keys.toArray(String[]::new), args)
        .handle(
            (value, failure) -> {
              if (failure != null) {
                throw failed(Redis.unwrapped(failure));
              }
              return value;
            });
  }

  private CompletionStage<List<Object>> send(
      Script script, String[] keys, byte[][] args, boolean text) {
    RedisClusterAsyncCommands<String, byte[]> commands = redis.commands();
    if (commands == null) {
      return CompletableFuture.failedFuture(redis.unavailable(null));
    }
    try {
      return text
          ? commands.eval(script.text(), ScriptOutputType.MULTI, keys, args)
          : commands.evalsha(script.sha(), ScriptOutputType.MULTI, keys, args);
    } catch (RedisException | IllegalStateException e) { // The queue is full, or all is closed.
      return CompletableFuture.failedFuture(e);
    }
  }

  private RedisUnavailableException failed(Throwable failure) {
    if (failure instanceof RedisUnavailableException unavailable) {
      return unavailable; // There was no connection.
    }
    if (!Redis.isAnswer(failure)) {
      redis.suspect();
    }
    return redis.unavailable(failure);
  }

  /** Whether Redis has executed nothing of a command, and will soon. */
  private static boolean mayRetry(Throwable failure) {
    return String.valueOf(failure.getMessage()).startsWith("TRYAGAIN");
  }
}
