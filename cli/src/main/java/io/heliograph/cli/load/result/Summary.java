package io.heliograph.cli.load.result;

import io.heliograph.cli.load.meter.Timing;
import io.heliograph.cli.load.meter.Verdict;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.HdrHistogram.Histogram;

/**
 * Everything that one run found.
 *
 * @param run names the run
 * @param scenario its preset, or {@code custom}
 * @param settings what was chosen, in the order to show it
 * @param shard such as {@code 1/1}; after a merge all of them
 * @param ending how it came to its end
 * @param metrics by {@link Metric#label}; what could not be had is absent
 * @param latencies µs, by {@link io.heliograph.cli.load.meter.Timing#label}; empty ones are absent
 * @param phases seconds since the start at which the ramp, the warm-up, the measured span and the
 *     drain ended
 * @param environment where it ran
 * @param notes what a reader should know, in sentences
 * @param outcome what the thresholds, the verdict and the ending make of it
 */
public record Summary(
    String run,
    Instant startedAt,
    String scenario,
    List<Setting> settings,
    long seed,
    String shard,
    Ending ending,
    Verdict verdict,
    Map<String, Double> metrics,
    Map<String, Histogram> latencies,
    List<StormResult> storms,
    Map<String, Long> errors,
    Phases phases,
    List<Second> timeline,
    Map<String, String> environment,
    List<String> notes,
    List<Threshold.Result> thresholds,
    Outcome outcome) {

  /** The layout of the JSON; another number where an old reader would misread it. */
  public static final String SCHEMA = "sse-cli/summary/1";

  public enum Ending {
    COMPLETE,
    /** Somebody stopped it: Ctrl-C, SIGTERM. */
    INTERRUPTED
  }

  public record Phases(double ramp, double warmup, double measured, double drained) {}

  /**
   * What came of a storm.
   *
   * @param atSeconds since the measured span began
   * @param what for a person: {@code reset 100%}
   * @param cut how many connections ended by it
   * @param backSeconds after how long the last of them was back and had caught up; NaN if not all
   *     came back
   * @param peakPerSecond the most returns in one second
   */
  public record StormResult(
      double atSeconds, String what, long cut, double backSeconds, double peakPerSecond) {}

  /**
   * One second of the run.
   *
   * @param t its end, in seconds since the start
   * @param users that are connected and have caught up
   * @param planned publishes
   * @param delivered events, of all kinds of users
   * @param p50 of delivery.live in µs; NaN without samples, as p99 and max
   * @param returns of users
   * @param generatorCpu processors that this program used
   * @param serverCpu NaN where it cannot be seen, as serverRss (MiB)
   * @param machineCpu share of all processors that was used by anybody, 0 to 1
   */
  public record Second(
      double t,
      double users,
      double planned,
      double accepted,
      double delivered,
      double p50,
      double p99,
      double max,
      double replayed,
      double returns,
      double disconnects,
      double lagMax,
      double generatorCpu,
      double serverCpu,
      double serverRss,
      double machineCpu) {
    // Of these the worst is shown; all others add up.
    private static final Set<String> WORST =
        Set.of("t", "p50", "p99", "max", "lagMax", "serverCpu", "serverRss", "machineCpu");

    /** The same second of two shards. */
    public Second plus(Second other) {
      return Records.make(
          Second.class,
          component -> {
            double one = Records.number(component, this);
            double two = Records.number(component, other);
            return WORST.contains(component.getName()) ? Math.max(one, two) : one + two;
          });
    }
  }

  /** What was recorded of a span; empty where nothing was. */
  public Histogram latency(Timing timing) {
    Histogram recorded = latencies.get(timing.label());
    return recorded == null ? new Histogram(3) : recorded;
  }

  /** What was chosen of an option, if it is known. */
  public Optional<String> setting(String option) {
    return settings.stream()
        .filter(setting -> setting.option().equals(option))
        .map(Setting::value)
        .findFirst();
  }

  /** A figure that must be there. */
  public double metric(Metric metric) {
    return metrics.getOrDefault(metric.label(), Double.NaN);
  }

  public boolean has(Metric metric) {
    return !Double.isNaN(metric(metric));
  }

  /**
   * The same with thresholds held against it, and the outcome that follows from them and from the
   * verdict.
   */
  public Summary judgedBy(List<Threshold> expected) {
    List<Threshold.Result> results =
        expected.stream().map(threshold -> threshold.check(this)).toList();
    boolean kept = results.stream().allMatch(Threshold.Result::kept);
    Outcome how = kept ? new Outcome.Kept() : new Outcome.Failed();
    if (!results.isEmpty() && verdict.state() == Verdict.State.INVALID) {
      how = new Outcome.Untrusted();
    }
    if (aborted()) {
      how = new Outcome.Untrusted(); // A part of the plan says nothing of the rest.
    }
    return with(results, how);
  }

  /** The same for a run that ended before its time. */
  public Summary endedBy(Outcome how) {
    return with(thresholds, how);
  }

  /** Whether it ended before its time. */
  public boolean aborted() {
    return ending != Ending.COMPLETE;
  }

  private Summary with(List<Threshold.Result> results, Outcome how) {
    return new Summary(
        run,
        startedAt,
        scenario,
        settings,
        seed,
        shard,
        ending,
        verdict,
        metrics,
        latencies,
        storms,
        errors,
        phases,
        timeline,
        environment,
        notes,
        results,
        how);
  }
}
