package io.heliograph.cli.load.meter;

import io.heliograph.cli.load.meter.SequenceCheck.Audit;

/**
 * What one simulated user sees, over all its connections.
 *
 * <p>An engine tells it what happens, in order, by one thread at a time; the times are those of
 * {@link System#nanoTime} as they were when it happened. {@link #cut}, {@link #ready}, {@link
 * #caughtUp}, {@link #sent} and {@link #lastId} are for any thread.
 */
public final class UserMeter {
  private static final long NEVER = Long.MIN_VALUE;

  /** Longer than the usual slow reader takes for an event of some KiB. */
  private static final long SLOW_QUIET_NANOS = 5_000_000_000L;

  private final Meter meter;
  private final int index;
  private final String name;
  private final Cohort cohort;
  private final boolean announcesLive;
  private final Feed own = new Feed("user", new SentLog());
  private final Feed broadcasts;

  private volatile boolean ready;
  private volatile String lastId = "";
  // When a storm cut this user's connection, until the user is back.
  private volatile long cutAt = NEVER;

  // Whether the connection that is being opened was planned: the first one, those after churn.
  private boolean planned;
  private long dueAt;
  private long attemptAt = NEVER;
  private long noticedAt = NEVER;
  private long openedAt;
  private long lastEventAt = NEVER;
  private long lastArrivalAt;
  private long heartbeatNanos;
  private boolean open;
  private volatile boolean live;
  private int connection;

  /**
   * A user that has not connected yet.
   *
   * @param index as it stands in envelopes
   * @param announcesLive whether the server tells by {@code stream.live} that all was sent
   */
  public UserMeter(Meter meter, int index, String name, Cohort cohort, boolean announcesLive) {
    this.meter = meter;
    this.index = index;
    this.name = name;
    this.cohort = cohort;
    this.announcesLive = announcesLive;
    this.broadcasts = new Feed("broadcast", meter.broadcasts());
  }

  public int index() {
    return index;
  }

  public String name() {
    return name;
  }

  public Cohort cohort() {
    return cohort;
  }

  public SentLog sent() {
    return own.sent();
  }

  /** Whether it is connected and, where the server tells of that, has caught up. */
  public boolean ready() {
    return ready;
  }

  /** Whether it has all that it had missed, too. */
  public boolean caughtUp() {
    return ready && live;
  }

  /** From where to resume; {@code ""} for nowhere. */
  public String lastId() {
    return lastId;
  }

  public void due(long nanos) {
    planned = true;
    dueAt = nanos;
  }

  public void attempt(long nanos) {
    meter.count(Count.CONNECT_ATTEMPTS);
    if (!planned && noticedAt != NEVER && attemptAt < noticedAt) {
      meter.record(Timing.RECONNECT_WAIT, nanos - noticedAt);
    }
    attemptAt = nanos;
  }

  public void tcpConnected(long nanos) {
    if (planned) {
      meter.record(Timing.CONNECT_TCP, nanos - dueAt);
    }
  }

  /** The server answered with a stream; {@code resumed} if the request named where to resume. */
  public void opened(long nanos, boolean resumed) {
    connection++;
    open = true;
    live = false;
    openedAt = nanos;
    lastArrivalAt = nanos;
    meter.count(Count.CONNECT_OPENED);
    own.opened(connection == 1, resumed);
    broadcasts.opened(connection == 1, resumed);
    if (planned) {
      meter.record(Timing.CONNECT_OPEN, nanos - dueAt);
    } else if (attemptAt != NEVER) {
      meter.record(Timing.RECONNECT_OPEN, nanos - attemptAt);
    }
    if (!announcesLive) {
      ready = true;
    }
    liveOnceAllHasCome(nanos);
  }

  /** Where no stream.live tells it, the events themselves do. */
  private void liveOnceAllHasCome(long nanos) {
    if (!announcesLive && !live && own.hasCaughtUp() && broadcasts.hasCaughtUp()) {
      live(nanos);
    }
  }

  /** The server promised to say something every so often. */
  public void heartbeatEvery(long nanos) {
    heartbeatNanos = nanos;
  }

  /** What was missed has been sent. */
  public void live(long nanos) {
    arrival(nanos);
    if (live) {
      return;
    }
    live = true;
    if (planned) {
      meter.record(Timing.CONNECT_READY, nanos - dueAt);
    } else {
      long from = cutAt != NEVER ? cutAt : noticedAt;
      meter.record(Timing.RECONNECT_CATCHUP, nanos - openedAt);
      if (from != NEVER) {
        meter.record(Timing.RECONNECT_TOTAL, nanos - from);
      }
      meter.count(Count.RECONNECT_COUNT);
    }
    planned = false;
    cutAt = NEVER;
    noticedAt = NEVER;
    ready = true;
  }

  public void positioned(String id) {
    lastId = id;
  }

  public void comment(long nanos) {
    if (live && cohort == Cohort.NORMAL) { // Who reads slowly is told late by itself.
      meter.record(Timing.HEARTBEAT_GAP, nanos - lastArrivalAt);
    }
    arrival(nanos);
  }

  /** Any other sign of life came. */
  public void arrival(long nanos) {
    long quiet = nanos - lastArrivalAt;
    if (cohort == Cohort.NORMAL && live && heartbeatNanos > 0 && quiet >= 2 * heartbeatNanos) {
      meter.add(Count.HEARTBEAT_MISSED, quiet / heartbeatNanos - 1);
    }
    lastArrivalAt = nanos;
  }

  /**
   * The server told that events are lost for good.
   *
   * @param log {@code user}, {@code broadcast}, or {@code all} for both
   * @param reason the server's word; what was {@code ephemeral} was never kept, and this run sends
   *     none, so such a gap excuses no loss
   * @param count how many, -1 where the server does not know
   */
  public void gap(String log, String reason, long count) {
    if (reason.equals("ephemeral")) {
      return;
    }
    meter.count(Count.GAPS);
    var loss = new SequenceCheck.Loss(count < 0 ? Long.MAX_VALUE : count);
    if (!log.equals("user")) {
      broadcasts.gap(loss);
    }
    if (!log.equals("broadcast")) {
      own.gap(loss);
    }
  }

  public void event(String data, String id, long nanos) {
    arrival(nanos);
    lastEventAt = nanos;
    lastId = id;
    switch (Envelope.in(data)) {
      case Envelope.Found.Intact(Envelope envelope) when envelope.run().equals(meter.run()) ->
          event(envelope, nanos);
      case Envelope.Found.Intact other -> meter.count(Count.OTHER_EVENTS);
      case Envelope.Found.Corrupt corrupt -> changed(data, nanos);
      // The mark that an envelope begins with may be what was changed.
      case Envelope.Found.Nothing nothing when data.contains(meter.run() + ":") ->
          changed(data, nanos);
      case Envelope.Found.Nothing nothing -> meter.count(Count.OTHER_EVENTS);
    }
  }

  private void changed(String data, long nanos) {
    String start = data.length() <= 200 ? data : data.substring(0, 200) + "…";
    corrupt("user", -1, nanos, "the event is not as it was sent: " + start);
  }

  private void corrupt(String log, long sequence, long nanos, String detail) {
    meter.count(Count.CORRUPT);
    tell("corrupt", log, sequence, nanos, detail);
  }

  private void event(Envelope envelope, long nanos) {
    boolean broadcast = envelope.user() == Envelope.EVERYBODY;
    long sequence = envelope.sequence();
    if (!broadcast && envelope.user() != index) {
      meter.count(Count.MISROUTED);
      tell("misrouted", "user", sequence, nanos, "it was for user " + envelope.user());
      return;
    }
    Feed feed = broadcast ? broadcasts : own;
    long issued = feed.sent().issued();
    if (sequence < 0 || sequence >= issued) {
      corrupt(feed.name(), sequence, nanos, "intact, but only " + issued + " were sent");
      return;
    }
    switch (feed.check().see(sequence)) {
      case NEW -> delivered(envelope, nanos);
      case LATE -> {
        delivered(envelope, nanos);
        meter.count(Count.ORDER_VIOLATIONS);
        String detail = "came " + feed.check().lastDisplacement() + " places late";
        tell("order", feed.name(), sequence, nanos, detail);
      }
      case DOUBLE -> {
        meter.count(Count.DUP_LIVE);
        tell("doubled", feed.name(), sequence, nanos, "came before on the same connection");
      }
      case AGAIN -> meter.count(Count.DUP_REPLAY);
    }
    liveOnceAllHasCome(nanos);
  }

  private void delivered(Envelope envelope, long nanos) {
    meter.count(Count.DELIVERED);
    if (!meter.measures(envelope.intendedNanos())) {
      return;
    }
    long corrected = nanos - envelope.intendedNanos();
    // Where no stream.live parts the two, the event itself tells by its age.
    boolean replayed =
        announcesLive ? !live : connection > 1 && envelope.intendedNanos() < openedAt;
    if (cohort != Cohort.NORMAL) {
      meter.record(Timing.DELIVERY_SLOW, corrected);
    } else if (replayed) {
      meter.record(Timing.DELIVERY_REPLAY, corrected);
    } else {
      meter.record(Timing.DELIVERY_LIVE, corrected);
      meter.record(Timing.DELIVERY_UNCORRECTED, nanos - envelope.sentNanos());
    }
  }

  /** A storm cuts the connection now. */
  public void cut(long nanos) {
    cutAt = nanos;
    ready = false;
    meter.count(Count.CUT);
  }

  /** The connection is gone, or could not be made. True if nobody planned it: an error. */
  public boolean disconnected(long nanos) {
    ready = false;
    if (!open) {
      return true;
    }
    open = false;
    noticedAt = nanos;
    if (cutAt != NEVER) {
      meter.record(Timing.RECONNECT_DETECT, nanos - cutAt);
      return false;
    }
    meter.count(Count.DISCONNECTS);
    if (cohort != Cohort.NORMAL) {
      meter.count(Count.SLOW_EVICTED);
    }
    return true;
  }

  /** The user itself closed the connection, as the plan says. */
  public void left() {
    ready = false;
    open = false;
    cutAt = NEVER;
  }

  /** Holds what came against what was sent; once, when all is over. */
  public void audit(Totals totals, long nanos) {
    if (!ready && cohort == Cohort.NORMAL) {
      totals.absent++;
    }
    if (connection == 0) {
      return;
    }
    // A slow user that still gets events has not yet read all that waits for it.
    boolean reads =
        cohort == Cohort.SLOW && lastEventAt != NEVER && nanos - lastEventAt < SLOW_QUIET_NANOS;
    Audit mine = audit(own, reads, totals, nanos);
    Audit all = audit(broadcasts, reads, totals, nanos);
    totals.returned(mine, all);
  }

  private Audit audit(Feed feed, boolean reads, Totals totals, long nanos) {
    // Who reads nothing may get all of it, who is not back, or still reads, what follows the last
    // that came; a hole before that is never filled.
    long mayComeFrom =
        cohort == Cohort.STALLED ? 0 : ready && !reads ? Long.MAX_VALUE : feed.check().next();
    Audit audit = feed.audit(mayComeFrom);
    totals.add(audit);
    for (long sequence : audit.silentSequences) {
      tell("lost", feed.name(), sequence, nanos, "accepted, never seen, and no gap reported");
    }
    return audit;
  }

  private void tell(String kind, String log, long sequence, long nanos, String detail) {
    long atMs = (nanos - meter.startNanos()) / 1_000_000;
    meter.violation(new Violation(kind, name, log, sequence, atMs, connection, detail));
  }
}
