package io.heliograph.server.log.redis;

import io.heliograph.server.log.LogName;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Begins the appends to each log one after the other. A Redis Cluster redirects commands, and
 * refuses some for a moment while a slot migrates. A command that is sent again comes behind those
 * that were sent later. No method waits. Thread-safe.
 */
final class InOrder {

  // For each log whose appends have not all ended: these appends. The first one has begun.
  private final ConcurrentMap<LogName, Queue<Call<?>>> calls = new ConcurrentHashMap<>();

  private record Call<T>(Supplier<CompletableFuture<T>> begin, CompletableFuture<T> result) {}

  /**
   * Begins an append once those before it have ended. If one of these fails, this one fails in the
   * same way and is not begun: otherwise each of many would wait for a timeout of its own.
   */
  <T> CompletableFuture<T> add(LogName log, Supplier<CompletableFuture<T>> begin) {
    var call = new Call<>(begin, new CompletableFuture<T>());
    var first = new AtomicReference<@Nullable Call<T>>();
    calls.compute(
        log,
        (_, known) -> {
          first.set(known == null ? call : null);
          Queue<Call<?>> queue = known == null ? new ArrayDeque<>() : known;
          queue.add(call);
          return queue;
        });
    if (first.get() != null) {
      begin(log, call);
    }
    return call.result;
  }

  private <T> void begin(LogName log, Call<T> call) {
    var _ =
        CompletableFuture.completedFuture(call)
            .thenCompose(begun -> begun.begin.get()) // If it throws, the log must not wait forever.
            .whenComplete(
                (value, failure) -> {
                  if (failure == null) {
                    call.result.complete(value);
                    beginNext(log);
                  } else {
                    failAll(log, failure);
                  }
                });
  }

  private void beginNext(LogName log) {
    var next = new AtomicReference<@Nullable Call<?>>();
    calls.computeIfPresent(
        log,
        (_, queue) -> {
          queue.remove();
          next.set(queue.peek());
          return queue.isEmpty() ? null : queue;
        });
    Call<?> call = next.get();
    if (call != null) {
      begin(log, call);
    }
  }

  private void failAll(LogName log, Throwable failure) {
    Queue<Call<?>> failed = calls.remove(log);
    if (failed != null) {
      failed.forEach(call -> call.result.completeExceptionally(failure));
    }
  }
}
