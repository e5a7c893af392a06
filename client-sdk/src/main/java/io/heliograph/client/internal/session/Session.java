package io.heliograph.client.internal.session;

import io.heliograph.client.AttemptReport;
import io.heliograph.client.Cause;
import io.heliograph.client.CloseReason;
import io.heliograph.client.Event;
import io.heliograph.client.Signal;
import io.heliograph.client.StreamStats;
import io.heliograph.client.Subscription.State;
import io.heliograph.client.TokenProvider;
import io.heliograph.client.internal.base.Ticks;
import io.heliograph.client.internal.http.Responses;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
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

  private final Control control;

  // Confined to the consumer.
  // Null before a first attempt has ended.
  private @Nullable BetweenAttempts between;
  private @Nullable Cause endBy;
  // The signal in hand is the last event that the caller wants.
  private boolean completed;
  // When the latest signal from the network was read; 0 without an observer.
  private long readAt;

  private volatile Runnable whenOver = () -> {};

  /**
   * Begins the first attempt; nothing else happens until {@link #next} is called.
   *
   * @param onOver told once, by any thread, when the stream is over
   */
  public Session(Settings settings, Network network, StreamPlan plan, Consumer<Session> onOver) {
    this.settings = settings;
    this.ticks = settings.ticks();
    this.control = new Control(ticks);
    this.network = network;
    this.plan = plan;
    this.telling = new Telling(plan.name(), settings.observer());
    this.progress =
        new Progress(settings.ackMode(), settings.resumeStore(), plan.name(), plan.lastEventId());
    TokenProvider tokens = settings.tokens();
    this.renewal =
        tokens == null || !plan.mayRepeat() ? null : new TokenRenewal(tokens, control::renewed);
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
    while (control.closeReason() == null) {
      if (between == null || !between.hasSignal()) {
        obey();
      }
      Signal signal = between == null ? null : between.poll();
      if (signal == null) {
        Attempt current = control.attempt();
        signal = current == null ? whenDue(deadline) : fromNetwork(current, deadline, whenNotIdle);
      }
      if (signal != null) {
        return isIdle(signal) ? signal : hand(signal);
      }
      boolean more = between != null && between.hasSignal();
      if (!more && deadline != Ticks.NEVER && Ticks.MACHINE.now() >= deadline) {
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
    between().clear();
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
    control.restart();
  }

  /** See {@code Subscription.pause}. */
  public void pause() {
    control.pause();
  }

  /** See {@code Subscription.resume}. */
  public void resume() {
    control.resume();
  }

  /** See {@code Subscription.lastEventId}. */
  public String lastEventId() {
    return progress.position();
  }

  /** See {@code Subscription.state}. */
  public State state() {
    return control.state();
  }

  /** Why it is over; null while it is not. */
  public @Nullable CloseReason closeReason() {
    return control.closeReason();
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
    return control.awaitOpen(Ticks.nanos(timeout));
  }

  /** The consumer is done, also with the last signal, and asks for nothing any more. */
  public void consumed() {
    control.consumed();
  }

  /** Whether that is so, once it is or the time has passed. */
  public boolean awaitConsumed(long nanos) throws InterruptedException {
    return control.awaitConsumed(nanos);
  }

  private BetweenAttempts between() {
    if (between == null) {
      between = new BetweenAttempts(settings, plan, control, telling, renewal);
    }
    return between;
  }

  private void end(Cause cause, Optional<CloseReason> finality) {
    between().end(cause, finality);
  }

  /** Does what other threads want. */
  private void obey() {
    Control.Wish wish = control.takeWish();
    if (wish == null) {
      return;
    }
    if (wish.atOnce()) {
      between().atOnce();
    }
    if (wish.leave() != null) {
      end(wish.leave(), Optional.empty());
    }
  }

  /** Waits out the backoff, or a pause, and begins the next attempt. */
  private @Nullable Signal whenDue(long deadline) throws InterruptedException {
    if (between().awaitDue(deadline)) {
      begin();
    }
    return null;
  }

  private void begin() {
    Request request = plan.requests().get(between == null ? 0 : between.endpoint());
    progress.startsOver();
    String position = progress.position();
    boolean renew = between != null && between.tokenEnded();
    Attempt next =
        control.begin(
            token -> {
              var attempt =
                  new Attempt(
                      settings,
                      telling,
                      control.handover(telling.isObserved()),
                      telling.begun(),
                      request,
                      position,
                      FirstToken.of(token, renew));
              telling.underWay(attempt);
              return attempt;
            });
    if (next != null) {
      if (between != null) {
        between.begun();
      }
      telling.started(next);
      next.start(network.calls(), request);
    }
  }

  private @Nullable Signal fromNetwork(
      Attempt current, long deadline, @Nullable Runnable whenNotIdle) throws InterruptedException {
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
  private @Nullable Signal hand(Signal signal) {
    if (signal instanceof Signal.Message message && !decideLast(message.event())) {
      Signal instead = between().poll(); // Null if the stream was closed meanwhile.
      return instead == null ? null : hand(instead);
    }
    progress.handed(signal);
    Attempt current = control.attempt();
    if (signal instanceof Signal.Expiring expiring) {
      if (current != null && renewal != null) {
        renewal.begin(expiring.in(), current);
      }
    } else if (signal instanceof Signal.Closing closing) {
      endBy = new Cause.ServerClosing(closing.reason(), closing.reconnect());
    } else if (signal instanceof Signal.Reconnecting reconnecting) {
      control.waits();
      between().waits(reconnecting.delay());
    } else if (signal instanceof Signal.Closed closed) {
      over(closed.reason());
    } // Others say something to the consumer only.
    telling.handed(signal, current, readAt);
    if (signal instanceof Signal.Opened) {
      control.opened(); // Who waits for it may ask for figures next.
    }
    return signal;
  }

  private void over(CloseReason reason) {
    Control.End end = control.over(reason);
    if (end == null) {
      return;
    }
    if (renewal != null) {
      renewal.close();
    }
    Attempt current = end.attempt();
    if (current != null) {
      current.cancel();
    }
    telling.over(current, reason);
    onOver.accept(this);
    whenOver.run();
  }
}
