package io.heliograph.cli.load.users;

import io.heliograph.cli.load.meter.Cohort;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Phaser;
import org.jspecify.annotations.Nullable;

/**
 * Lets users leave at a constant rate and come back after a while. One thread plans, a virtual one
 * carries each out.
 */
public final class Churn implements AutoCloseable {
  private static final double SECOND = 1e9;

  private final List<Member> users;
  private final Engine engine;
  private final double perSecond;
  private final Duration offline;
  private final SplittableRandom random;
  private final Thread thread;
  private final Phaser onTheirWay = new Phaser(1);
  private volatile boolean stopped;

  /** Starts; 0 leave for none, and they stay away for that long on average. */
  public Churn(List<Member> users, Engine engine, double perSecond, Duration offline, long seed) {
    this.users = users;
    this.engine = engine;
    this.perSecond = perSecond;
    this.offline = offline;
    this.random = new SplittableRandom(seed ^ 0xc4);
    this.thread = Thread.ofPlatform().daemon().name("churn").unstarted(this::run);
    if (perSecond > 0) {
      thread.start();
    }
  }

  private void run() {
    long from = System.nanoTime();
    try {
      for (long n = 1; !stopped; n++) {
        long wait = from + (long) (n * SECOND / perSecond) - System.nanoTime();
        if (wait > 0) {
          Thread.sleep(Duration.ofNanos(wait));
        }
        // Mostly short, sometimes long: exponential.
        double factor = -Math.log(1 - random.nextDouble());
        Member member = someone();
        if (member != null) {
          onTheirWay.register();
          Thread.ofVirtual().start(() -> leaveAndReturn(member, factor));
        }
      }
    } catch (InterruptedException e) {
      // The end.
    }
  }

  private @Nullable Member someone() {
    for (int tries = 0; tries < 20; tries++) {
      Member member = users.get(random.nextInt(users.size()));
      if (member.meter().cohort() == Cohort.NORMAL && member.goAway()) {
        return member;
      }
    }
    return null;
  }

  @SuppressWarnings(
      "InterruptedExceptionSwallowed") // Nobody interrupts the thread that this runs on.
  private void leaveAndReturn(Member member, double factor) {
    try {
      member.link().leave();
      long until = System.nanoTime() + (long) (offline.toNanos() * factor);
      while (!stopped && System.nanoTime() < until) {
        Thread.sleep(Duration.ofNanos(Math.clamp(until - System.nanoTime(), 1, 100_000_000)));
      }
      member.meter().due(System.nanoTime());
      member.link(engine.connect(member.meter()));
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts it", e);
    } finally {
      member.comeBack();
      onTheirWay.arriveAndDeregister();
    }
  }

  /** No user leaves any more, and those that are away come back at once. */
  @Override
  public void close() throws InterruptedException {
    stopped = true;
    if (perSecond > 0) {
      thread.interrupt();
      thread.join();
    }
    onTheirWay.arriveAndAwaitAdvance();
  }
}
