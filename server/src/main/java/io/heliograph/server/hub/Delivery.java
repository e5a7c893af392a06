package io.heliograph.server.hub;

import io.heliograph.server.event.Cursor;
import io.heliograph.server.event.Globs;
import io.heliograph.server.event.Position;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.log.Follow;
import io.heliograph.server.log.Replay;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Decides what a connection writes next: reads the logs that it follows from its cursor. Replay,
 * live events and a slow reader's backlog are the same loop. Confined to the owner of the
 * connection's {@link Claim}, except for the metrics.
 */
final class Delivery {

  // One write holds at most this, so that a long replay does not keep a copy of the whole log.
  private static final int MAX_WRITE_BYTES = 32 * 1024;

  private final Connection connection;
  private final Streams.Common common;
  private final EventSink sink;
  private final Follow[] follows;
  private final Globs types;
  private final boolean beatsAreEvents;
  private final boolean traces;

  // Other threads read it for the lag, and may see it slightly outdated.
  private final Cursor.Moving cursor;

  // The heads of the logs when the reader connected: events up to them were missed, later ones are
  // live. Null after the reader has caught up.
  private Position @Nullable [] joined;
  private boolean returned;

  // Set by the owner of the claim, taken back by the thread that loads.
  private volatile boolean loading;

  private int gathered;
  private int untold;
  private long untoldBytes;

  // Other threads may read a slightly outdated value.
  private long events;

  /** Takes the place in the logs. */
  Delivery(
      Connection connection,
      Streams.Common common,
      StreamSpec spec,
      EventSink sink,
      Follow[] follows) {
    this.connection = connection;
    this.common = common;
    this.sink = sink;
    this.follows = follows;
    this.types = spec.types();
    this.beatsAreEvents = spec.heartbeat().event();
    this.traces = spec.traces();
    Position[] heads = heads();
    this.joined = heads;
    this.cursor = Cursor.at(spec.user(), heads).moving();
  }

  /** The current heads of the logs. */
  Position[] heads() {
    var heads = new Position[follows.length];
    for (int i = 0; i < heads.length; i++) {
      heads[i] = follows[i].head();
    }
    return heads;
  }

  /** The number of events written. May be slightly outdated. */
  long events() {
    return events;
  }

  /** The number of kept events that the reader has not received yet. */
  long lag() {
    long lag = 0;
    for (int i = 0; i < follows.length; i++) {
      Position head = follows[i].head();
      if (head.epoch() == cursor.position(i).epoch()) {
        lag += Math.max(0, head.sequence() - cursor.position(i).sequence());
      }
    }
    return lag;
  }

  /** Stops following the logs. Called when the connection has ended. */
  void close() {
    for (Follow follow : follows) {
      follow.close();
    }
  }

  private boolean isDegraded() {
    for (Follow follow : follows) {
      if (follow.degraded()) {
        return true;
      }
    }
    return false;
  }

  /** Gathers {@code stream.open}, and a gap if there is one. */
  void open(StreamSpec spec) {
    // Not the current heads: an event since the connection was registered counts it as a reader.
    Start start = Start.of(spec, List.of(follows), Objects.requireNonNull(joined));
    returned = spec.lastEventId().isPresent();
    sink.control(
        new Control.Open(
            common.limits().retry(),
            connection.id(),
            spec.user(),
            start.mode(),
            spec.heartbeat().interval().orElse(common.limits().heartbeat()),
            isDegraded()),
        start.id());
    cursor.moveTo(start.cursor());
    start.gap().ifPresent(this::tellGap);
  }

  /** Gathers events for one write. Returns whether the cursor moved. */
  boolean gather() {
    boolean found = false;
    // Each log has a share of every write, at least one event, so that a backlog in one log does
    // not delay the other. The user's own log comes last and takes the room that is left.
    for (int i = follows.length - 1; i >= 0; i--) {
      int share = (MAX_WRITE_BYTES - sink.pending()) / (i + 1);
      found |= gather(i, Math.max(1, share));
    }
    Position[] ahead = joined;
    if (ahead != null && areKnown(ahead) && hasReached(ahead)) {
      joined = null;
      if (returned) {
        common.metrics().replayed.add(events + gathered);
      }
      tell(new Control.Live(events + gathered));
    }
    return found;
  }

  /** Replaces the heads of logs that could not be read when the reader connected. */
  private boolean areKnown(Position[] heads) {
    boolean known = true;
    for (int i = 0; i < heads.length; i++) {
      if (heads[i].isTime()) {
        heads[i] = follows[i].head();
        known &= !heads[i].isTime();
      }
    }
    return known;
  }

  private boolean gather(int i, int room) {
    return switch (follows[i].after(cursor.position(i), room)) {
      case Replay.Nothing _ -> false;
      case Replay.Cold _ -> {
        load(follows[i]);
        yield false;
      }
      case Replay.Events(List<StoredEvent> found) -> {
        gather(i, found);
        yield true;
      }
      case Replay.Skipped(Position resumeAt) -> {
        cursor.move(i, resumeAt);
        untold++;
        yield true;
      }
      case Replay.Gap(var reason, var lost, Position resumeAt) -> {
        cursor.move(i, resumeAt);
        tellGap(new Control.Gap(follows[i].log().word(), reason, lost));
        yield true;
      }
    };
  }

  /** Brings a log into memory on a thread that may wait, which then wakes the connection. */
  private void load(Follow follow) {
    if (!loading) {
      loading = true;
      Thread.startVirtualThread(
          () -> {
            try {
              follow.load();
            } finally {
              loading = false; // Before the wake: it may have left memory again.
              connection.wake();
            }
          });
    }
  }

  private void gather(int i, List<StoredEvent> found) {
    long now = common.clock().nanos();
    for (StoredEvent event : found) {
      cursor.move(i, event.position());
      boolean missed = joined != null && joined[i].reaches(event.position());
      if (!missed) { // The age of a replayed event is no delay.
        common.metrics().deliveryDelay.add(now - event.appendedNanos());
      } else if (event.ephemeral()) {
        continue; // Published before the reader connected, so not for this reader.
      }
      if (isSpared(event, now)) {
        if (!event.ephemeral()) {
          untold++;
          untoldBytes += event.length();
        }
        continue;
      }
      sink.event(event, cursor.now(), traces);
      gathered++;
      told();
    }
  }

  /** Whether the reader's filter excludes the event, or its time to live has passed. */
  private boolean isSpared(StoredEvent event, long now) {
    return (types != Globs.ALL && !types.match(event.type()))
        || (event.mayExpire() && event.expired(now));
  }

  /**
   * Whether all kept events up to these places have been gathered. Ephemeral events do not count,
   * because they may be gone.
   */
  boolean hasReached(Position[] places) {
    for (int i = 0; i < places.length; i++) {
      Position place = Position.kept(places[i].epoch(), places[i].sequence());
      // Nothing is known to be before a time. A place of an epoch that has ended is never reached.
      if (!place.isTime()
          && !cursor.position(i).reaches(place)
          && (cursor.position(i).epoch() == place.epoch()
              || follows[i].head().epoch() != cursor.position(i).epoch())) {
        return false;
      }
    }
    return true;
  }

  /** Sends the cursor after many skipped events, before the log drops the reader's place. */
  void tellPlace() {
    if (untold >= common.limits().skippedEvents()
        || untoldBytes >= common.limits().skippedBytes()) {
      tell(Control.MOVED);
    }
  }

  /** Gathers a heartbeat. */
  void beat() {
    if (beatsAreEvents) {
      tell(new Control.Beat(Instant.now()));
    } else if (untold > 0) {
      tell(Control.MOVED);
    } else {
      sink.comment();
    }
  }

  /** Gathers a control event under the reader's current cursor. */
  void tell(Control control) {
    sink.control(control, cursor.now().toString());
    told();
  }

  private void tellGap(Control.Gap gap) {
    tell(gap);
    common.metrics().gaps.of(gap.reason().name().toLowerCase(Locale.ROOT)).increment();
    if (gap.reason() == Replay.Reason.EPHEMERAL) {
      common.metrics().ephemeralMissed.add(gap.lost().orElse(0));
    }
    common.gaps().accept(connection, gap);
  }

  private void told() {
    untold = 0;
    untoldBytes = 0;
  }

  /** Counts the gathered events as written. */
  void written() {
    events += gathered;
    common.metrics().delivered.add(gathered);
    gathered = 0;
  }
}
