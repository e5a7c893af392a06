package io.heliograph.client.internal.consume;

import io.heliograph.client.CloseReason;
import io.heliograph.client.Event;
import io.heliograph.client.EventStream;
import io.heliograph.client.Signal;
import io.heliograph.client.StreamClosedException;
import io.heliograph.client.internal.http.Responses;
import io.heliograph.client.internal.session.Session;
import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A session, driven by the thread that reads. */
public final class PulledStream implements EventStream {
  private final Session session;
  private final Iterator<Event> events = new Events();
  private final Iterator<Signal> signals = new Signals();

  /** Reads a session from its start. */
  public PulledStream(Session session) {
    this.session = session;
  }

  @Override
  public Iterator<Event> iterator() {
    return events;
  }

  @Override
  public Iterable<Signal> signals() {
    return () -> signals;
  }

  @Override
  public Optional<Signal> poll(Duration timeout) throws InterruptedException {
    return Optional.ofNullable(session.next(Objects.requireNonNull(timeout, "timeout")));
  }

  @Override
  public String lastEventId() {
    return session.lastEventId();
  }

  @Override
  public void acknowledge(Event event) {
    session.acknowledge(event);
  }

  @Override
  public Optional<CloseReason> closeReason() {
    return Optional.ofNullable(session.closeReason());
  }

  @Override
  public void close() {
    session.close();
  }

  private @Nullable Signal nextSignal() {
    try {
      return session.next(null);
    } catch (InterruptedException e) {
      close();
      Thread.currentThread().interrupt();
      return null;
    }
  }

  private final class Signals implements Iterator<Signal> {
    private @Nullable Signal ahead;

    @Override
    public boolean hasNext() {
      if (ahead == null) {
        ahead = nextSignal();
      }
      return ahead != null;
    }

    @Override
    public Signal next() {
      Signal signal = hasNext() ? ahead : null;
      if (signal == null) {
        throw new NoSuchElementException("the stream is closed");
      }
      ahead = null;
      return signal;
    }
  }

  private final class Events implements Iterator<Event> {
    private @Nullable Event ahead;
    private Signal.@Nullable Closed refused;

    @Override
    public boolean hasNext() {
      while (ahead == null && refused == null) {
        Signal signal = nextSignal();
        if (signal == null) {
          return false;
        }
        if (signal instanceof Signal.Message message) {
          ahead = message.event();
        } else if (signal instanceof Signal.Closed closed
            && !Responses.isGoodEnd(closed.reason())) {
          refused = closed;
        } // Readers of the signals see the others.
      }
      if (ahead == null && refused != null) {
        throw StreamClosedException.of(refused);
      }
      return true;
    }

    @Override
    public Event next() {
      Event event = hasNext() ? ahead : null;
      if (event == null) {
        throw new NoSuchElementException("the stream is closed");
      }
      ahead = null;
      return event;
    }
  }
}
