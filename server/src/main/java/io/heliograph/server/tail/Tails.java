package io.heliograph.server.tail;

import io.heliograph.server.event.Event;
import io.heliograph.server.event.NanoClock;
import io.heliograph.server.event.StoredEvent;
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

  // A tail's event beside its data: a few objects, the texts of ids.
  private static final long SIGHT_OVERHEAD = 300;

  private final Hub hub;
  private final NanoClock clock;
  private final SecureRandom random = new SecureRandom();

  // Publishers walk it without a lock; the monitor guards that it and the hub's tap agree.
  private final List<Tail> open = new CopyOnWriteArrayList<>();

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

  private synchronized boolean add(Tail tail) {
    if (open.size() == MAX_TAILS) {
      return false;
    }
    open.add(tail);
    hub.tap(this);
    return true;
  }

  private synchronized void remove(Tail tail) {
    open.remove(tail);
    if (open.isEmpty()) {
      hub.tap(null);
    }
  }

  @Override
  public void published(@Nullable UserId user, Event event, StoredEvent stored) {
    long time = System.currentTimeMillis();
    for (Tail tail : open) {
      TailSpec spec = tail.spec();
      if (wants(spec, TailSpec.Include.EVENTS, user) && spec.types().match(event.type())) {
        boolean data = spec.data();
        tail.offer(
            new Tail.Sight(
                "event",
                SIGHT_OVERHEAD + (data ? 2L * event.data().length() : 0),
                json -> {
                  json.writeStringField("user", user == null ? null : user.value());
                  json.writeStringField("id", stored.ephemeral() ? null : stored.position().id());
                  json.writeStringField("type", event.type());
                  if (data) {
                    json.writeStringField("data", event.data());
                  }
                  json.writeNumberField("time", time);
                }));
      }
    }
  }

  @Override
  public void opened(Connection connection) {
    tell(
        TailSpec.Include.CONNECTS,
        "connect",
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
        "close",
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
        "gap",
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

  private void tell(TailSpec.Include what, String type, Connection connection, Tail.Members data) {
    long time = System.currentTimeMillis();
    for (Tail tail : open) {
      if (wants(tail.spec(), what, connection.user())) {
        tail.offer(
            new Tail.Sight(
                type,
                SIGHT_OVERHEAD + 2L * connection.agent().length(),
                json -> {
                  json.writeStringField("user", connection.user().value());
                  json.writeStringField("id", connection.id());
                  json.writeObjectFieldStart("data");
                  data.write(json);
                  json.writeEndObject();
                  json.writeNumberField("time", time);
                }));
      }
    }
  }

  private static boolean wants(TailSpec spec, TailSpec.Include what, @Nullable UserId user) {
    return spec.include().contains(what) && (user == null || spec.users().match(user.value()));
  }
}
