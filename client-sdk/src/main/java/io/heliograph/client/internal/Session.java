package io.heliograph.client.internal;

import io.heliograph.client.Cause;
import io.heliograph.client.CloseReason;
import io.heliograph.client.Signal;
import io.heliograph.client.Subscription.State;
import io.heliograph.client.TimeSource;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/**
 * One stream over all its connections, as one sequence of signals that feeds every way of
 * consuming.
 *
 * <p>It has no thread: whoever asks for the next signal drives it, waits for the network, waits out
 * the backoff, starts the next attempt. So there is one order, and no hand-over to get wrong.
 * {@link #next} and {@link #fail} belong to one thread at a time; the rest is for any.
 */
public final class Session {
  // Named after the public package: that is the name that users look for.
  private static final System.Logger LOG = System.getLogger("io.heliograph.client");

  private final Settings settings;
  private final Ticks ticks;
  private final Network network;
  private final Request request;
  private final Consumer<Session> onOver;

  // Confined to the consumer.
  private final ArrayDeque<Signal> pending = new ArrayDeque<>(2);
  private long dueAt;
  private int failures;
  private long retryMillis = -1;
  private @Nullable String positionOnceDone;
  private @Nullable Cause endBy;

  // Written by the consumer, read by all.
  private volatile String position;
  private volatile State state = State.CONNECTING;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition closedEarly = lock.newCondition();
  // Written under the lock: who closes must see the attempt that the consumer has just begun.
  private volatile @Nullable Attempt attempt;
  private volatile @Nullable CloseReason closeReason;

  private final CountDownLatch openedOrOver = new CountDownLatch(1);
  private volatile boolean everOpen;

  /**
   * Begins the first attempt; nothing else happens until {@link #next} is called.
   *
   * @param onOver told once, by any thread, when the stream is over
   */
  public Session(
      Settings settings,
      Network network,
      Request request,
      String lastEventId,
      Consumer<Session> onOver) {
    this.settings = settings;
    this.ticks = settings.ticks();
    this.dueAt = ticks.now();
    this.network = network;
    this.request = request;
    this.position = lastEventId;
    this.onOver = onOver;
    begin();
  }

  /**
   * The next signal. Asking for it says that the one before is done with, and moves the position.
   *
   * @param timeout null to wait for as long as it takes
   * @return null if the time ran out or the stream is over
   */
  public @Nullable Signal next(@Nullable Duration timeout) throws InterruptedException {
    long deadline = timeout == null ? Ticks.NEVER : Ticks.MACHINE.in(timeout);
    acknowledge();
    Cause decided = endBy;
    if (decided != null) {
      endBy = null;
      end(decided, Responses.finality(decided));
    }
    while (closeReason == null) {
      Signal signal = pending.poll();
      if (signal == null) {
        signal = attempt == null ? whenDue(deadline) : fromNetwork(deadline);
      }
      if (signal != null) {
        return hand(signal);
      }
      if (pending.isEmpty() && deadline != Ticks.NEVER && Ticks.MACHINE.now() >= deadline) {
        return null;
      }
    }
    return null;
  }

  /**
   * The consumer failed with the signal it was given last, which is not done, then.
   *
   * @param last whether the stream ends by that; else it comes back to the place before the signal
   */
  public void fail(Throwable error, boolean last) {
    positionOnceDone = null;
    endBy = null;
    pending.clear();
    end(
        new Cause.HandlerFailed(error),
        last ? Optional.of(CloseReason.HANDLER_FAILED) : Optional.empty());
  }

  /** See {@code Subscription.close}. */
  public void close() {
    over(CloseReason.BY_CALLER);
  }

  /** See {@code Subscription.lastEventId}. */
  public String lastEventId() {
    return position;
  }

  /** See {@code Subscription.state}. */
  public State state() {
    return closeReason == null ? state : State.CLOSED;
  }

  /** Why it is over; null while it is not. */
  public @Nullable CloseReason closeReason() {
    return closeReason;
  }

  /** See {@code Subscription.awaitOpen}. */
  public boolean awaitOpen(Duration timeout) throws InterruptedException {
    return openedOrOver.await(timeout.toMillis(), TimeUnit.MILLISECONDS) && everOpen;
  }

  private void acknowledge() {
    String done = positionOnceDone;
    if (done != null) {
      positionOnceDone = null;
      position = done;
    }
  }

  /** Waits out the backoff and begins the next attempt; gives no signal. */
  private @Nullable Signal whenDue(long deadline) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (closeReason == null && ticks.now() < dueAt && Ticks.MACHINE.now() < deadline) {
        ticks.await(lock, closedEarly, TimeSource.Wait.RECONNECT, dueAt, deadline);
      }
    } finally {
      lock.unlock();
    }
    if (ticks.now() >= dueAt) {
      begin();
    }
    return null;
  }

  private void begin() {
    Attempt next = new Attempt(settings, position);
    lock.lock();
    try {
      if (closeReason != null) {
        return;
      }
      attempt = next;
    } finally {
      lock.unlock();
    }
    state = State.CONNECTING;
    next.start(network.eventSources(), resuming(request, position));
  }

  private static Request resuming(Request request, String position) {
    if (position.isEmpty()) {
      return request;
    }
    // An id may be any text: the standard sends it as UTF-8.
    return request
        .newBuilder()
        .headers(
            request
                .headers()
                .newBuilder()
                .removeAll("Last-Event-ID")
                .addUnsafeNonAscii("Last-Event-ID", position)
                .build())
        .build();
  }

  private @Nullable Signal fromNetwork(long deadline) throws InterruptedException {
    Attempt current = attempt;
    if (current == null) {
      return null;
    }
    switch (current.take(deadline)) {
      case Attempt.Item.Seen(Signal signal) -> {
        return signal;
      }
      case Attempt.Item.Ended(Cause cause) -> end(cause, Responses.finality(cause));
      case null -> {
        if (!current.isOpen() && ticks.now() >= current.deadline()) {
          // Even a look-up that cannot be cancelled is left behind here.
          Cause cause = current.timeout();
          end(cause, Responses.finality(cause));
        }
      }
    }
    return null;
  }

  /** Decides what follows the end of a connection; the signals that say so wait to be taken. */
  private void end(Cause cause, Optional<CloseReason> finality) {
    Attempt ended = attempt;
    if (ended != null) {
      ended.cancel();
      attempt = null;
      if (ended.retryMillis() >= 0) {
        retryMillis = ended.retryMillis();
      }
      failures = ended.wasStableFor(settings.reconnect().stableAfter()) ? 1 : failures + 1;
      pending.add(new Signal.Disconnected(cause));
    }
    if (finality.isEmpty() && failures > settings.reconnect().maxFailures()) {
      finality = Optional.of(CloseReason.GAVE_UP);
    }
    if (finality.isPresent()) {
      pending.add(new Signal.Closed(finality.get(), cause));
      return;
    }
    Duration delay = delayAfter(cause);
    pending.add(new Signal.Reconnecting(failures, delay));
    // Who reads only events would see nothing at all of a wrong port, for ever.
    LOG.log(
        failures == 1 && !everOpen ? System.Logger.Level.WARNING : System.Logger.Level.DEBUG,
        () ->
            request.url().redact()
                + ": "
                + cause.describe()
                + "; next attempt in "
                + delay.toMillis()
                + " ms");
  }

  private Duration delayAfter(Cause cause) {
    Duration floor = Responses.floor(Duration.ofMillis(Math.max(0, retryMillis)));
    if (cause instanceof Cause.HttpStatus status
        && status.retryAfter().isPresent()
        && status.retryAfter().get().compareTo(floor) > 0) {
      floor = status.retryAfter().get();
    }
    return settings.reconnect().delay(failures, ThreadLocalRandom.current().nextDouble(), floor);
  }

  /** What a signal means for the stream itself, at the moment when the consumer gets it. */
  private Signal hand(Signal signal) {
    switch (signal) {
      case Signal.Message message -> positionOnceDone = message.event().lastEventId();
      case Signal.Positioned positioned -> positionOnceDone = positioned.lastEventId();
      case Signal.Opened opened -> {
        state = State.OPEN;
        everOpen = true;
        openedOrOver.countDown();
      }
      case Signal.Closing closing ->
          endBy = new Cause.ServerClosing(closing.reason(), closing.reconnect());
      case Signal.Reconnecting reconnecting -> {
        state = State.WAITING;
        dueAt = ticks.in(reconnecting.delay());
      }
      case Signal.Closed closed -> over(closed.reason());
      default -> {
        // Says something to the consumer only.
      }
    }
    return signal;
  }

  private void over(CloseReason reason) {
    Attempt current;
    lock.lock();
    try {
      if (closeReason != null) {
        return;
      }
      closeReason = reason;
      current = attempt;
      closedEarly.signalAll();
    } finally {
      lock.unlock();
    }
    openedOrOver.countDown();
    if (current != null) {
      current.cancel();
    }
    onOver.accept(this);
  }
}
