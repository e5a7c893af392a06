package io.heliograph.server.tail;

import io.heliograph.server.event.Event;
import io.heliograph.server.event.NanoClock;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.event.TraceParent;
import io.heliograph.server.event.UserId;
import io.heliograph.server.hub.CloseReason;
import io.heliograph.server.hub.Connection;
import io.heliograph.server.hub.ConnectionListener;
import io.heliograph.server.hub.Control;
import io.heliograph.server.hub.EventSink;
import io.heliograph.server.hub.Hub;
import io.heliograph.server.hub.StreamSpec;
import io.heliograph.server.log.Follow;
import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The open tails. Observes the hub only while there is one. Thread-safe. */
public final class Tails implements ConnectionListener.Tap {

  /** The maximum number of tails, because each one costs every publisher a comparison. */
  public static final int MAX_TAILS = 16;

  private final Hub hub;
  private final NanoClock clock;
  private final SecureRandom random = new SecureRandom();

  // Publishers walk it without a lock; the monitor guards that it and the hub's tap agree.
  private final List<Tail> open = new CopyOnWriteArrayList<>();

  private volatile Relay relay = Relay.NONE;
  private volatile boolean elsewhere;

  public Tails(Hub hub, NanoClock clock) {
    this.hub = hub;
    this.clock = clock;
  }

  /**
   * Opens an operator's stream, as {@link Hub#open(StreamSpec, Follow, EventSink, Consumer,
   * Hub.Ended)} does.
   *
   * @param sink created only if a tail is free
   * @return false, with nothing written, if too many tails are open
   */
  public boolean open(
      TailSpec tailSpec,
      StreamSpec spec,
      Sinks sink,
      Consumer<Connection> opened,
      Hub.Ended ended) {
    var tail = new Tail(tailSpec, random.nextLong() >>> 18, clock, this::remove);
    if (!add(tail)) {
      return false;
    }
    EventSink opensTo;
    try {
      opensTo = sink.open();
    } catch (RuntimeException e) {
      tail.close();
      throw e;
    }
    hub.open(
        spec,
        tail,
        opensTo,
        connection -> {
          opened.accept(connection);
          tail.onNew(connection::wake);
        },
        ended);
    return true;
  }

  /** Creates the sink of a stream. */
  @FunctionalInterface
  public interface Sinks {
    EventSink open();
  }

  /** Has other nodes' tails see what passes here; to be set before there are requests. */
  public void relayBy(Relay to) {
    relay = to;
  }

  /** Whether other nodes have tails. */
  public synchronized void wantedElsewhere(boolean wanted) {
    if (elsewhere != wanted) {
      elsewhere = wanted;
      observe();
    }
  }

  /** Another node has seen something. */
  public void seenElsewhere(Sighting sighting) {
    show(sighting);
  }

  /** Other nodes have seen what did not get here. */
  public void missedElsewhere(long count) {
    open.forEach(tail -> tail.miss(count));
  }

  private synchronized boolean add(Tail tail) {
    if (open.size() == MAX_TAILS) {
      return false;
    }
    open.add(tail);
    observe();
    return true;
  }

  private synchronized void remove(Tail tail) {
    open.remove(tail);
    observe();
  }

  /** Called with the monitor. */
  private void observe() {
    hub.tap(open.isEmpty() && !elsewhere ? null : this);
    relay.open(!open.isEmpty());
  }

  private void show(Sighting sighting) {
    for (Tail tail : open) {
      if (sighting.isFor(tail.spec())) {
        tail.offer(sighting.entry(tail.spec().data()));
      }
    }
  }

  private void seen(Sighting sighting) {
    show(sighting);
    if (elsewhere) {
      relay.pass(sighting);
    }
  }

  @Override
  public void published(@Nullable UserId user, Event event, StoredEvent stored) {
    seen(
        new Sighting(
            TailSpec.Include.EVENTS,
            user,
            stored.ephemeral() ? null : stored.position().id(),
            event.type(),
            event.data(),
            System.currentTimeMillis(),
            event.trace().map(TraceParent::value).orElse(null)));
  }

  @Override
  public void opened(Connection connection) {
    tell(
        TailSpec.Include.CONNECTS,
        connection,
        json -> {
          json.writeStringField("remote", connection.remote());
          json.writeStringField("agent", connection.agent());
        });
  }

  @Override
  public void closed(Connection connection, CloseReason reason) {
    tell(
        TailSpec.Include.CLOSES,
        connection,
        json -> {
          json.writeStringField("reason", reason.text());
          json.writeNumberField("events", connection.events());
        });
  }

  @Override
  public void gap(Connection connection, Control.Gap gap) {
    tell(
        TailSpec.Include.GAPS,
        connection,
        json -> {
          json.writeStringField("log", gap.log());
          json.writeStringField("reason", gap.reason().name().toLowerCase(Locale.ROOT));
          if (gap.lost().isPresent()) {
            json.writeNumberField("lost", gap.lost().getAsLong());
          } else {
            json.writeNullField("lost");
          }
        });
  }

  private void tell(TailSpec.Include what, Connection connection, Tail.Members data) {
    if (elsewhere || open.stream().anyMatch(tail -> tail.spec().include().contains(what))) {
      seen(
          new Sighting(
              what,
              connection.user(),
              connection.id(),
              "",
              Tail.object(data),
              System.currentTimeMillis(),
              null));
    }
  }
}
