package io.heliograph.server.hub;

import io.heliograph.server.event.Cursor;
import io.heliograph.server.event.Globs;
import io.heliograph.server.event.NanoClock;
import io.heliograph.server.event.Position;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.event.UserId;
import io.heliograph.server.log.Follow;
import io.heliograph.server.log.Replay;
import io.heliograph.server.observe.Metrics;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One open stream: a cursor on the logs that it follows. Any thread may wake it; one at a time
 * drains it. Live events, replay and a slow reader's backlog are the same loop.
 */
public final class Connection {

  private static final System.Logger LOG = System.getLogger(Connection.class.getName());

  // One write holds at most this, so that a long replay does not keep a copy of the whole log.
  private static final int MAX_WRITE_BYTES = 32 * 1024;

  private final String id;
  private final StreamSpec spec;
  private final Instant since;
  private final List<Follow> follows;
  private final EventSink sink;
  private final StreamLimits limits;
  private final NanoClock clock;
  private final Metrics metrics;
  private final long maxAgeNanos;
  private final Duration heartbeat;
  private final long sinceNanos;
  private final BiConsumer<Connection, Control.Gap> gaps;
  private final Runnable drain = this::drain;

  // The heads when the reader came: what lies behind them was missed, what lies after is live.
  private final Position[] joined;

  // Wakes not yet answered. Who lifts it from 0 owns the drain until it is back at 0: frames are
  // never written by two threads, and a wake that comes while the drain ends is not lost. The
  // request's own thread begins as the owner, until the first bytes are out.
  private final AtomicInteger wakes = new AtomicInteger(1);

  // When the reader's lease ends; and whether it was told, which only the timer asks.
  private final long leaseEndNanos;
  private boolean expiringTold;

  // Asked for by anybody, done by the owner of the drain, so that it comes after the last event.
  private volatile @Nullable CloseReason closing;
  private volatile Duration closingAbsence = Duration.ZERO;
  private final AtomicReference<@Nullable CloseReason> ended = new AtomicReference<>();

  // Written by the owner of the drain, read by the heartbeats and by who asks for the lag.
  private volatile Cursor cursor;
  private volatile long lastWriteNanos;
  private volatile long writingSinceNanos;
  private volatile boolean writing;
  private volatile boolean heartbeatDue;
  private volatile boolean expiringDue;

  // Confined to the owner of the drain.
  private boolean live;
  private int gathered;
  private int untold;
  private long untoldBytes;
  private Position @Nullable [] owed;

  // Of the owner, too; others read a figure for people, which may be a moment old.
  private long events;

  Connection(
      String id,
      StreamSpec spec,
      List<Follow> follows,
      EventSink sink,
      StreamLimits limits,
      NanoClock clock,
      Metrics metrics,
      BiConsumer<Connection, Control.Gap> gaps) {
    this.id = id;
    this.spec = spec;
    this.since = Instant.now();
    this.follows = follows;
    this.sink = sink;
    this.limits = limits;
    this.clock = clock;
    this.metrics = metrics;
    this.maxAgeNanos =
        limits
            .age(ThreadLocalRandom.current().nextDouble())
            .map(Duration::toNanos)
            .orElse(Long.MAX_VALUE);
    this.heartbeat = spec.heartbeat().interval().orElse(limits.heartbeat());
    this.gaps = gaps;
    this.joined = follows.stream().map(Follow::head).toArray(Position[]::new);
    this.cursor = Cursor.at(spec.user(), joined);
    this.sinceNanos = clock.nanos();
    this.lastWriteNanos = sinceNanos;
    this.leaseEndNanos = sinceNanos + spec.lease().validFor().toNanos();
  }

  /** Unique on this node for as long as it runs. */
  public String id() {
    return id;
  }

  public UserId user() {
    return spec.user();
  }

  /** When the reader came. */
  public Instant since() {
    return since;
  }

  /** The peer's address, for people. */
  public String remote() {
    return spec.remote();
  }

  /** What the peer calls itself, for people; "" if it does not say. */
  public String agent() {
    return spec.agent();
  }

  /** How many events were written to the reader, as of a moment ago. */
  public long events() {
    return events;
  }

  /** How many kept events the reader is behind. */
  public long lag() {
    Cursor at = cursor;
    long lag = 0;
    for (int i = 0; i < follows.size(); i++) {
      lag += Math.max(0, follows.get(i).head().sequence() - at.position(i).sequence());
    }
    return lag;
  }

  /** Runs the stream on the calling thread until it has ended; answers why. */
  CloseReason run() {
    try {
      open();
      drain();
      end(sink.awaitLeave());
    } catch (SinkClosedException e) {
      end(CloseReason.CLIENT_LEFT);
    } finally {
      sink.abort();
    }
    CloseReason reason = ended.get();
    return reason == null ? CloseReason.INTERNAL_ERROR : reason;
  }

  /** Never blocks and never fails: a slow reader must not hold up a publisher. */
  public void wake() {
    metrics.wakes.increment();
    if (wakes.getAndIncrement() == 0) {
      // A thread of its own, for a write may be stuck for long: on a few shared threads a few
      // stuck readers would stop everybody.
      Thread.startVirtualThread(drain);
    }
  }

  /** Ends the stream in good order: after what the reader is owed, and with a word. */
  void close(CloseReason reason) {
    close(reason, Duration.ZERO);
  }

  /**
   * Ends the stream in good order.
   *
   * @param absence for how long there is nothing to come back to
   */
  void close(CloseReason reason, Duration absence) {
    CloseReason before = closing;
    if (before == null || !before.isAtOnce()) { // What is over at once does not become milder.
      closingAbsence = absence;
      closing = reason;
    }
    wake();
  }

  /** Ends the stream at once, whatever it is doing. */
  void abort(CloseReason reason) {
    end(reason);
    sink.abort();
  }

  /** Called now and then: breaks a silence that gets too long, and a write that is stuck. */
  void check(long nowNanos, long sparedNanos) {
    checkLease(nowNanos, sparedNanos);
    if (nowNanos - sinceNanos > maxAgeNanos && closing == null) {
      close(CloseReason.MAX_AGE);
    }
    if (writing) {
      if (nowNanos - writingSinceNanos > limits.writeTimeout().toNanos()) {
        abort(CloseReason.WRITE_TIMEOUT);
      }
    } else if (nowNanos + sparedNanos - lastWriteNanos >= heartbeat.toNanos()) {
      heartbeatDue = true;
      wake();
    }
  }

  /** Whether the reader's access was taken back. */
  boolean isRevoked() {
    return spec.lease().revoked().getAsBoolean();
  }

  /** Called by the timer only, which looks again after what is spared. */
  private void checkLease(long nowNanos, long sparedNanos) {
    long remaining = leaseEndNanos - nowNanos;
    CloseReason asked = closing;
    if (remaining <= 0) {
      if (asked != null && asked.isAtOnce()) {
        abort(asked); // A word is asked for since the last look; a write that is stuck holds it up.
      } else {
        close(CloseReason.TOKEN_EXPIRED);
      }
    } else if (!expiringTold && remaining - sparedNanos <= spec.lease().warnBefore().toNanos()) {
      expiringTold = true;
      expiringDue = true;
      wake();
    }
  }

  private void open() {
    Start start = Start.of(spec, follows, joined);
    sink.control(
        new Control.Open(limits.retry(), id, spec.user(), start.mode(), heartbeat), start.id());
    cursor = start.cursor();
    start.gap().ifPresent(this::tellGap);
  }

  private void drain() {
    metrics.drains.increment();
    int answered = wakes.get();
    try {
      do {
        while (ended.get() == null && !isOver() && gather()) {
          flush();
        }
        CloseReason asked = closing;
        if (ended.get() == null && asked != null) {
          sayGoodbye(asked);
        }
        answered = wakes.addAndGet(-answered);
      } while (answered != 0);
      // A write that fails leaves wakes above 0: nobody drains the connection again.
    } catch (SinkClosedException e) {
      abort(CloseReason.CLIENT_LEFT);
    } catch (RuntimeException | Error e) {
      LOG.log(System.Logger.Level.ERROR, "The stream of " + user() + " failed.", e);
      abort(CloseReason.INTERNAL_ERROR);
    }
  }

  /** Whether the goodbye is due: at once, or when what was owed at its asking is written. */
  private boolean isOver() {
    CloseReason asked = closing;
    if (asked == null || asked.isAtOnce()) {
      return asked != null;
    }
    Position[] places = owed;
    if (places == null) {
      // Not until nothing is left: a publisher that never pauses would put the goodbye off.
      places = follows.stream().map(Follow::head).toArray(Position[]::new);
      owed = places;
    }
    return hasReached(places);
  }

  /** Gathers one write; false if there is nothing to say. */
  private boolean gather() {
    boolean found = false;
    // Each log has its share of every write, and one event at least: whoever follows two is not
    // kept from the one by a backlog in the other. The user's own comes last and takes what is left
    // over.
    for (int i = follows.size() - 1; i >= 0; i--) {
      int share = (MAX_WRITE_BYTES - sink.pending()) / (i + 1);
      found |= gather(i, Math.max(1, share));
    }
    if (!live && hasCaughtUp()) {
      live = true;
      if (spec.lastEventId().isPresent()) {
        metrics.replayed.add(events + gathered);
      }
      tell(new Control.Live(events + gathered));
    }
    if (expiringDue) {
      expiringDue = false;
      long remaining = Math.max(0, leaseEndNanos - clock.nanos());
      tell(new Control.Expiring(Duration.ofNanos(remaining)));
    }
    if (untold >= limits.skippedEvents() || untoldBytes >= limits.skippedBytes()) {
      tell(Control.MOVED);
    }
    if (heartbeatDue) {
      heartbeatDue = false;
      if (sink.pending() == 0) {
        beat();
      }
    }
    return found || sink.pending() > 0;
  }

  private void beat() {
    if (spec.heartbeat().event()) {
      tell(new Control.Beat(Instant.now()));
    } else if (untold > 0) {
      tell(Control.MOVED);
    } else {
      sink.comment();
    }
  }

  private boolean gather(int i, int room) {
    return switch (follows.get(i).after(cursor.position(i), room)) {
      case Replay.Nothing _ -> false;
      case Replay.Events(List<StoredEvent> found) -> {
        Cursor at = cursor;
        long now = clock.nanos();
        for (StoredEvent event : found) {
          at = at.with(i, event.position());
          if (!joined[i].reaches(event.position())) { // Not a replayed one, whose age is no delay.
            metrics.deliveryDelay.add(now - event.appendedNanos());
          }
          // What was ephemeral when the reader came was not for it.
          if (event.ephemeral() && joined[i].reaches(event.position())) {
            continue;
          }
          if (isSpared(event)) {
            if (!event.ephemeral()) {
              untold++;
              untoldBytes += event.block().length;
            }
            continue;
          }
          sink.event(event, at);
          gathered++;
          told();
        }
        cursor = at;
        yield true;
      }
      case Replay.Skipped(Position resumeAt) -> {
        cursor = cursor.with(i, resumeAt);
        untold++;
        yield true;
      }
      case Replay.Gap(var reason, var lost, Position resumeAt) -> {
        cursor = cursor.with(i, resumeAt);
        tellGap(new Control.Gap(follows.get(i).log().word(), reason, lost));
        yield true;
      }
    };
  }

  /** Whether the reader does not want the event, or it is past its time to live. */
  private boolean isSpared(StoredEvent event) {
    return (spec.types() != Globs.ALL && !spec.types().match(event.type()))
        || (event.mayExpire() && event.expired(clock.nanos()));
  }

  private void tellGap(Control.Gap gap) {
    tell(gap);
    metrics.gaps.of(gap.reason().name().toLowerCase(Locale.ROOT)).increment();
    if (gap.reason() == Replay.Reason.EPHEMERAL) {
      metrics.ephemeralMissed.add(gap.lost().orElse(0));
    }
    gaps.accept(this, gap);
  }

  /** Says it at the drain's own place, so that the reader's cursor skips nothing. */
  private void tell(Control control) {
    sink.control(control, cursor.toString());
    told();
  }

  private void told() {
    untold = 0;
    untoldBytes = 0;
  }

  private boolean hasCaughtUp() {
    return hasReached(joined);
  }

  /**
   * Whether all that was kept up to these places has been gathered. What is ephemeral does not
   * count: it may be gone, and nobody waits for it.
   */
  private boolean hasReached(Position[] places) {
    Cursor at = cursor;
    for (int i = 0; i < places.length; i++) {
      if (!at.position(i).reaches(Position.kept(places[i].epoch(), places[i].sequence()))) {
        return false;
      }
    }
    return true;
  }

  private void flush() {
    if (sink.pending() == 0) {
      return; // All that was found was spared: no write, so the heartbeat is due as before.
    }
    int bytes = sink.pending();
    write(sink::flush);
    events += gathered;
    metrics.delivered.add(gathered);
    metrics.bytes.add(bytes);
    gathered = 0;
  }

  private void write(Runnable write) {
    long started = clock.nanos();
    writingSinceNanos = started;
    writing = true;
    try {
      write.run();
    } finally {
      writing = false;
    }
    lastWriteNanos = started;
  }

  private void sayGoodbye(CloseReason reason) {
    double jitter = ThreadLocalRandom.current().nextDouble();
    Duration spread =
        reason == CloseReason.TOKEN_EXPIRED
            ? StreamLimits.comeBackExpired(Duration.ZERO, jitter)
            : limits.comeBack(jitter);
    tell(new Control.Closing(reason, closingAbsence.plus(spread)));
    end(reason); // Before the peer, which may close on it, can be taken for the one that left.
    write(sink::end);
    abort(reason);
  }

  /** The first reason stays. */
  private void end(CloseReason reason) {
    ended.compareAndSet(null, reason);
  }
}
