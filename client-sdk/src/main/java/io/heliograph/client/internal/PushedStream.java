package io.heliograph.client.internal;

import io.heliograph.client.CloseReason;
import io.heliograph.client.HandlerErrorPolicy;
import io.heliograph.client.Signal;
import io.heliograph.client.SseListener;
import io.heliograph.client.Subscription;
import java.time.Duration;
import java.util.Optional;

/** A session, driven by a virtual thread that hands every signal to a listener. */
public final class PushedStream implements Subscription {
  private static final System.Logger LOG = System.getLogger(PushedStream.class.getName());

  private final Session session;
  private final SseListener listener;
  private final HandlerErrorPolicy onError;
  private final Thread thread;

  /** Starts the thread. */
  public PushedStream(Session session, SseListener listener, HandlerErrorPolicy onError) {
    this.session = session;
    this.listener = listener;
    this.onError = onError;
    this.thread = Thread.ofVirtual().name("heliograph-listener").unstarted(this::run);
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
        if (signal instanceof Signal.Message message) {
          listener.onEvent(message.event());
        } else {
          listener.onSignal(signal);
        }
      } catch (Throwable e) { // Errors, too: or the stream would end without a word to anybody.
        failed(signal, e);
      }
    }
  }

  private void failed(Signal signal, Throwable error) {
    if (signal instanceof Signal.Closed || session.closeReason() != null) {
      warn(signal, error);
      return;
    }
    switch (onError) {
      case CONTINUE -> warn(signal, error);
      case REDELIVER -> {
        if (signal instanceof Signal.Message) {
          session.fail(error, false);
        } else {
          warn(signal, error);
        }
      }
      case CLOSE -> session.fail(error, true);
    }
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

  private void requireAnotherThread() {
    if (Thread.currentThread() == thread) {
      throw new IllegalStateException("the listener waits for itself; wait in another thread");
    }
  }
}
