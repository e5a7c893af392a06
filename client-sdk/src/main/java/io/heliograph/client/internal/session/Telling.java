package io.heliograph.client.internal.session;

import io.heliograph.client.AttemptReport;
import io.heliograph.client.Cause;
import io.heliograph.client.ClientObserver;
import io.heliograph.client.CloseReason;
import io.heliograph.client.Event;
import io.heliograph.client.Signal;
import io.heliograph.client.StreamStats;
import io.heliograph.client.internal.base.OneLine;
import io.heliograph.client.internal.base.Ticks;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/**
 * What one stream tells of itself: the client's observer at once, the log where nobody else would
 * see it, and who asks for its figures later.
 *
 * <p>{@link #handed}, {@link #handled} and {@link #passedOver} belong to the session's consumer;
 * the rest is for any thread.
 */
final class Telling {
  // Named after the public package: that is the name that users look for.
  private static final Logger LOG = Logger.getLogger("io.heliograph.client");

  private final String stream;
  private final @Nullable ClientObserver observer;
  private final History history = new History();

  // Confined to the consumer.
  private @Nullable Event inHand;
  private long inHandSince;
  private boolean everOpen;

  // All guarded by this: an attempt's end is told once, and after its beginning.
  private @Nullable Attempt announced;
  // Whether it was told that the announced one is open.
  private boolean toldOpen;
  private boolean over;

  /**
   * Of one stream.
   *
   * @param stream its name
   * @param observer null where nobody looks on; it throws nothing
   */
  Telling(String stream, @Nullable ClientObserver observer) {
    this.stream = stream;
    this.observer = observer;
  }

  /** Whether somebody asks how long events have waited. */
  boolean isObserved() {
    return observer != null;
  }

  StreamStats stats() {
    return history.stats();
  }

  List<AttemptReport> attempts() {
    return history.attempts();
  }

  /** The number of the attempt that is about to be made. */
  int begun() {
    return history.begun();
  }

  /** It counts among the attempts from now on. */
  void underWay(Attempt attempt) {
    history.underWay(attempt);
  }

  /**
   * It begins. Whoever closes the stream meanwhile leaves it to this to tell of the end, after the
   * beginning.
   */
  void started(Attempt attempt) {
    if (observer == null) {
      return;
    }
    observer.attemptStarted(stream, attempt.report(Optional.empty()));
    boolean isOver;
    synchronized (this) {
      announced = attempt;
      toldOpen = false;
      isOver = over;
    }
    if (isOver) {
      observer.attemptEnded(stream, attempt.report(Optional.of(new Cause.ByCaller())));
    }
  }

  void bytes(long count) {
    if (observer != null) {
      observer.bytesReceived(stream, count);
    }
  }

  /** The standard has the line dropped; what a server says so must not be lost on people. */
  void dropped(HttpUrl url, String line) {
    if (observer != null) {
      observer.lineDropped(stream, line);
    }
    if (history.dropped() == 1) { // Once: a server that does so does it again and again.
      LOG.log(
          Level.WARNING,
          () ->
              url.redact()
                  + ": ignored a line that is not a field of an event stream: "
                  + OneLine.of(line)
                  + " (further lines are only counted, see StreamStats.droppedLines)");
    }
  }

  /**
   * A signal is about to be given to the consumer.
   *
   * @param current null if the connection is gone already
   * @param readAt when an event was read, by {@link Ticks#MACHINE}
   */
  void handed(Signal signal, @Nullable Attempt current, long readAt) {
    if (signal instanceof Signal.Message message) {
      if (current != null) {
        current.figures().countEvent();
      }
      if (observer != null) {
        inHand = message.event();
        inHandSince = Ticks.MACHINE.now();
        observer.eventDelivered(stream, message.event(), Ticks.MACHINE.since(readAt));
      }
    } else if (signal instanceof Signal.Opened) {
      everOpen = true;
      history.opened();
      if (observer != null && current != null) {
        opened(observer, current);
      }
    } else if (signal instanceof Signal.Gap gap) {
      history.gap();
      if (observer != null) {
        observer.gap(stream, gap);
      }
    } else if (signal instanceof Signal.Reconnecting reconnecting && observer != null) {
      observer.waiting(stream, reconnecting.failures(), reconnecting.delay());
    }
  }

  /** Told once, by the consumer or with the end: nobody may have looked at the attempt before. */
  private void opened(ClientObserver to, Attempt attempt) {
    synchronized (this) {
      if (toldOpen || attempt != announced) {
        return;
      }
      toldOpen = true;
    }
    to.attemptOpened(stream, attempt.report(Optional.empty()));
  }

  private void ended(ClientObserver to, Attempt attempt, AttemptReport report) {
    if (report.openAfter().isPresent()) {
      opened(to, attempt);
    }
    to.attemptEnded(stream, report);
  }

  /** The consumer is done with the event that it was given last. */
  void handled() {
    Event event = inHand;
    if (event != null && observer != null) {
      observer.eventHandled(stream, event, Ticks.MACHINE.since(inHandSince));
    }
    inHand = null;
  }

  /** It is not, or nobody shall hear of it. */
  void passedOver() {
    inHand = null;
  }

  void ended(Attempt attempt, Cause cause) {
    AttemptReport report = history.ended(attempt, cause);
    if (observer != null) {
      ended(observer, attempt, report);
    }
  }

  /**
   * The stream is tried again later. Who reads only events would see nothing at all of a wrong
   * port, for ever.
   *
   * @param ended null where no attempt had begun
   */
  void failed(@Nullable Attempt ended, Cause cause, Signal.Reconnecting next) {
    LOG.log(
        next.failures() == 1 && !everOpen ? Level.WARNING : Level.FINE,
        () ->
            (ended == null ? stream : ended.redactedUrl())
                + ": "
                + cause.describe()
                + "; next attempt in "
                + next.delay().toMillis()
                + " ms");
  }

  /**
   * The stream is over. Called once.
   *
   * @param current the attempt that ends by that; null without one
   */
  void over(@Nullable Attempt current, CloseReason reason) {
    boolean told;
    synchronized (this) {
      over = true;
      told = current == announced;
    }
    if (current != null) {
      endedByClosing(current, told);
    }
    if (observer != null) {
      observer.closed(stream, reason);
    }
  }

  private void endedByClosing(Attempt current, boolean told) {
    try {
      AttemptReport report = history.ended(current, new Cause.ByCaller());
      if (observer != null && told) {
        ended(observer, current, report);
      }
    } catch (Throwable e) { // Of a TimeSource: what fails at its figures must close all the same.
      LOG.log(Level.WARNING, "The last attempt of a closed stream has no report", e);
    }
  }
}
