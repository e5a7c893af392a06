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
import java.util.stream.IntStream;
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
            "run %s did something else than run %s: settings or seed differ"
                .formatted(shard.run(), first.run()));
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

  /** Second by second, as far as all shards have them. */
  private static List<Summary.Second> timeline(List<Summary> shards) {
    int length = shards.stream().mapToInt(shard -> shard.timeline().size()).min().orElse(0);
    return IntStream.range(0, length)
        .mapToObj(i -> shards.stream().map(shard -> shard.timeline().get(i)))
        .map(seconds -> seconds.reduce(Summary.Second::plus).orElseThrow())
        .toList();
  }
}
