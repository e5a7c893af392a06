package io.heliograph.cli.load.meter;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * Everything that is measured in one run. Thread-safe: users, lanes and the sampler write here at
 * the same time.
 *
 * <p>Histograms are shared by all users, never one a user: at three digits each takes some 200 KiB.
 */
public final class Meter {
  /** What does not fit counts as this: 1 h in µs. */
  public static final long LONGEST_MICROS = 3_600_000_000L;

  private static final int DIGITS = 3;
  private static final int MOST_VIOLATIONS = 1000;

  private final String run;
  private final long startNanos;
  private final EnumMap<Timing, Recorder> recorders = new EnumMap<>(Timing.class);
  private final EnumMap<Timing, Histogram> totals = new EnumMap<>(Timing.class);
  private final EnumMap<Timing, Histogram> intervals = new EnumMap<>(Timing.class);
  private final EnumMap<Count, LongAdder> counts = new EnumMap<>(Count.class);
  private final Map<String, LongAdder> errors = new ConcurrentHashMap<>();
  // Guarded by itself.
  private final List<Violation> violations = new ArrayList<>();
  private final SentLog broadcasts = new SentLog();
  private volatile long measureFrom = Long.MIN_VALUE;
  private volatile long measureTo = Long.MAX_VALUE;

  /** A new run, named as in envelopes; its times begin at this {@link System#nanoTime}. */
  public Meter(String run, long startNanos) {
    this.run = run;
    this.startNanos = startNanos;
    for (Timing timing : Timing.values()) {
      recorders.put(timing, new Recorder(LONGEST_MICROS, DIGITS));
      totals.put(timing, new Histogram(LONGEST_MICROS, DIGITS));
    }
    for (Count count : Count.values()) {
      counts.put(count, new LongAdder());
    }
  }

  public String run() {
    return run;
  }

  public long startNanos() {
    return startNanos;
  }

  public SentLog broadcasts() {
    return broadcasts;
  }

  /** Only what was due in this span enters the latencies; what is counted, is counted always. */
  public void measure(long fromNanos, long toNanos) {
    measureFrom = fromNanos;
    measureTo = toNanos;
  }

  public boolean measures(long intendedNanos) {
    return intendedNanos - measureFrom >= 0 && intendedNanos - measureTo < 0;
  }

  /** Records a span, if it is not negative. */
  public void record(Timing timing, long nanos) {
    // A clock of one process never goes back; a negative span would be a fault of this program.
    requireNonNull(recorders.get(timing)).recordValue(Math.clamp(nanos / 1000, 0, LONGEST_MICROS));
  }

  public void count(Count count) {
    add(count, 1);
  }

  public void add(Count count, long n) {
    requireNonNull(counts.get(count)).add(n);
  }

  public long get(Count count) {
    return requireNonNull(counts.get(count)).sum();
  }

  /** Something went wrong; {@code kind} is a short stable word such as {@code tcp-refused}. */
  public void error(String kind) {
    errors.computeIfAbsent(kind, k -> new LongAdder()).increment();
  }

  public Map<String, Long> errors() {
    var sums = new TreeMap<String, Long>();
    errors.forEach((kind, adder) -> sums.put(kind, adder.sum()));
    return sums;
  }

  /** Keeps the first thousand. */
  void violation(Violation violation) {
    synchronized (violations) {
      if (violations.size() < MOST_VIOLATIONS) {
        violations.add(violation);
      }
    }
  }

  /** The first thousand. */
  public List<Violation> violations() {
    synchronized (violations) {
      return List.copyOf(violations);
    }
  }

  /**
   * Hands over what was recorded since the last call and adds it to the totals. For the sampler's
   * thread only; the histograms are used again by the next call.
   */
  public synchronized void flip(BiConsumer<Timing, Histogram> each) {
    for (Timing timing : Timing.values()) {
      Histogram interval =
          requireNonNull(recorders.get(timing)).getIntervalHistogram(intervals.get(timing));
      intervals.put(timing, interval);
      requireNonNull(totals.get(timing)).add(interval);
      each.accept(timing, interval);
    }
  }

  /** All that was recorded up to the last {@link #flip}. */
  public synchronized Histogram recorded(Timing timing) {
    return requireNonNull(totals.get(timing)).copy();
  }
}
