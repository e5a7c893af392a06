package io.heliograph.client;

import io.heliograph.client.internal.base.Threads;
import io.heliograph.client.internal.base.Ticks;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Publishes what several threads publish at once in one request.
 *
 * <p>A caller that finds no request under way sends its event alone and at once, on its own thread:
 * a program with one publishing thread never waits. A caller that finds one waits until it is over,
 * but for at most 2 ms; then everything that waits goes out in one batch, on a thread of this
 * library, so that no caller's interrupt ends the request of another. The slower the server, the
 * larger the batches.
 *
 * <p>Where four callers or more publish at once, a batch waits until most of them have joined, but
 * for at most 1 ms: for the server, a request costs several times what an event costs.
 *
 * <p>Each caller gets the result of its own event. Where a batch says nothing final about an event
 * that was not published, its caller sends it alone, in the time that is left. Where the server
 * does not know whether it published an event, the batch is sent again under its key, which
 * publishes nothing twice.
 */
final class Coalescing {
  static final Duration MAX_WAIT = Duration.ofMillis(2);

  /** Before a batch is sent again; for single events, the server asks for 2 s. */
  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** With fewer callers at once, a pause would cost more than it saves. */
  private static final int MANY = 4;

  // A larger event takes its time on the way, and small ones would wait for it.
  private static final int MAX_CHARS = 16 * 1024;

  /** Publishes one event in a request of its own. */
  interface Alone {
    /** Blocks for no longer than the span. */
    PublishResult.Accepted publish(Duration within);
  }

  /** Sends requests. */
  interface Sender {
    /** The token that a request begun now would have; null where none is sent. */
    @Nullable String token();

    /** Blocks for no longer than the span until there are results, one for each item. */
    List<PublishResult> send(Batch batch, @Nullable String token, Duration within);
  }

  /** An event whose caller waits. */
  private static final class Waiting {
    final Publication item;
    final String line;
    final @Nullable String token;
    final long since = Ticks.MACHINE.now();
    final long end;
    // Guarded by the lock.
    boolean sent;
    final CompletableFuture<PublishResult> answer = new CompletableFuture<>();

    Waiting(Publication item, String line, @Nullable String token, long end) {
      this.item = item;
      this.line = line;
      this.token = token;
      this.end = end;
    }
  }

  private final Sender sender;
  private final Duration patience;
  private final long maxWait;
  private final long maxPause;

  private final ReentrantLock lock = new ReentrantLock();
  // All guarded by the lock. No more can wait than there are threads that publish.
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
  private int underWay;
  // The callers now, and about the most that there were lately.
  private int callers;
  private int most;

  // The server has no route for batches.
  private volatile boolean off;

  /**
   * Nothing is under way.
   *
   * @param patience of each caller
   * @param maxWait before an event is sent, whatever is under way; for others to join, half of it
   */
  Coalescing(Sender sender, Duration patience, Duration maxWait) {
    this.sender = sender;
    this.patience = patience;
    this.maxWait = maxWait.toNanos();
    this.maxPause = maxWait.toNanos() / 2;
  }

  /**
   * Publishes one event that has no key of its own: the server knows one key for a request.
   *
   * @param trace the {@code traceparent} of this event; null for none
   */
  PublishResult.Accepted publish(Publication item, @Nullable String trace, Alone alone) {
    if (off || item.event().dataJson().length() > MAX_CHARS) {
      return alone.publish(patience);
    }
    boolean first = enter();
    try {
      if (first) {
        return alone(alone);
      }
      // Asked on the caller's thread, like that of any request: it may depend on the caller.
      String token = sender.token();
      var mine = new Waiting(item, Batch.line(item, trace), token, Ticks.MACHINE.in(patience));
      return join(mine) ? together(mine, alone) : alone(alone);
    } finally {
      leave();
    }
  }

  /** True if the caller's own request begins, and nobody waits. */
  private boolean enter() {
    lock.lock();
    try {
      callers++;
      most = Math.max(most, callers);
      return beginAlone();
    } finally {
      lock.unlock();
    }
  }

  private void leave() {
    lock.lock();
    try {
      callers--;
      if (callers == 0) {
        most /= 2;
      }
    } finally {
      lock.unlock();
    }
  }

  /** False if nothing is under way any more: then the caller's own begins. */
  private boolean join(Waiting mine) {
    lock.lock();
    try {
      if (beginAlone()) {
        return false;
      }
      waiting.add(mine);
      if (underWay == 0 && areEnough()) {
        sendWaiting();
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** The lock is held. */
  private boolean beginAlone() {
    if (underWay > 0 || !waiting.isEmpty() || most >= MANY) {
      return false;
    }
    underWay++;
    return true;
  }

  /** Whether a batch is worth its request. The lock is held. */
  private boolean areEnough() {
    return waiting.size() >= (most < MANY ? 1 : most * 3 / 4);
  }

  private PublishResult.Accepted alone(Alone alone) {
    try {
      return alone.publish(patience);
    } finally {
      over();
    }
  }

  /** A request is over: what waits goes next. */
  private void over() {
    lock.lock();
    try {
      underWay--;
      Waiting oldest = waiting.peek();
      if (oldest != null && (areEnough() || Ticks.MACHINE.now() - oldest.since >= maxPause)) {
        sendWaiting();
      }
    } finally {
      lock.unlock();
    }
  }

  private PublishResult.Accepted together(Waiting mine, Alone alone) {
    PublishException failure;
    boolean again;
    try {
      PublishResult result = await(mine);
      if (result instanceof PublishResult.Accepted accepted) {
        return accepted;
      }
      var refused = (PublishResult.Refused) result; // Of one user there is one result.
      failure = Batch.refusal(refused);
      // Alone it would have another key, and might be published twice.
      again = isTemporary(refused.status()) && !failure.mayHaveHappened();
    } catch (PublishException e) {
      failure = e;
      again = isRefusalOfTheBatch(e);
    }
    Duration left = Duration.ofNanos(mine.end - Ticks.MACHINE.now());
    if (!again || left.compareTo(Duration.ofMillis(1)) < 0) {
      throw failure;
    }
    return alone.publish(left);
  }

  /** Such as by a proxy that takes no body of this size, or because the token must be renewed. */
  private static boolean isRefusalOfTheBatch(PublishException e) {
    return switch (e.status()) {
      case 408, 425, 429 -> false; // It was sent again for as long as there was time.
      default -> e.status() >= 400 && e.status() < 500 && !e.mayHaveHappened();
    };
  }

  private static boolean isTemporary(int status) {
    return switch (status) {
      case 401, 408, 425, 429, 502, 503, 504 -> true;
      default -> false;
    };
  }

  private PublishResult await(Waiting mine) {
    try {
      if (!isDoneWithin(mine, maxPause)) {
        sendIfWaiting(mine, false);
        if (!isDoneWithin(mine, maxWait - maxPause)) {
          sendIfWaiting(mine, true);
        }
      }
      return mine.answer.get(Math.max(0, mine.end - Ticks.MACHINE.now()), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw copy(e.getCause());
    } catch (TimeoutException e) {
      throw gaveUp(mine, "no response within " + patience, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw gaveUp(mine, "interrupted", e);
    }
  }

  private static boolean isDoneWithin(Waiting mine, long nanos) throws InterruptedException {
    try {
      mine.answer.get(nanos, TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      return true;
    }
  }

  /** Each caller gets an exception with its own stack. */
  private static RuntimeException copy(@Nullable Throwable error) {
    if (error instanceof PublishException e) {
      return new PublishException(
          String.valueOf(e.getMessage()), e.status(), e.type(), e.detail(), e.mayHaveHappened(), e);
    }
    return new IllegalStateException("publishing failed: " + error, error);
  }

  private PublishException gaveUp(Waiting mine, String why, Exception cause) {
    lock.lock();
    try {
      boolean sent = !waiting.remove(mine);
      return new PublishException(
          sent
              ? why + ". The server may or may not have executed the call"
              : why + ". Nothing was sent",
          0,
          "",
          why,
          sent,
          cause);
    } finally {
      lock.unlock();
    }
  }

  /** How many events wait for a request under way. */
  int waiting() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }

  /**
   * It has waited for long enough.
   *
   * @param anyway whatever is under way
   */
  private void sendIfWaiting(Waiting mine, boolean anyway) {
    lock.lock();
    try {
      if (!mine.sent && (anyway || underWay == 0)) {
        sendWaiting();
      }
    } finally {
      lock.unlock();
    }
  }

  /** The lock is held. */
  private void sendWaiting() {
    most = Math.max(callers, most - Math.max(1, most / 4));
    while (!waiting.isEmpty()) {
      var batch = new Batch();
      var those = new ArrayList<Waiting>();
      String token = waiting.element().token;
      Waiting next = waiting.peek();
      while (next != null
          && Objects.equals(next.token, token)
          && batch.addLine(next.item, next.line)) {
        next.sent = true;
        those.add(waiting.remove());
        next = waiting.peek();
      }
      try {
        Threads.startShort("heliograph-publish", () -> send(batch, those));
        underWay++; // The thread cannot be over before: it needs the lock for that.
      } catch (Throwable e) { // No memory for a thread.
        those.forEach(each -> each.answer.completeExceptionally(e));
      }
    }
  }

  @SuppressWarnings("InterruptedExceptionSwallowed") // Nobody interrupts this library's threads.
  private void send(Batch batch, List<Waiting> those) {
    List<PublishResult> results = List.of();
    try {
      results = sendOnce(batch, those);
      while (isUnknownToSome(results) && left(those) > PAUSE.toNanos()) {
        tell(results, those, false);
        Thread.sleep(PAUSE.toMillis());
        results = sendOnce(batch, those);
      }
      tell(results, those, true);
    } catch (Throwable e) { // Whatever it is: those who wait must learn of it.
      if (e instanceof PublishException failure && hasNoRoute(failure)) {
        off = true;
      }
      tell(results, those, true);
      those.forEach(each -> each.answer.completeExceptionally(e));
    } finally {
      over();
    }
  }

  private List<PublishResult> sendOnce(Batch batch, List<Waiting> those) {
    return sender.send(batch, those.get(0).token, Duration.ofNanos(Math.max(1, left(those))));
  }

  /** How long the one that has waited longest will wait yet, in nanoseconds. */
  private static long left(List<Waiting> those) {
    return those.get(0).end - Ticks.MACHINE.now();
  }

  private static boolean isUnknownToSome(List<PublishResult> results) {
    return results.stream().anyMatch(Batch::isUnknown);
  }

  /** The first that each one hears counts. */
  private static void tell(List<PublishResult> results, List<Waiting> those, boolean all) {
    for (int i = 0; i < results.size(); i++) {
      PublishResult result = results.get(i);
      if (all || !Batch.isUnknown(result)) {
        those.get(i).answer.complete(result);
      }
    }
  }

  /** Another server, or a proxy that lets only some paths through. */
  private static boolean hasNoRoute(PublishException failure) {
    return switch (failure.status()) {
      case 404, 405, 415 -> !failure.mayHaveHappened();
      default -> false;
    };
  }
}
