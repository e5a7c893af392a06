package io.heliograph.client.internal.consume;

import io.heliograph.client.AttemptReport;
import io.heliograph.client.CloseReason;
import io.heliograph.client.Event;
import io.heliograph.client.HandlerErrorPolicy;
import io.heliograph.client.Signal;
import io.heliograph.client.SseListener;
import io.heliograph.client.StreamStats;
import io.heliograph.client.Subscription;
import io.heliograph.client.internal.base.Threads;
import io.heliograph.client.internal.base.Ticks;
import io.heliograph.client.internal.session.Session;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A session that hands every signal to a listener, by a thread of its own or by the user's
 * executor. While the stream is open and silent there is no such thread: the one that reads from
 * the network starts it when there is something. The threads follow each other, so there is one
 * order.
 */
public final class PushedStream implements Subscription {
  private static final Logger LOG = Logger.getLogger("io.heliograph.client");

  private static final int IDLE = 0;
  private static final int RUNNING = 1;
  private static final int OFF = 2;

  private final Session session;
  private final SseListener listener;
  private final HandlerErrorPolicy onError;
  private final @Nullable Executor executor;
  // Of who subscribed: the threads are started by others.
  private final @Nullable ClassLoader contextLoader =
      Thread.currentThread().getContextClassLoader();
  private volatile @Nullable ListenerCall call;
  // Also where the stream was over already, and only the listener did not know yet.
  private volatile boolean closed;

  // Without an executor. A call begins by lifting this from IDLE, and none begins once it is OFF:
  // whoever has closed the stream is sure of that.
  private final AtomicInteger step = new AtomicInteger(IDLE);
  // The thread that is in the listener. Each looks for itself only, so it needs no guard.
  private @Nullable Thread caller;

  /**
   * Starts the first thread.
   *
   * @param executor null to call the listener on the stream's own threads
   */
  public PushedStream(
      Session session,
      SseListener listener,
      HandlerErrorPolicy onError,
      @Nullable Executor executor) {
    this.session = session;
    this.listener = listener;
    this.onError = onError;
    this.executor = executor;
    session.whenOver(this::callOff);
    start();
  }

  private void start() {
    Threads.startShort("heliograph-listener", this::run);
  }

  private void run() {
    boolean idle = false;
    Thread.currentThread().setContextClassLoader(contextLoader);
    try {
      idle = deliverAll();
    } finally {
      if (!idle) {
        session.consumed();
      }
    }
  }

  /** Whether that ended because there is nothing at the moment, rather than for good. */
  private boolean deliverAll() {
    Runnable again = this::start;
    while (true) {
      Signal signal;
      // What a listener leaves behind was meant for its own waits: an executor clears it, too.
      Thread.interrupted();
      try {
        signal = session.nextUnlessIdle(again);
      } catch (InterruptedException e) {
        continue; // The same, and late. close() ends a stream.
      } catch (Throwable e) { // Such as of a TimeSource: it must not end with the stream open.
        session.close();
        LOG.log(Level.SEVERE, "The stream failed and is closed", e);
        return false;
      }
      if (signal == null || Session.isIdle(signal)) {
        return signal != null;
      }
      try {
        if (!deliver(signal)) {
          return false;
        }
      } catch (ListenerCall.Refused e) {
        refused(signal, e.why());
      } catch (Throwable e) { // Errors, too: or the stream would end without a word to anybody.
        failed(signal, e);
      }
    }
  }

  /** False if the stream was closed before the listener was called. */
  private boolean deliver(Signal signal) throws Throwable {
    if (executor != null) {
      return deliverBy(executor, signal);
    }
    if (!step.compareAndSet(IDLE, RUNNING)) {
      return false;
    }
    caller = Thread.currentThread();
    try {
      tell(signal);
    } finally {
      caller = null;
      step.compareAndSet(RUNNING, IDLE);
    }
    return true;
  }

  private boolean deliverBy(Executor user, Signal signal) throws Throwable {
    var next = new ListenerCall(() -> tell(signal));
    call = next;
    if (isClosedByCaller()) {
      return false; // Before it could call this off.
    }
    try {
      return next.runOn(user);
    } finally {
      call = null;
    }
  }

  private void tell(Signal signal) throws Exception {
    if (signal instanceof Signal.Message message) {
      listener.onEvent(message.event());
    } else {
      listener.onSignal(signal);
    }
  }

  /** The listener never saw it, so it is not passed over, or a whole log could drain unread. */
  private void refused(Signal signal, Throwable why) {
    if (signal instanceof Signal.Closed || session.closeReason() != null) {
      session.notDone();
      warn(signal, why, "the stream is closed");
    } else if (onError == HandlerErrorPolicy.REDELIVER) {
      failed(signal, why);
    } else {
      session.fail(why, true);
    }
  }

  private void failed(Signal signal, Throwable error) {
    if (signal instanceof Signal.Closed || session.closeReason() != null) {
      if (onError == HandlerErrorPolicy.CONTINUE) {
        session.passOver();
      } else {
        session.notDone(); // Or the next run of the program would begin behind it.
      }
      warn(signal, error, "the stream is closed");
      return;
    }
    switch (onError) {
      case CONTINUE -> passOver(signal, error);
      case REDELIVER -> {
        if (signal instanceof Signal.Message || signal instanceof Signal.Gap) {
          session.fail(error, false);
        } else {
          passOver(signal, error);
        }
      }
      case CLOSE -> session.fail(error, true);
    }
  }

  private void passOver(Signal signal, Throwable error) {
    session.passOver();
    warn(signal, error, "the stream continues");
  }

  private static void warn(Signal signal, Throwable error, String andNow) {
    LOG.log(
        Level.WARNING,
        "The listener failed with a signal of type "
            + signal.getClass().getSimpleName()
            + "; "
            + andNow,
        error);
  }

  @Override
  public State state() {
    return session.state();
  }

  @Override
  public String lastEventId() {
    return session.lastEventId();
  }

  @Override
  public StreamStats stats() {
    return session.stats();
  }

  @Override
  public List<AttemptReport> attempts() {
    return session.attempts();
  }

  @Override
  public void acknowledge(Event event) {
    session.acknowledge(event);
  }

  @Override
  public void restart() {
    session.restart();
  }

  @Override
  public void pause() {
    session.pause();
  }

  @Override
  public void resume() {
    session.resume();
  }

  @Override
  public Optional<CloseReason> closeReason() {
    return Optional.ofNullable(session.closeReason());
  }

  @Override
  public boolean awaitOpen(Duration timeout) throws InterruptedException {
    requireAnotherThread();
    return session.awaitOpen(timeout);
  }

  @Override
  public void awaitClosed() throws InterruptedException {
    requireAnotherThread();
    session.awaitConsumed(Ticks.NEVER);
  }

  @Override
  public boolean awaitClosed(Duration timeout) throws InterruptedException {
    requireAnotherThread();
    return session.awaitConsumed(Ticks.nanos(timeout));
  }

  @Override
  public void close() {
    closed = true;
    session.close();
    callOff(); // The session does it only for the first who closes.
  }

  private boolean isClosedByCaller() {
    return closed || session.closeReason() == CloseReason.BY_CALLER;
  }

  /** A call that has not begun when the caller closes shall not begin. */
  private void callOff() {
    if (!isClosedByCaller()) {
      return;
    }
    step.set(OFF);
    ListenerCall current = call;
    if (current != null) {
      current.callOff();
    }
  }

  private void requireAnotherThread() {
    ListenerCall current = call;
    if (caller == Thread.currentThread() || (current != null && current.isRunByThisThread())) {
      throw new IllegalStateException("the listener would wait for itself; wait in another thread");
    }
  }
}
