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
  private static final double ZIPF = 1.1;

  private final Lanes lanes;
  private final List<UserMeter> users;
  private final Load load;
  private final long from;
  private final long to;
  private final SplittableRandom random;
  private final double[] zipf;
  private final Thread thread;
  private volatile boolean stopped;

  /** Starts planning what is due from then to then, on the clock of {@link System#nanoTime}. */
  public Pace(Lanes lanes, List<UserMeter> users, Load load, long from, long to, long seed) {
    this.lanes = lanes;
    this.users = users;
    this.load = load;
    this.from = from;
    this.to = to;
    this.random = new SplittableRandom(seed);
    this.zipf = load.zipf() ? shares(users.size()) : new double[0];
    this.thread = Thread.ofPlatform().daemon().name("pace").start(this::run);
  }

  private void run() {
    var publishes = new Due(load.arrivals(), load.rate(), 0, from, random.split());
    // Half a step later, so that the first broadcast does not fall on the first publish.
    var broadcasts = new Due(load.arrivals(), load.broadcastRate(), 0.5, from, random.split());
    while (!stopped) {
      long next = Math.min(publishes.at(), broadcasts.at());
      long now = System.nanoTime();
      if (next >= to && now >= to) {
        return;
      } else if (next > now) {
        LockSupport.parkNanos(Math.min(next, to) - now);
      } else if (publishes.at() <= broadcasts.at()) {
        publishes.advance();
        lanes.publish(users.get(someone()), next);
      } else {
        broadcasts.advance();
        lanes.broadcast(next);
      }
    }
  }

  private int someone() {
    if (zipf.length == 0) {
      return random.nextInt(users.size());
    }
    int found = java.util.Arrays.binarySearch(zipf, random.nextDouble());
    return Math.min(users.size() - 1, found >= 0 ? found : -found - 1);
  }

  /** The n-th most popular gets a share of 1 / n^1.1; cumulated. */
  private static double[] shares(int users) {
    var cumulated = new double[users];
    double sum = 0;
    for (int i = 0; i < users; i++) {
      sum += Math.pow(i + 1, -ZIPF);
      cumulated[i] = sum;
    }
    for (int i = 0; i < users; i++) {
      cumulated[i] /= sum;
    }
    return cumulated;
  }

  @Override
  public void close() throws InterruptedException {
    stopped = true;
    LockSupport.unpark(thread);
    thread.join();
  }
}
