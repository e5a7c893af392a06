package io.heliograph.cli.load.users;

import io.heliograph.cli.load.meter.Cohort;
import io.heliograph.cli.load.meter.Count;
import io.heliograph.cli.load.meter.Meter;
import io.heliograph.cli.load.plan.Storm;
import io.heliograph.cli.load.result.Summary.StormResult;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Lets storms break loose at their times, and watches how long it takes until everybody is back.
 * One thread.
 */
public final class Storms implements AutoCloseable {
  private static final double SECOND = 1e9;
  private static final Duration STEP = Duration.ofMillis(5);

  private final List<Storm> storms;
  private final List<Member> users;
  private final Meter meter;
  private final long from;
  private final SplittableRandom random;
  private final Consumer<String> trouble;
  private final Thread thread;
  // Guarded by itself.
  private final List<StormResult> results = new ArrayList<>();

  /** Starts; the storms' times begin at {@code from}. Tells of a command that failed. */
  public Storms(
      List<Storm> storms,
      List<Member> users,
      Meter meter,
      long from,
      long seed,
      Consumer<String> trouble) {
    this.storms = storms.stream().sorted(Comparator.comparing(Storm::at)).toList();
    this.users = users;
    this.meter = meter;
    this.from = from;
    this.random = new SplittableRandom(seed ^ 0x5707);
    this.trouble = trouble;
    this.thread = Thread.ofPlatform().daemon().name("storms").start(this::run);
  }

  private void run() {
    try {
      for (Storm storm : storms) {
        long wait = from + storm.at().toNanos() - System.nanoTime();
        if (wait > 0) {
          Thread.sleep(Duration.ofNanos(wait));
        }
        switch (storm) {
          case Storm.Cut cut -> cut(cut);
          case Storm.Run run -> run(run);
        }
      }
    } catch (InterruptedException e) {
      // The end of the run; storms that have not come, do not come.
    }
  }

  private void cut(Storm.Cut storm) throws InterruptedException {
    var candidates = new ArrayList<>(users.stream().filter(Member::ready).toList());
    int count = (int) Math.round(candidates.size() * storm.share());
    for (int i = 0; i < count; i++) {
      int other = random.nextInt(i, candidates.size());
      Member swapped = candidates.get(i);
      candidates.set(i, candidates.get(other));
      candidates.set(other, swapped);
    }
    List<Member> cut = candidates.subList(0, count);
    long before = meter.get(Count.RECONNECT_COUNT);
    long begin = System.nanoTime();
    for (Member member : cut) {
      member.link().cut(storm.reset());
    }
    String what = (storm.reset() ? "reset " : "close ") + Math.round(storm.share() * 100) + " %";
    new Watched(what, begin, before).untilBack(normal(cut), count);
  }

  /** Who reads slowly or nothing may notice the cut late or never, and nobody waits for them. */
  private static List<Member> normal(List<Member> members) {
    return members.stream().filter(member -> member.meter().cohort() == Cohort.NORMAL).toList();
  }

  private void run(Storm.Run storm) throws InterruptedException {
    long disconnectsBefore = meter.get(Count.DISCONNECTS);
    var watched =
        new Watched("ran " + storm.command(), System.nanoTime(), meter.get(Count.RECONNECT_COUNT));
    Process process;
    try {
      process =
          new ProcessBuilder("sh", "-c", storm.command())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException e) {
      trouble.accept("cannot run '" + storm.command() + "': " + e.getMessage());
      meter.error("command");
      return;
    }
    // Who is back before the command has ended counts in the second in which it came.
    while (!process.waitFor(STEP)) {
      watched.look();
    }
    int exit = process.exitValue();
    if (exit != 0) {
      trouble.accept("the command '" + storm.command() + "' ended with " + exit);
      meter.error("command");
    }
    // It may act a moment after it has ended.
    long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (meter.get(Count.DISCONNECTS) == disconnectsBefore && System.nanoTime() < deadline) {
      Thread.sleep(STEP);
      watched.look();
    }
    watched.untilBack(normal(users), -1);
  }

  /** Counts who comes back after a storm, second by second. */
  private final class Watched {
    private final String what;
    private final long begin;
    private final Peak peak;

    /** From now on; so many had returned before. */
    Watched(String what, long begin, long before) {
      this.what = what;
      this.begin = begin;
      this.peak = new Peak(before, begin);
    }

    void look() {
      peak.look(meter.get(Count.RECONNECT_COUNT), System.nanoTime());
    }

    /** Watches until all are back; the storm cut {@code count}, or -1 if only the ends tell. */
    void untilBack(List<Member> awaited, long count) throws InterruptedException {
      double back = Double.NaN;
      long disconnected = meter.get(Count.DISCONNECTS);
      try {
        while (!awaited.stream().allMatch(Member::caughtUpOrAway)) {
          look();
          Thread.sleep(STEP);
        }
        back = (System.nanoTime() - begin) / SECOND;
      } finally {
        double most = peak.end(meter.get(Count.RECONNECT_COUNT));
        long ended = count >= 0 ? count : Math.max(disconnected, meter.get(Count.DISCONNECTS));
        synchronized (results) {
          results.add(new StormResult((begin - from) / SECOND, what, ended, back, most));
        }
      }
    }
  }

  public List<StormResult> results() {
    synchronized (results) {
      return List.copyOf(results);
    }
  }

  /** Whether a storm that has broken loose is still being watched, or is to come. */
  public boolean over() {
    return !thread.isAlive();
  }

  @Override
  public void close() throws InterruptedException {
    thread.interrupt();
    thread.join();
  }
}
