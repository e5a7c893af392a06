package io.heliograph.client.internal.session;

import io.heliograph.client.AttemptReport;
import io.heliograph.client.Cause;
import io.heliograph.client.CloseReason;
import io.heliograph.client.Event;
import io.heliograph.client.Signal;
import io.heliograph.client.StreamStats;
import io.heliograph.client.Subscription.State;
import io.heliograph.client.TimeSource;
import io.heliograph.client.TokenProvider;
import io.heliograph.client.internal.base.Ticks;
import io.heliograph.client.internal.http.Responses;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
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
  /** Says that a thread is let go; no signal of any stream. */
  private static final Signal IDLE = new Signal.Comment("idle");

  private final Settings settings;
  private final Ticks ticks;
  private final Network network;
  private final StreamPlan plan;
  private final Consumer<Session> onOver;
  private final Progress progress;
  private final Telling telling;
  // Null where no token is sent, or the stream must not be opened anew.
  private final @Nullable TokenRenewal renewal;

  // Confined to the consumer.
  private final ArrayDeque<Signal> pending = new ArrayDeque<>(2);
  private final Comeback comeback;
  private long dueAt;
  private @Nullable Cause endBy;
  // The signal in hand is the last event that the caller wants.
  private boolean completed;
  // The server ended the last connection with its token: a cached one will not do.
  private boolean tokenEnded;
  // Paused without a word of what comes next; the resumption says it.
  private boolean away;
  // When the latest signal from the network was read; 0 without an observer.
  private long readAt;

  // Written by the consumer, read by all.
  private volatile State state = State.CONNECTING;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // Written under the lock: who closes must see the attempt that the consumer has just begun.
  private volatile @Nullable Attempt attempt;
  private volatile @Nullable CloseReason closeReason;
  // Guarded by the lock: what other threads want of the consumer.
  private boolean paused;
  private boolean hurry;
  // Written under the lock: the consumer takes the lock only if it is wanted for something.
  private volatile boolean wanted;
  private @Nullable Attempt unwanted;
  private Cause unwantedBy = new Cause.ByCaller();
  private @Nullable String nextToken;

  private final CountDownLatch openedOrOver = new CountDownLatch(1);
  private volatile boolean everOpen;
  private volatile Runnable whenOver = () -> {};

  /**
   * Begins the first attempt; nothing else happens until {@link #next} is called.
   *
   * @param onOver told once, by any thread, when the stream is over
   */
  public Session(Settings settings, Network network, StreamPlan plan, Consumer<Session> onOver) {
    this.settings = settings;
    this.ticks = settings.ticks();
    this.dueAt = ticks.now();
    this.network = network;
    this.plan = plan;
    this.telling = new Telling(plan.name(), settings.observer());
    this.progress =
        new Progress(settings.ackMode(), settings.resumeStore(), plan.name(), plan.lastEventId());
    TokenProvider tokens = settings.tokens();
    this.renewal =
        tokens == null || !plan.mayRepeat() ? null : new TokenRenewal(tokens, this::renewed);
    this.comeback = new Comeback(settings.reconnect(), plan.requests().size());
    this.onOver = onOver;
    begin();
  }

  /**
   * The next signal. Asking for it says that the one before is done with.
   *
   * @param timeout null to wait for as long as it takes
   * @return null if the time ran out or the stream is over
   */
  public @Nullable Signal next(@Nullable Duration timeout) throws InterruptedException {
    return next(timeout == null ? Ticks.NEVER : Ticks.MACHINE.in(timeout), null);
  }

  /**
   * The same, but it does not hold on to the thread while the stream is open and silent: most
   * streams are, most of the time, and a thread costs more than all the rest of a stream.
   *
   * @param whenNotIdle run once, by any thread, when this is to be called again
   * @return a signal that {@link #isIdle} if the thread is let go; the task may run at once, so the
   *     caller must not touch the session any more
   */
  public @Nullable Signal nextUnlessIdle(Runnable whenNotIdle) throws InterruptedException {
    return next(Ticks.NEVER, whenNotIdle);
  }

  /** Whether that says that the thread is let go, and is no signal. */
  @SuppressWarnings("ReferenceEquality") // A comment with the same text is a signal.
  public static boolean isIdle(Signal signal) {
    return signal == IDLE;
  }

  private @Nullable Signal next(long deadline, @Nullable Runnable whenNotIdle)
      throws InterruptedException {
    progress.done();
    telling.handled();
    Cause decided = endBy;
    if (decided != null) {
      endBy = null;
      end(decided, completed ? Optional.of(CloseReason.COMPLETED) : Responses.finality(decided));
    }
    while (closeReason == null) {
      if (pending.isEmpty()) {
        obey();
      }
      Signal signal = pending.poll();
      if (signal == null) {
        signal = attempt == null ? whenDue(deadline) : fromNetwork(deadline, whenNotIdle);
      }
      if (signal != null) {
        return isIdle(signal) ? signal : hand(signal);
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
    notDone();
    endBy = null;
    completed = false;
    pending.clear();
    end(
        new Cause.HandlerFailed(error),
        last ? Optional.of(CloseReason.HANDLER_FAILED) : Optional.empty());
  }

  /** The signal that the consumer was given last is not done, and does not move the position. */
  public void notDone() {
    telling.passedOver();
    progress.failed();
  }

  /** The consumer failed with the signal it was given last, which counts as done all the same. */
  public void passOver() {
    telling.passedOver();
  }

  /**
   * What else to run when the stream is over; by any thread. Who sets it late must look at {@link
   * #closeReason} afterwards.
   */
  public void whenOver(Runnable task) {
    whenOver = task;
  }

  /** See {@code Subscription.close}. */
  public void close() {
    over(CloseReason.BY_CALLER);
  }

  /** See {@code Subscription.acknowledge}. */
  public void acknowledge(Event event) {
    progress.acknowledge(event);
  }

  /** See {@code Subscription.restart}; ends a pause, too. */
  public void restart() {
    lock.lock();
    try {
      paused = false;
      hurry = true;
      drop(attempt, new Cause.ByCaller());
    } finally {
      lock.unlock();
    }
  }

  /** See {@code Subscription.pause}. */
  public void pause() {
    lock.lock();
    try {
      paused = true;
      hurry = false;
      drop(attempt, new Cause.ByCaller());
    } finally {
      lock.unlock();
    }
  }

  /** See {@code Subscription.resume}. */
  public void resume() {
    lock.lock();
    try {
      if (paused) {
        paused = false;
        hurry = true;
        wanted = true;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** See {@code Subscription.lastEventId}. */
  public String lastEventId() {
    return progress.position();
  }

  /** See {@code Subscription.state}. */
  public State state() {
    return closeReason == null ? state : State.CLOSED;
  }

  /** Why it is over; null while it is not. */
  public @Nullable CloseReason closeReason() {
    return closeReason;
  }

  /** See {@code Subscription.stats}. */
  public StreamStats stats() {
    return telling.stats();
  }

  /** See {@code Subscription.attempts}. */
  public List<AttemptReport> attempts() {
    return telling.attempts();
  }

  /** See {@code Subscription.awaitOpen}. */
  public boolean awaitOpen(Duration timeout) throws InterruptedException {
    return openedOrOver.await(Ticks.nanos(timeout), TimeUnit.NANOSECONDS) && everOpen;
  }

  /** Wants the consumer to leave an attempt. The lock is held. */
  private void drop(@Nullable Attempt current, Cause cause) {
    unwanted = current;
    unwantedBy = cause;
    wanted = true;
    if (current != null) {
      current.cancel(); // Wakes the consumer that waits for it.
    }
    changed.signalAll();
  }

  /** Does what other threads want. */
  private void obey() {
    if (!wanted) {
      return;
    }
    Cause cause;
    lock.lock();
    try {
      wanted = false;
      Attempt current = attempt;
      boolean now = hurry;
      boolean drop = current != null && current == unwanted;
      hurry = false;
      unwanted = null;
      if (current == null && now) {
        comeback.startOver();
        dueAt = ticks.now();
      }
      if (!drop) {
        return;
      }
      cause = unwantedBy;
    } finally {
      lock.unlock();
    }
    end(cause, Optional.empty());
  }

  /** Waits out the backoff, or a pause, and begins the next attempt. */
  private @Nullable Signal whenDue(long deadline) throws InterruptedException {
    boolean due;
    lock.lockInterruptibly();
    try {
      while (closeReason == null
          && !hurry
          && (paused || ticks.now() < dueAt)
          && Ticks.MACHINE.now() < deadline) {
        state = paused ? State.PAUSED : State.WAITING;
        ticks.await(
            lock, changed, TimeSource.Wait.RECONNECT, paused ? Ticks.NEVER : dueAt, deadline);
      }
      due = closeReason == null && !paused && !hurry && ticks.now() >= dueAt;
    } finally {
      lock.unlock();
    }
    if (due && away) {
      away = false;
      return new Signal.Reconnecting(0, Duration.ZERO);
    }
    if (due) {
      begin();
    }
    return null;
  }

  private void begin() {
    Request request = plan.requests().get(comeback.endpoint());
    progress.startsOver();
    String position = progress.position();
    Attempt next;
    lock.lock();
    try {
      if (closeReason != null || paused) {
        return; // Since whenDue() looked.
      }
      var token = new FirstToken(nextToken, tokenEnded);
      next = new Attempt(settings, telling, telling.begun(), request, position, token);
      nextToken = null;
      tokenEnded = false;
      attempt = next;
      telling.underWay(next);
    } finally {
      lock.unlock();
    }
    state = State.CONNECTING;
    telling.started(next);
    next.start(network.calls(), resuming(request, position));
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

  private @Nullable Signal fromNetwork(long deadline, @Nullable Runnable whenNotIdle)
      throws InterruptedException {
    Attempt current = attempt;
    if (current == null) {
      return null;
    }
    Signal signal = current.poll();
    if (signal == null && current.end() == null) {
      if (whenNotIdle != null && current.leave(whenNotIdle)) {
        return IDLE;
      }
      signal = current.take(deadline);
    }
    if (signal != null) {
      readAt = current.readAt();
      return signal;
    }
    Cause gone = current.end();
    if (gone != null) {
      end(gone, Responses.finality(gone));
    } else if (!current.isOpen() && ticks.now() >= current.deadline()) {
      // Even a look-up that cannot be cancelled is left behind here.
      Cause cause = current.timeout();
      end(cause, Responses.finality(cause));
    }
    return null;
  }

  /** Decides what follows the end of a connection; the signals that say so wait to be taken. */
  private void end(Cause cause, Optional<CloseReason> finality) {
    boolean planned = cause instanceof Cause.ByCaller || cause instanceof Cause.TokenExpiring;
    boolean sent = false;
    Attempt ended;
    lock.lock();
    try {
      if (closeReason != null) {
        return; // Whoever closed the stream has ended the attempt, too.
      }
      ended = attempt;
      attempt = null;
    } finally {
      lock.unlock();
    }
    if (ended != null) {
      tokenEnded =
          cause instanceof Cause.ServerClosing closing && closing.reason().equals("token-expired");
      ended.cancel();
      sent = ended.requestWasSent();
      comeback.ended(ended, cause);
      telling.ended(ended, cause);
      pending.add(new Signal.Disconnected(cause));
      if (renewal != null) {
        renewal.forget();
      }
    }
    boolean once = sent && !plan.mayRepeat();
    if (planned && !once && finality.isEmpty()) {
      startAnew();
      return;
    }
    Signal next = comeback.after(ended, cause, finality, once);
    pending.add(next);
    if (next instanceof Signal.Reconnecting reconnecting && reconnecting.failures() > 0) {
      telling.failed(ended, cause, reconnecting);
    }
  }

  private void startAnew() {
    comeback.startOver();
    dueAt = ticks.now();
    boolean stayAway;
    lock.lock();
    try {
      stayAway = paused;
    } finally {
      lock.unlock();
    }
    away = stayAway;
    if (!stayAway) {
      pending.add(new Signal.Reconnecting(0, Duration.ZERO));
    }
  }

  /** False if the caller's condition failed: that ends the stream, before the event. */
  private boolean decideLast(Event event) {
    Predicate<Event> until = plan.until();
    try {
      if (until != null && until.test(event)) {
        completed = true;
        endBy = new Cause.ByCaller();
      }
      return true;
    } catch (Throwable e) { // As with a listener: whatever it throws.
      end(new Cause.HandlerFailed(e), Optional.of(CloseReason.HANDLER_FAILED));
      return false;
    }
  }

  /** What a signal means for the stream itself, at the moment when the consumer gets it. */
  private Signal hand(Signal signal) {
    if (signal instanceof Signal.Message message && !decideLast(message.event())) {
      return hand(pending.remove());
    }
    progress.handed(signal);
    Attempt current = attempt;
    if (signal instanceof Signal.Opened) {
      state = State.OPEN;
      everOpen = true;
    } else if (signal instanceof Signal.Expiring expiring) {
      if (current != null && renewal != null) {
        renewal.begin(expiring.in(), current);
      }
    } else if (signal instanceof Signal.Closing closing) {
      endBy = new Cause.ServerClosing(closing.reason(), closing.reconnect());
    } else if (signal instanceof Signal.Reconnecting reconnecting) {
      state = State.WAITING;
      dueAt = ticks.in(reconnecting.delay());
    } else if (signal instanceof Signal.Closed closed) {
      over(closed.reason());
    } // Others say something to the consumer only.
    telling.handed(signal, current, readAt);
    if (signal instanceof Signal.Opened) {
      openedOrOver.countDown(); // Who waits for it may ask for figures next.
    }
    return signal;
  }

  /** Has the stream opened anew with the token that was asked for because of this attempt. */
  private void renewed(String token, Attempt of) {
    lock.lock();
    try {
      if (attempt == of && !token.equals(of.token())) {
        nextToken = token;
        drop(of, new Cause.TokenExpiring());
      }
    } finally {
      lock.unlock();
    }
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
      attempt = null;
      if (renewal != null) {
        renewal.close();
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    openedOrOver.countDown();
    if (current != null) {
      current.cancel();
    }
    telling.over(current, reason);
    onOver.accept(this);
    whenOver.run();
  }
}
