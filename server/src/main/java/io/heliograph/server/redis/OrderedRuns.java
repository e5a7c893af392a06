package io.heliograph.server.redis;

import io.lettuce.core.RedisException;
import io.lettuce.core.RedisNoScriptException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Runs of one script on one connection, executed in the order of the calls, also when Redis has
 * forgotten the script. A run that was refused must be sent again, behind those that were sent
 * after it. Therefore nothing more is sent until all that is under way has been answered; then what
 * was refused and what has waited is sent in the order of the calls. Thread-safe; no method waits.
 */
final class OrderedRuns {

  /** Sends a run; fails in the stage only. */
  interface Sender {

    /**
     * Sends a run.
     *
     * @param text whether with the text of the script, which Redis then knows
     */
    CompletionStage<List<Object>> send(String[] keys, byte[][] args, boolean text);
  }

  private final Sender sender;

  // Guarded by the monitor: what was refused or came since, by the number of the call.
  private final TreeMap<Long, Call> waiting = new TreeMap<>();
  private boolean forgotten;
  private int underWay;
  private long calls;

  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Call(
      long number, String[] keys, byte[][] args, CompletableFuture<List<Object>> result) {}

  private record Sent(Call call, CompletionStage<List<Object>> answer) {}

  OrderedRuns(Sender sender) {
    this.sender = sender;
  }

  /**
   * Runs the script.
   *
   * @return fails if Redis has forgotten the script, but knew it again for a later call with the
   *     same first key: this one would come behind that one
   */
  CompletableFuture<List<Object>> run(String[] keys, byte[][] args) {
    Call call;
    synchronized (this) {
      call = new Call(++calls, keys, args, new CompletableFuture<>());
      if (forgotten) {
        waiting.put(call.number, call);
        return call.result;
      }
      underWay++;
    }
    await(new Sent(call, sender.send(keys, args, false)));
    return call.result;
  }

  private void await(Sent sent) {
    var _ = sent.answer.whenComplete((value, failure) -> answered(sent.call, value, failure));
  }

  private void answered(Call call, List<Object> value, @Nullable Throwable failure) {
    boolean refused = failure != null && Redis.unwrapped(failure) instanceof RedisNoScriptException;
    List<Call> overtaken = List.of();
    synchronized (this) {
      underWay--;
      if (refused) {
        forgotten = true;
        waiting.put(call.number, call);
      } else if (forgotten) {
        overtaken = removeOvertaken(call);
      }
    }
    if (failure == null) {
      call.result.complete(value);
    } else if (!refused) {
      call.result.completeExceptionally(failure);
    }
    for (Call each : overtaken) {
      each.result.completeExceptionally(
          new RedisException("a script was forgotten, and a later call was executed"));
    }
    sendAgain();
  }

  private List<Call> removeOvertaken(Call by) {
    var overtaken = new ArrayList<Call>();
    Iterator<Call> before = waiting.headMap(by.number).values().iterator();
    while (before.hasNext()) {
      Call each = before.next();
      if (each.keys[0].equals(by.keys[0])) {
        before.remove();
        overtaken.add(each);
      }
    }
    return overtaken;
  }

  private void sendAgain() {
    var sent = new ArrayList<Sent>();
    synchronized (this) {
      if (!forgotten || underWay > 0) {
        return;
      }
      // In the monitor, so that no later call is sent before. With the first one, Redis learns the
      // script.
      for (Call call : waiting.values()) {
        sent.add(new Sent(call, sender.send(call.keys, call.args, sent.isEmpty())));
      }
      underWay = sent.size();
      waiting.clear();
      forgotten = false;
    }
    sent.forEach(this::await);
  }
}
