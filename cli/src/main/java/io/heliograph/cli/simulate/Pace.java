package io.heliograph.cli.simulate;

import io.heliograph.cli.meter.UserMeter;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * Plans publishes at constant rates, open-loop: the n-th is due at its time, whatever became of
 * those before. Being late is made up for at once and never hidden, because the envelope says when
 * the event was due. One thread.
 */
final class Pace implements AutoCloseable {
  private static final double SECOND = 1e9;
  private static final double ZIPF = 1.1;

  private final Lanes lanes;
  private final List<UserMeter> users;
  private final double rate;
  private final double broadcastRate;
  private final long from;
  private final long to;
  private final SplittableRandom random;
  private final double[] zipf;
  private final Thread thread;
  private volatile boolean stopped;

  /**
   * Starts planning.
   *
   * @param rate publishes to one user a second; 0 for none
   * @param from the first is due then, on the clock of {@link System#nanoTime}
   * @param to none is due then or later
   * @param seed the same seed chooses the same users
   */
  Pace(
      Lanes lanes,
      List<UserMeter> users,
      double rate,
      double broadcastRate,
      boolean zipf,
      long from,
      long to,
      long seed) {
    this.lanes = lanes;
    this.users = users;
    this.rate = rate;
    this.broadcastRate = broadcastRate;
    this.from = from;
    this.to = to;
    this.random = new SplittableRandom(seed);
    this.zipf = zipf ? shares(users.size()) : new double[0];
    this.thread = Thread.ofPlatform().daemon().name("pace").start(this::run);
  }

  private void run() {
    long published = 0;
    long broadcasts = 0;
    while (!stopped) {
      long nextPublish = rate > 0 ? from + (long) (published * SECOND / rate) : Long.MAX_VALUE;
      // Half a step later, so that the first broadcast does not fall on the first publish.
      long nextBroadcast =
          broadcastRate > 0
              ? from + (long) ((broadcasts + 0.5) * SECOND / broadcastRate)
              : Long.MAX_VALUE;
      long next = Math.min(nextPublish, nextBroadcast);
      if (next >= to) {
        return;
      }
      long wait = next - System.nanoTime();
      if (wait > 0) {
        LockSupport.parkNanos(wait);
        continue;
      }
      if (nextPublish <= nextBroadcast) {
        published++;
        lanes.publish(users.get(someone()), next);
      } else {
        broadcasts++;
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

  /** Plans no more. */
  @Override
  public void close() throws InterruptedException {
    stopped = true;
    LockSupport.unpark(thread);
    thread.join();
  }
}
