package io.heliograph.client.internal.session;

import io.heliograph.client.Cause;
import io.heliograph.client.CloseReason;
import io.heliograph.client.Signal;
import io.heliograph.client.internal.base.Ticks;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * From the end of one attempt to the beginning of the next: what is said of it, where the next one
 * goes, and when. A stream that has never lost a connection has none. Confined to the session's
 * consumer.
 */
final class BetweenAttempts {
  private final Ticks ticks;
  private final StreamPlan plan;
  private final Control control;
  private final Telling telling;
  private final @Nullable TokenRenewal renewal;
  private final Comeback comeback;
  // What the end of a connection says, until the consumer takes it.
  private final ArrayDeque<Signal> pending = new ArrayDeque<>(2);
  private long dueAt;
  // The server ended the last connection with its token: a cached one will not do.
  private boolean tokenEnded;
  // Paused without a word of what comes next; the resumption says it.
  private boolean away;

  /**
   * Before anything has ended.
   *
   * @param renewal null where no token is renewed
   */
  BetweenAttempts(
      Settings settings,
      StreamPlan plan,
      Control control,
      Telling telling,
      @Nullable TokenRenewal renewal) {
    this.ticks = settings.ticks();
    this.plan = plan;
    this.control = control;
    this.telling = telling;
    this.renewal = renewal;
    this.comeback = new Comeback(settings.reconnect(), plan.requests().size());
    this.dueAt = ticks.now();
  }

  /** Decides what follows the end of a connection; the signals that say so wait to be taken. */
  void end(Cause cause, Optional<CloseReason> finality) {
    boolean planned = cause instanceof Cause.ByCaller || cause instanceof Cause.TokenExpiring;
    boolean sent = false;
    Attempt ended = control.leave();
    if (ended == null && control.closeReason() != null) {
      return; // Whoever closed the stream has ended the attempt, too.
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
    atOnce();
    away = control.isPaused();
    if (!away) {
      pending.add(new Signal.Reconnecting(0, Duration.ZERO));
    }
  }

  /** The next attempt is due, as if nothing had failed. */
  void atOnce() {
    comeback.startOver();
    dueAt = ticks.now();
  }

  /** The consumer hears how long the wait is, which begins now. */
  void waits(Duration delay) {
    dueAt = ticks.in(delay);
  }

  boolean hasSignal() {
    return !pending.isEmpty();
  }

  /** The next thing to be said; null if there is none. */
  @Nullable Signal poll() {
    return pending.poll();
  }

  /** What is not said yet is void. */
  void clear() {
    pending.clear();
  }

  /**
   * Waits out the backoff, or a pause.
   *
   * @param deadline of {@link Ticks#MACHINE}
   * @return whether the next attempt is to begin now; what the end of a pause says comes before it
   */
  boolean awaitDue(long deadline) throws InterruptedException {
    boolean due = control.awaitDue(dueAt, deadline);
    if (due && away) {
      away = false;
      pending.add(new Signal.Reconnecting(0, Duration.ZERO));
      return false;
    }
    return due;
  }

  /** Which request the next attempt sends. */
  int endpoint() {
    return comeback.endpoint();
  }

  /** Whether the next attempt needs another token than the last one. */
  boolean tokenEnded() {
    return tokenEnded;
  }

  /** An attempt has begun. */
  void begun() {
    tokenEnded = false;
  }
}
