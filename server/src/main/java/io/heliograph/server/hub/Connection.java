package io.heliograph.server.hub;

import io.heliograph.server.event.Position;
import io.heliograph.server.event.UserId;
import io.heliograph.server.log.Follow;
import io.heliograph.server.reactor.Reactor;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One open stream, from its first bytes to its end. Any thread may wake it. The owner of its {@link
 * Claim} writes what its {@link Delivery} gathers.
 */
public final class Connection extends Claim implements EventSink.Watcher {

  private static final System.Logger LOG = System.getLogger(Connection.class.getName());

  // Small enough to be added to the current time without overflow.
  private static final Duration ENDLESS = Duration.ofNanos(Long.MAX_VALUE / 2);

  private static final VarHandle ENDED;

  static {
    try {
      ENDED = MethodHandles.lookup().findVarHandle(Connection.class, "ended", CloseReason.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Streams.Common common;
  private final long number;
  private final UserId user;
  private final String remote;
  private final String agent;
  private final Lease lease;
  private final EventSink sink;
  private final Delivery delivery;
  private final Consumer<Connection> over;
  private final long sinceMillis;
  private final long ageEndNanos;
  private final long leaseEndNanos;
  private final long heartbeatNanos;

  // Requested by any thread, performed by the owner of the claim, after the last event.
  private volatile @Nullable CloseReason closing;
  private volatile Duration closingAbsence = Duration.ZERO;

  // The first reason wins.
  private volatile @Nullable CloseReason ended;

  // Written by the owner of the claim, read by the timer. A write goes on while its sink is
  // blocked.
  private volatile long lastWriteNanos;
  private volatile boolean writing;
  private volatile long writingSinceNanos;

  // Written by the timer; expiringTold is confined to it.
  private volatile boolean heartbeatDue;
  private volatile boolean expiringDue;
  private boolean expiringTold;

  // Confined to the owner: the size of the current write, and the places to reach before goodbye.
  private int writingBytes;
  private Position @Nullable [] owed;

  /**
   * Takes the place in the logs. Writes nothing yet.
   *
   * @param reactor see {@link Claim}
   * @param over called once, after the stream has ended and its sink is closed; never on the
   *     reactor's thread
   */
  Connection(
      Streams.Common common,
      long number,
      StreamSpec spec,
      Follow[] follows,
      EventSink sink,
      @Nullable Executor reactor,
      Consumer<Connection> over) {
    super(reactor);
    this.common = common;
    this.number = number;
    this.user = spec.user();
    this.remote = spec.remote();
    this.agent = spec.agent();
    this.lease = spec.lease();
    this.sink = sink;
    this.over = over;
    this.delivery = new Delivery(this, common, spec, sink, follows);
    this.sinceMillis = System.currentTimeMillis();
    long now = common.clock().nanos();
    this.lastWriteNanos = now;
    this.leaseEndNanos = now + lease.validFor().toNanos();
    this.ageEndNanos =
        now
            + common
                .limits()
                .age(ThreadLocalRandom.current().nextDouble())
                .orElse(ENDLESS)
                .toNanos();
    this.heartbeatNanos = spec.heartbeat().interval().orElse(common.limits().heartbeat()).toNanos();
  }

  /** Unique on this node until it stops. */
  public String id() {
    return common.node() + "-" + Long.toString(number, Character.MAX_RADIX);
  }

  public UserId user() {
    return user;
  }

  /** When the reader connected. */
  public Instant since() {
    return Instant.ofEpochMilli(sinceMillis);
  }

  /** The peer's address, for logs. */
  public String remote() {
    return remote;
  }

  /** The peer's {@code User-Agent}, for logs; "" if there is none. */
  public String agent() {
    return agent;
  }

  /** The number of events written to the reader. May be slightly outdated. */
  public long events() {
    return delivery.events();
  }

  /** The number of kept events that the reader has not received yet. */
  public long lag() {
    return delivery.lag();
  }

  /** Whether the reader's token was revoked, but the stream does not end for it yet. */
  boolean outlivesRevocation() {
    return lease.revoked().getAsBoolean() && !endsBy(CloseReason.REVOKED);
  }

  /** Whether the stream has ended, or ends for this reason. */
  boolean endsBy(CloseReason reason) {
    return ended != null || closing == reason;
  }

  /** Why the stream has ended. */
  CloseReason reason() {
    CloseReason reason = ended;
    return reason == null ? CloseReason.INTERNAL_ERROR : reason;
  }

  /** Stops following the logs. */
  void release() {
    delivery.close();
  }

  @Override
  public void wake() {
    common.metrics().wakes.increment();
    super.wake();
  }

  @Override
  void drain() {
    common.metrics().drains.increment();
    super.drain();
  }

  /**
   * Writes the first bytes. If the sink blocks, returns after the stream has ended.
   *
   * @param opened called before the first bytes are written
   */
  void run(Reactor reactor, StreamSpec spec, Runnable opened) {
    try {
      try {
        opened.run();
      } finally {
        sink.watch(reactor, this); // From here on the stream can end, so not before it is opened.
      }
      delivery.open(spec);
      drain();
      if (sink.blocks()) {
        left(sink.awaitLeave());
      }
    } catch (RuntimeException | Error e) {
      abort(CloseReason.INTERNAL_ERROR);
      throw e;
    } finally {
      if (sink.blocks()) {
        sink.abort();
        over.accept(this);
      }
    }
  }

  /** Ends the stream gracefully: after the events up to now, and with {@code stream.closing}. */
  void close(CloseReason reason) {
    close(reason, Duration.ZERO);
  }

  /**
   * Ends the stream gracefully.
   *
   * @param absence for how long the server will not accept streams
   */
  void close(CloseReason reason, Duration absence) {
    CloseReason before = closing;
    if (before == null || !before.isAtOnce()) { // An immediate end must not become a graceful one.
      closingAbsence = absence;
      closing = reason;
    }
    wake();
  }

  /** Ends the stream immediately. */
  void abort(CloseReason reason) {
    ENDED.compareAndSet(this, null, reason);
    sink.abort();
  }

  @Override
  public void left(CloseReason reason) {
    abort(reason);
  }

  @Override
  public void writable() {
    resume();
  }

  @Override
  public void closed() {
    // Logs and calls listeners, which must not happen on the reactor's thread.
    Thread.startVirtualThread(() -> over.accept(this));
  }

  /** Called periodically: requests a heartbeat, and aborts a write that is stuck. */
  void check(long nowNanos, long sparedNanos) {
    checkLease(nowNanos, sparedNanos);
    if (nowNanos - ageEndNanos > 0 && closing == null) {
      close(CloseReason.MAX_AGE);
    }
    if (writing) {
      if (nowNanos - writingSinceNanos > common.limits().writeTimeout().toNanos()) {
        abort(CloseReason.WRITE_TIMEOUT);
      }
    } else if (nowNanos + sparedNanos - lastWriteNanos >= heartbeatNanos) {
      heartbeatDue = true;
      wake();
    }
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
    } else if (!expiringTold && remaining - sparedNanos <= lease.warnBefore().toNanos()) {
      expiringTold = true;
      expiringDue = true;
      wake();
    }
  }

  @Override
  Step step() {
    try {
      return write();
    } catch (SinkClosedException e) {
      abort(CloseReason.CLIENT_LEFT);
    } catch (RuntimeException | Error e) {
      Thread.startVirtualThread(
          () -> LOG.log(System.Logger.Level.ERROR, "The stream of " + user + " failed.", e));
      abort(CloseReason.INTERNAL_ERROR);
    }
    return Step.OVER;
  }

  private Step write() {
    if (writing && !goOn(sink.flush())) {
      return Step.BLOCKED;
    }
    if (ended != null) {
      sink.abort(); // The rest of stream.closing may have been the last write.
      return Step.OVER;
    }
    if (!isOver() && gather()) {
      return flush() ? Step.DONE : Step.BLOCKED;
    }
    CloseReason asked = closing;
    return asked == null ? Step.NOTHING : sayGoodbye(asked);
  }

  /** Gathers one write. Returns false if there is nothing to write. */
  private boolean gather() {
    boolean found = delivery.gather();
    if (expiringDue) {
      expiringDue = false;
      long remaining = Math.max(0, leaseEndNanos - common.clock().nanos());
      delivery.tell(new Control.Expiring(Duration.ofNanos(remaining)));
    }
    delivery.tellPlace();
    if (heartbeatDue) {
      heartbeatDue = false;
      if (sink.pending() == 0) {
        delivery.beat();
      }
    }
    return found || sink.pending() > 0;
  }

  private boolean flush() {
    // All events may have been skipped: without a write the heartbeat stays due.
    if (sink.pending() == 0) {
      return true;
    }
    begin();
    return goOn(sink.flush());
  }

  private void begin() {
    writingBytes = sink.pending();
    writingSinceNanos = common.clock().nanos();
    writing = true;
  }

  /** Passes on the sink's result; completes the write if everything was written. */
  private boolean goOn(boolean allGone) {
    if (allGone) {
      lastWriteNanos = writingSinceNanos;
      writing = false;
      common.metrics().bytes.add(writingBytes);
      delivery.written();
    }
    return allGone;
  }

  /** Whether goodbye is due: immediately, or after the events that preceded its request. */
  private boolean isOver() {
    CloseReason asked = closing;
    if (asked == null || asked.isAtOnce()) {
      return asked != null;
    }
    if (owed == null) {
      // Not until the log is empty: a publisher that never pauses would postpone it forever.
      owed = delivery.heads();
    }
    return delivery.hasReached(owed);
  }

  private Step sayGoodbye(CloseReason reason) {
    double jitter = ThreadLocalRandom.current().nextDouble();
    Duration spread =
        reason == CloseReason.TOKEN_EXPIRED
            ? StreamLimits.comeBackExpired(Duration.ZERO, jitter)
            : common.limits().comeBack(jitter);
    delivery.tell(new Control.Closing(reason, closingAbsence.plus(spread)));
    // Before the write, because the peer may close the connection in response.
    ENDED.compareAndSet(this, null, reason);
    begin();
    if (!goOn(sink.end())) {
      return Step.BLOCKED;
    }
    sink.abort();
    return Step.OVER;
  }
}
