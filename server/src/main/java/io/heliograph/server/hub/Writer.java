package io.heliograph.server.hub;

import io.heliograph.server.event.Position;
import io.heliograph.server.log.Follow;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The drain of a connection: what the owner of the {@link Claim} does, step by step. A step
 * continues the write that the socket did not accept completely, or writes what {@link Delivery}
 * gathers, or says goodbye.
 */
abstract class Writer extends Claim {

  private static final System.Logger LOG = System.getLogger(Connection.class.getName());

  private static final VarHandle ENDED;

  static {
    try {
      ENDED = MethodHandles.lookup().findVarHandle(Writer.class, "ended", CloseReason.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final Streams.Common common;
  final EventSink sink;
  private final Delivery delivery;
  private final long leaseEndNanos;

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

  // Confined to the timer. Null until it has seen a write that goes on.
  private @Nullable Progress progress;

  // Written by the timer.
  private volatile boolean heartbeatDue;
  private volatile boolean expiringDue;

  // Confined to the owner: the size of the current write, and the places to reach before goodbye.
  private int writingBytes;
  private Position @Nullable [] owed;

  /** Takes the place in the logs. */
  Writer(
      Streams.Common common,
      StreamSpec spec,
      Follow[] follows,
      EventSink sink,
      @Nullable Executor reactor) {
    super(reactor);
    this.common = common;
    this.sink = sink;
    this.delivery = new Delivery(self(), common, spec, sink, follows);
    long now = common.clock().nanos();
    this.lastWriteNanos = now;
    this.leaseEndNanos = now + spec.lease().validFor().toNanos();
  }

  /** This, with its own type. */
  abstract Connection self();

  final Delivery delivery() {
    return delivery;
  }

  final long leaseEndNanos() {
    return leaseEndNanos;
  }

  /** Why the stream has ended; null if it has not. */
  final @Nullable CloseReason ended() {
    return ended;
  }

  /** For what reason the stream ends after its last event; null if for none. */
  final @Nullable CloseReason closing() {
    return closing;
  }

  /** Ends the stream gracefully: after the events up to now, and with {@code stream.closing}. */
  final void close(CloseReason reason) {
    close(reason, Duration.ZERO);
  }

  /**
   * Ends the stream gracefully.
   *
   * @param absence for how long the server will not accept streams
   */
  final void close(CloseReason reason, Duration absence) {
    CloseReason before = closing;
    if (before == null || !before.isAtOnce()) { // An immediate end must not become a graceful one.
      closingAbsence = absence;
      closing = reason;
    }
    wake();
  }

  /** Requests {@code stream.expiring}. */
  final void requestExpiring() {
    expiringDue = true;
    wake();
  }

  /** Requests a heartbeat after this much silence, and aborts a write that is stuck. */
  final void checkWrites(long nowNanos, long sparedNanos, long heartbeatNanos) {
    if (writing) {
      if (progress == null) {
        progress = new Progress(writingSinceNanos);
      }
      // A reader on a slow line may take longer than the timeout for a large event: it would never
      // get past that event if it was sent away in the middle of it.
      long stuckNanos =
          Math.min(nowNanos - writingSinceNanos, progress.pause(sink.accepted(), nowNanos));
      if (stuckNanos > common.limits().writeTimeout().toNanos()) {
        abort(CloseReason.WRITE_TIMEOUT);
      }
    } else if (nowNanos + sparedNanos - lastWriteNanos >= heartbeatNanos) {
      heartbeatDue = true;
      wake();
    }
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

  /** Ends the stream immediately. */
  final void abort(CloseReason reason) {
    ENDED.compareAndSet(this, null, reason);
    sink.abort();
  }

  @Override
  Step step() {
    try {
      return write();
    } catch (SinkClosedException e) {
      abort(CloseReason.CLIENT_LEFT);
    } catch (RuntimeException | Error e) {
      Thread.startVirtualThread(
          () ->
              LOG.log(System.Logger.Level.ERROR, "The stream of " + self().user() + " failed.", e));
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

  /** How much of its writes a sink had accepted, and when that was seen to change. */
  private static final class Progress {
    private long accepted;
    private long sinceNanos;

    Progress(long sinceNanos) {
      this.sinceNanos = sinceNanos;
    }

    /** For how long the sink has accepted nothing. */
    long pause(long acceptedNow, long nowNanos) {
      if (acceptedNow != accepted) {
        accepted = acceptedNow;
        sinceNanos = nowNanos;
      }
      return nowNanos - sinceNanos;
    }
  }
}
