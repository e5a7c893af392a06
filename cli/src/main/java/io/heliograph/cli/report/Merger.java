package io.heliograph.cli.report;

import io.heliograph.cli.load.meter.Verdict;
import io.heliograph.cli.load.result.Metric;
import io.heliograph.cli.load.result.Outcome;
import io.heliograph.cli.load.result.Summary;
import io.heliograph.cli.load.result.Threshold;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/**
 * Adds up the shards of one simulation. Percentiles come from the added histograms, never from an
 * average. Pure.
 */
final class Merger {
  private Merger() {}

  /** One summary of all, which must be shards of the same plan. */
  static Summary merge(List<Summary> shards) {
    Summary first = shards.getFirst();
    var seen = new HashSet<String>();
    for (Summary shard : shards) {
      if (!shard.settings().equals(first.settings()) || shard.seed() != first.seed()) {
        throw new IllegalArgumentException(
            "run "
                + shard.run()
                + " did something else than run "
                + first.run()
                + ": settings or seed differ");
      }
      if (!seen.add(shard.shard())) {
        throw new IllegalArgumentException("shard " + shard.shard() + " is there twice");
      }
    }
    var metrics = new LinkedHashMap<String, Double>();
    var latencies = new LinkedHashMap<String, Histogram>();
    Map<String, Long> errors = new TreeMap<>();
    var storms = new ArrayList<Summary.StormResult>();
    var notes = new ArrayList<String>();
    var reasons = new ArrayList<String>();
    Verdict.State worst = Verdict.State.VALID;
    for (Summary shard : shards) {
      for (Metric metric : Metric.values()) {
        if (shard.has(metric)) {
          metrics.merge(metric.label(), shard.metric(metric), metric::merged);
        }
      }
      shard
          .latencies()
          .forEach(
              (name, histogram) -> {
                Histogram sum = latencies.computeIfAbsent(name, n -> new Histogram(3));
                sum.add(histogram);
              });
      shard.errors().forEach((kind, count) -> errors.merge(kind, count, Long::sum));
      storms.addAll(shard.storms());
      shard.notes().stream().filter(note -> !notes.contains(note)).forEach(notes::add);
      shard
          .verdict()
          .reasons()
          .forEach(reason -> reasons.add("shard " + shard.shard() + ": " + reason));
      if (shard.verdict().state().compareTo(worst) > 0) {
        worst = shard.verdict().state();
      }
    }
    var merged =
        new Summary(
            String.join("+", shards.stream().map(Summary::run).toList()),
            first.startedAt(),
            first.scenario(),
            first.settings(),
            first.seed(),
            String.join("+", shards.stream().map(Summary::shard).toList()),
            shards.stream()
                .map(Summary::ending)
                .max(Comparator.naturalOrder())
                .orElse(Summary.Ending.COMPLETE),
            new Verdict(worst, reasons),
            metrics,
            latencies,
            storms,
            errors,
            first.phases(),
            timeline(shards),
            first.environment(),
            notes,
            List.of(),
            new Outcome.Kept());
    // What each shard kept, all of them together may not have kept.
    return merged.judgedBy(
        first.thresholds().stream().map(result -> Threshold.parse(result.expression())).toList());
  }

  /** Second by second: counts add up, and of what cannot be added the worst is shown. */
  private static List<Summary.Second> timeline(List<Summary> shards) {
    int length = shards.stream().mapToInt(shard -> shard.timeline().size()).min().orElse(0);
    var timeline = new ArrayList<Summary.Second>();
    for (int i = 0; i < length; i++) {
      Summary.Second sum = shards.getFirst().timeline().get(i);
      for (Summary shard : shards.subList(1, shards.size())) {
        Summary.Second next = shard.timeline().get(i);
        sum =
            new Summary.Second(
                sum.t(),
                sum.users() + next.users(),
                sum.planned() + next.planned(),
                sum.accepted() + next.accepted(),
                sum.delivered() + next.delivered(),
                Math.max(sum.p50(), next.p50()),
                Math.max(sum.p99(), next.p99()),
                Math.max(sum.max(), next.max()),
                sum.replayed() + next.replayed(),
                sum.returns() + next.returns(),
                sum.disconnects() + next.disconnects(),
                Math.max(sum.lagMax(), next.lagMax()),
                sum.generatorCpu() + next.generatorCpu(),
                Math.max(sum.serverCpu(), next.serverCpu()),
                Math.max(sum.serverRss(), next.serverRss()),
                Math.max(sum.machineCpu(), next.machineCpu()));
      }
      timeline.add(sum);
    }
    return List.copyOf(timeline);
  }
}
