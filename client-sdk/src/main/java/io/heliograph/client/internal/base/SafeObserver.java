package io.heliograph.client.internal.base;

import io.heliograph.client.AttemptReport;
import io.heliograph.client.ClientObserver;
import io.heliograph.client.CloseReason;
import io.heliograph.client.Event;
import io.heliograph.client.PublishException;
import io.heliograph.client.Signal;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Keeps what the user's observer throws away from the streams. */
public final class SafeObserver implements ClientObserver {
  private static final Logger LOG = Logger.getLogger("io.heliograph.client");

  private final ClientObserver observer;
  private final AtomicBoolean said = new AtomicBoolean();

  /** Wraps the user's own. */
  public SafeObserver(ClientObserver observer) {
    this.observer = observer;
  }

  @Override
  public void attemptStarted(String stream, AttemptReport attempt) {
    tell(() -> observer.attemptStarted(stream, attempt));
  }

  @Override
  public void attemptOpened(String stream, AttemptReport attempt) {
    tell(() -> observer.attemptOpened(stream, attempt));
  }

  @Override
  public void attemptEnded(String stream, AttemptReport attempt) {
    tell(() -> observer.attemptEnded(stream, attempt));
  }

  @Override
  public void bytesReceived(String stream, long bytes) {
    tell(() -> observer.bytesReceived(stream, bytes));
  }

  @Override
  public void eventDelivered(String stream, Event event, Duration waited) {
    tell(() -> observer.eventDelivered(stream, event, waited));
  }

  @Override
  public void gap(String stream, Signal.Gap gap) {
    tell(() -> observer.gap(stream, gap));
  }

  @Override
  public void eventHandled(String stream, Event event, Duration took) {
    tell(() -> observer.eventHandled(stream, event, took));
  }

  @Override
  public void lineDropped(String stream, String line) {
    tell(() -> observer.lineDropped(stream, line));
  }

  @Override
  public void waiting(String stream, int failures, Duration delay) {
    tell(() -> observer.waiting(stream, failures, delay));
  }

  @Override
  public void closed(String stream, CloseReason reason) {
    tell(() -> observer.closed(stream, reason));
  }

  @Override
  public void published(Duration took, Optional<PublishException> failure) {
    tell(() -> observer.published(took, failure));
  }

  private void tell(Runnable call) {
    try {
      call.run();
    } catch (Throwable e) { // Errors, too: a metric must not cost a stream.
      if (!said.getAndSet(true)) {
        LOG.log(
            Level.WARNING,
            "The client's observer failed. It continues to be called; further failures are not"
                + " logged",
            e);
      }
    }
  }
}
