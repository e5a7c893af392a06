package io.heliograph.server.hub;

import io.heliograph.server.event.UserId;
import io.heliograph.server.log.Follow;
import io.heliograph.server.reactor.Reactor;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * One open stream, from its first bytes to its end: who reads it, and when it has to end. Any
 * thread may wake it. The owner of its {@link Claim} performs the steps of its {@link Writer},
 * which writes what its {@link Delivery} gathers.
 */
public final class Connection extends Writer implements EventSink.Watcher {

  // Small enough to be added to the current time without overflow.
  private static final Duration ENDLESS = Duration.ofNanos(Long.MAX_VALUE / 2);

  private final long number;
  private final UserId user;
  private final String remote;
  private final String agent;
  private final Lease lease;
  private final Streams.Home home;
  private final Hub.Ended over;
  private final long sinceMillis;
  private final long ageEndNanos;
  private final long heartbeatNanos;

  // Confined to the timer.
  private boolean expiringTold;

  /**
   * Takes the place in the logs. Writes nothing yet.
   *
   * @param reactor see {@link Claim}
   * @param home called once, after the stream has ended and its sink is closed; never on the
   *     reactor's thread
   * @param over passed to {@code home}
   */
  Connection(
      Streams.Common common,
      long number,
      StreamSpec spec,
      Follow[] follows,
      EventSink sink,
      @Nullable Executor reactor,
      Streams.Home home,
      Hub.Ended over) {
    super(common, spec, follows, sink, reactor);
    this.number = number;
    this.user = spec.user();
    this.remote = spec.remote();
    this.agent = spec.agent();
    this.lease = spec.lease();
    this.home = home;
    this.over = over;
    this.sinceMillis = System.currentTimeMillis();
    this.ageEndNanos =
        common.clock().nanos()
            + common
                .limits()
                .age(ThreadLocalRandom.current().nextDouble())
                .orElse(ENDLESS)
                .toNanos();
    this.heartbeatNanos = spec.heartbeat().interval().orElse(common.limits().heartbeat()).toNanos();
  }

  @Override
  Connection self() {
    return this;
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
    return delivery().events();
  }

  /** The number of kept events that the reader has not received yet. */
  public long lag() {
    return delivery().lag();
  }

  /** Whether the reader's token was revoked, but the stream does not end for it yet. */
  boolean outlivesRevocation() {
    return lease.revoked().getAsBoolean() && !endsBy(CloseReason.REVOKED);
  }

  /** Whether the stream has ended, or ends for this reason. */
  boolean endsBy(CloseReason reason) {
    return ended() != null || closing() == reason;
  }

  /** Why the stream has ended. */
  CloseReason reason() {
    CloseReason reason = ended();
    return reason == null ? CloseReason.INTERNAL_ERROR : reason;
  }

  /** Stops following the logs. */
  void release() {
    delivery().close();
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
      delivery().open(spec);
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
        home.over(this, over);
      }
    }
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
    Thread.startVirtualThread(() -> home.over(this, over));
  }

  /** Called periodically: requests a heartbeat, and aborts a write that is stuck. */
  void check(long nowNanos, long sparedNanos) {
    checkLease(nowNanos, sparedNanos);
    if (nowNanos - ageEndNanos > 0 && closing() == null) {
      close(CloseReason.MAX_AGE);
    }
    checkWrites(nowNanos, sparedNanos, heartbeatNanos);
  }

  /** Called by the timer only, which looks again after what is spared. */
  private void checkLease(long nowNanos, long sparedNanos) {
    long remaining = leaseEndNanos() - nowNanos;
    CloseReason asked = closing();
    if (remaining <= 0) {
      if (asked != null && asked.isAtOnce()) {
        abort(asked); // A word is asked for since the last look; a write that is stuck holds it up.
      } else {
        close(CloseReason.TOKEN_EXPIRED);
      }
    } else if (!expiringTold && remaining - sparedNanos <= lease.warnBefore().toNanos()) {
      expiringTold = true;
      requestExpiring();
    }
  }
}
