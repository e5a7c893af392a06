package io.heliograph.client.internal.consume;

import io.heliograph.client.Signal;
import io.heliograph.client.StreamClosedException;
import io.heliograph.client.internal.base.Threads;
import io.heliograph.client.internal.http.Responses;
import io.heliograph.client.internal.session.Session;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Flow;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A session that hands over what the subscriber asks for, by a thread of its own; there is none
 * while the stream is open and silent. While the subscriber asks for nothing, nothing is read. The
 * numbers in comments are those of the Reactive Streams rules.
 *
 * @param <T> what is handed over
 */
public final class FlowStream<T> implements Flow.Subscription {
  private static final Logger LOG = Logger.getLogger("io.heliograph.client");

  private final Session session;
  private final Function<Signal, Optional<T>> items;
  private final boolean refusalIsError;

  // Of who subscribed: the threads are started by others.
  private final @Nullable ClassLoader contextLoader =
      Thread.currentThread().getContextClassLoader();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // All guarded by the lock.
  private long demand;
  private boolean cancelled;
  private @Nullable Throwable broken;

  private FlowStream(Session session, Function<Signal, Optional<T>> items, boolean refusalIsError) {
    this.session = session;
    this.items = items;
    this.refusalIsError = refusalIsError;
  }

  /**
   * A publisher that opens a stream of its own for each subscriber.
   *
   * @param items what of the signals is handed over
   * @param refusalIsError whether the end of a stream that was refused or given up is an error
   */
  public static <T> Flow.Publisher<T> publisher(
      Supplier<Session> sessions, Function<Signal, Optional<T>> items, boolean refusalIsError) {
    return subscriber -> {
      if (subscriber == null) {
        throw new NullPointerException("the subscriber is null"); // 1.9
      }
      Session session;
      try {
        session = sessions.get();
      } catch (RuntimeException e) {
        subscriber.onSubscribe(new Nothing()); // 1.9: before all else, even before an error.
        subscriber.onError(e);
        return;
      }
      new FlowStream<>(session, items, refusalIsError).start(subscriber);
    };
  }

  private void start(Flow.Subscriber<? super T> subscriber) {
    session.whenOver(this::wake);
    try {
      subscriber.onSubscribe(this);
    } catch (Throwable e) { // 2.13: it breaks the rules, and gets nothing more.
      session.close();
      throw e;
    }
    go(subscriber);
  }

  private void go(Flow.Subscriber<? super T> subscriber) {
    Threads.startShort("heliograph-publisher", () -> run(subscriber));
  }

  private void run(Flow.Subscriber<? super T> subscriber) {
    Thread.currentThread().setContextClassLoader(contextLoader);
    try {
      Signal last = deliver(subscriber);
      if (last != null && Session.isIdle(last)) {
        return; // Another thread may go on already.
      }
      Signal.Closed end = (Signal.Closed) last;
      Throwable error;
      boolean unwanted;
      lock.lock();
      try {
        error = broken;
        unwanted = cancelled;
        cancelled = true; // 3.6: from now on nothing it asks for has an effect.
      } finally {
        lock.unlock();
      }
      if (error != null) {
        subscriber.onError(error);
      } else if (unwanted) {
        return;
      } else if (end == null) {
        subscriber.onError(new CancellationException("the client was closed"));
      } else if (refusalIsError && !Responses.isGoodEnd(end.reason())) {
        subscriber.onError(StreamClosedException.of(end));
      } else {
        subscriber.onComplete();
      }
    } catch (Throwable e) { // 2.13 again. It must not be called any more.
      session.close();
      LOG.log(Level.WARNING, "The subscriber failed; its stream is closed", e);
    }
  }

  /** Until there is nothing at the moment, or until the end; null if that was no signal. */
  private @Nullable Signal deliver(Flow.Subscriber<? super T> subscriber) {
    Runnable again = () -> go(subscriber);
    while (awaitDemand()) {
      Signal signal;
      // What a subscriber leaves behind was meant for its own waits. cancel() ends a stream.
      Thread.interrupted();
      try {
        signal = session.nextUnlessIdle(again);
      } catch (InterruptedException e) {
        continue; // The same, and late.
      } catch (Throwable e) { // Such as of a TimeSource.
        fail(e);
        return null;
      }
      if (signal != null && Session.isIdle(signal)) {
        return signal;
      }
      if (signal == null || isCancelled()) {
        return null;
      }
      Optional<T> item = items.apply(signal);
      if (item.isPresent()) {
        takeOne();
        subscriber.onNext(item.get());
      }
      if (signal instanceof Signal.Closed closed) {
        return closed;
      }
    }
    return null;
  }

  /** False if there will be none. */
  private boolean awaitDemand() {
    lock.lock();
    try {
      while (demand == 0 && !cancelled && session.closeReason() == null) {
        changed.awaitUninterruptibly();
      }
      return !cancelled && session.closeReason() == null;
    } finally {
      lock.unlock();
    }
  }

  private void fail(Throwable error) {
    lock.lock();
    try {
      if (!cancelled) {
        broken = error;
      }
    } finally {
      lock.unlock();
    }
    session.close();
  }

  private boolean isCancelled() {
    lock.lock();
    try {
      return cancelled;
    } finally {
      lock.unlock();
    }
  }

  private void takeOne() {
    lock.lock();
    try {
      if (demand != Long.MAX_VALUE) { // 3.17: that many is without a bound.
        demand--;
      }
    } finally {
      lock.unlock();
    }
  }

  private void wake() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void request(long n) {
    boolean illegal = false;
    lock.lock();
    try {
      if (cancelled) {
        return; // 3.6
      }
      if (n <= 0) {
        broken = new IllegalArgumentException("rule 3.9: request(" + n + "); allowed: 1 and more");
        cancelled = true;
        illegal = true;
      } else {
        demand = demand > Long.MAX_VALUE - n ? Long.MAX_VALUE : demand + n;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (illegal) {
      session.close();
    }
  }

  @Override
  public void cancel() {
    lock.lock();
    try {
      cancelled = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    session.close(); // Outside of the lock, which the session's end takes.
  }

  /** For a subscriber whose stream could not be opened. */
  private record Nothing() implements Flow.Subscription {
    @Override
    public void request(long n) {}

    @Override
    public void cancel() {}
  }
}
