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
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A session, driven by a thread of its own that hands every signal to a listener, itself or by the
 * user's executor.
 */
public final class PushedStream implements Subscription {
  private static final Logger LOG = Logger.getLogger("io.heliograph.client");

  private final Session session;
  private final SseListener listener;
  private final HandlerErrorPolicy onError;
  private final Executor executor;
  private final Thread thread;
  private volatile @Nullable ListenerCall call;
  // Also where the stream was over already, and only the listener did not know yet.
  private volatile boolean closed;

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
    this.executor = executor == null ? Runnable::run : executor;
    this.thread = Threads.unstarted("heliograph-listener", this::run);
    session.whenOver(this::callOff);
    thread.start();
  }

  private void run() {
    while (true) {
      Signal signal;
      // What a listener leaves behind was meant for its own waits: an executor clears it, too.
      Thread.interrupted();
      try {
        signal = session.next(null);
      } catch (InterruptedException e) {
        continue; // The same, and late. close() ends a stream.
      } catch (Throwable e) { // Such as of a TimeSource: the thread must not end with it open.
        session.close();
        LOG.log(Level.SEVERE, "The stream failed and is closed", e);
        return;
      }
      if (signal == null) {
        return;
      }
      try {
        if (!deliver(signal)) {
          return;
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
    var next = new ListenerCall(() -> tell(signal));
    call = next;
    if (isClosedByCaller()) {
      return false; // Before it could call this off.
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
    warn(signal, error, "the stream goes on");
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
    thread.join();
  }

  @Override
  public boolean awaitClosed(Duration timeout) throws InterruptedException {
    requireAnotherThread();
    return Threads.join(thread, timeout);
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
    ListenerCall current = call;
    if (current != null && isClosedByCaller()) {
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
