package io.heliograph.client.internal;

import io.heliograph.client.AttemptReport;
import io.heliograph.client.CloseReason;
import io.heliograph.client.Event;
import io.heliograph.client.HandlerErrorPolicy;
import io.heliograph.client.Signal;
import io.heliograph.client.SseListener;
import io.heliograph.client.StreamStats;
import io.heliograph.client.Subscription;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A session, driven by a virtual thread that hands every signal to a listener, itself or by the
 * user's executor.
 */
public final class PushedStream implements Subscription {
  private static final System.Logger LOG = System.getLogger("io.heliograph.client");

  private final Session session;
  private final SseListener listener;
  private final HandlerErrorPolicy onError;
  private final @Nullable Executor executor;
  private final Thread thread;
  private volatile @Nullable ListenerCall call;

  /**
   * Starts the thread.
   *
   * @param executor null to call the listener on that very thread
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
    this.thread = Thread.ofVirtual().name("heliograph-listener").unstarted(this::run);
    session.whenOver(this::callOff);
    thread.start();
  }

  private void run() {
    while (true) {
      Signal signal;
      try {
        signal = session.next(null);
      } catch (InterruptedException e) {
        // The thread is nobody's but the listener's: it means "stop".
        session.close();
        return;
      }
      if (signal == null || session.closeReason() == CloseReason.BY_CALLER) {
        return; // Closed while the signal was on its way: no callback may start any more.
      }
      try {
        if (!deliver(signal)) {
          return;
        }
      } catch (Throwable e) { // Errors, too: or the stream would end without a word to anybody.
        failed(signal, e);
      }
    }
  }

  /** False if the stream was closed before the listener was called. */
  private boolean deliver(Signal signal) throws Throwable {
    if (executor == null) {
      tell(signal);
      return true;
    }
    var next = new ListenerCall(() -> tell(signal));
    call = next;
    if (session.closeReason() == CloseReason.BY_CALLER) {
      return false; // It may have been closed before it could call this off.
    }
    try {
      return next.runOn(executor);
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

  private void failed(Signal signal, Throwable error) {
    if (signal instanceof Signal.Closed || session.closeReason() != null) {
      warn(signal, error);
      return;
    }
    switch (onError) {
      case CONTINUE -> passOver(signal, error);
      case REDELIVER -> {
        if (signal instanceof Signal.Message) {
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
    warn(signal, error);
  }

  private static void warn(Signal signal, Throwable error) {
    LOG.log(
        System.Logger.Level.WARNING,
        "The listener failed with a signal of type "
            + signal.getClass().getSimpleName()
            + "; the stream goes on",
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
    thread.join();
  }

  @Override
  public boolean awaitClosed(Duration timeout) throws InterruptedException {
    requireAnotherThread();
    return thread.join(timeout);
  }

  @Override
  public void close() {
    session.close();
  }

  /** The session is over: a call that the executor has not begun shall not begin. */
  private void callOff() {
    ListenerCall current = call;
    if (current != null && session.closeReason() == CloseReason.BY_CALLER) {
      current.callOff();
    }
  }

  private void requireAnotherThread() {
    ListenerCall current = call;
    if (Thread.currentThread() == thread || (current != null && current.isRunByThisThread())) {
      throw new IllegalStateException("the listener waits for itself; wait in another thread");
    }
  }
}
