package io.heliograph.cli.load.publish;

import io.heliograph.cli.load.meter.UserMeter;
import io.heliograph.cli.load.plan.Plan.Load;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * Plans publishes at the rates that were asked for, open-loop: the n-th is due at its time,
 * whatever became of those before. Being late is made up for at once and never hidden, because the
 * envelope says when the event was due. One thread.
 */
public final class Pace implements AutoCloseable {
  private final Lanes lanes;
  private final List<UserMeter> users;
  private final Load load;
  private final long from;
  private volatile long to;
  private final SplittableRandom random;
  private final Thread thread;

  /** Starts planning what is due from then to then, on the clock of {@link System#nanoTime}. */
  public Pace(Lanes lanes, List<UserMeter> users, Load load, long from, long to, long seed) {
    this.lanes = lanes;
    this.users = users;
    this.load = load;
    this.from = from;
    this.to = to;
    this.random = new SplittableRandom(seed);
    this.thread = Thread.ofPlatform().daemon().name("pace").start(this::run);
  }

  private void run() {
    var publishes = new Due(load.arrivals(), load.rate(), 0, from, random.split());
    // Half a step later, so that the first broadcast does not fall on the first publish.
    var broadcasts = new Due(load.arrivals(), load.broadcastRate(), 0.5, from, random.split());
    while (true) {
      long next = Math.min(publishes.at(), broadcasts.at());
      long now = System.nanoTime();
      long end = to;
      if (next >= end && now >= end) {
        return; // Never before what is due is planned, however late this thread is.
      } else if (next > now) {
        LockSupport.parkNanos(Math.min(next, end) - now);
      } else if (publishes.at() <= broadcasts.at()) {
        publishes.advance();
        lanes.publish(users.get(random.nextInt(users.size())), next);
      } else {
        broadcasts.advance();
        lanes.broadcast(next);
      }
    }
  }

  @Override
  public void close() throws InterruptedException {
    to = Math.min(to, System.nanoTime());
    LockSupport.unpark(thread);
    thread.join();
  }
}
