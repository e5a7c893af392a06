package io.heliograph.server.cluster;

import io.heliograph.server.log.LogUnavailableException;
import io.heliograph.server.redis.RedisUnavailableException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Arguments and results of scripts. */
final class Calls {

  // Above the time after which a command fails by itself, also if it was redirected.
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private Calls() {}

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static byte[] bytes(long number) {
    return bytes(Long.toString(number));
  }

  static String text(Object bytes) {
    return new String((byte[]) bytes, StandardCharsets.UTF_8);
  }

  @SuppressWarnings("unchecked") // What Redis#run promises of lists in lists.
  static List<Object> list(Object list) {
    return (List<Object>) list;
  }

  /**
   * Waits for a result.
   *
   * @throws LogUnavailableException if Redis did not confirm the call
   */
  static <T> T await(CompletableFuture<T> result) {
    try {
      return result.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RedisUnavailableException unavailable) {
        throw new LogUnavailableException(unavailable.getMessage() + ". Retry later.");
      }
      throw new IllegalStateException("a call of Redis failed", e.getCause());
    } catch (TimeoutException e) {
      throw new LogUnavailableException(
          "Redis did not answer within " + PATIENCE.toSeconds() + " s. Retry later.");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LogUnavailableException("The server is stopping.");
    }
  }
}
