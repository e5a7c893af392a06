package io.heliograph.cli.load.result;

import io.heliograph.cli.load.meter.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** Runs that were never run, with known figures. */
public final class Summaries {
  private Summaries() {}

  /** A storm of 10,000 users in which all went well. */
  public static Summary good() {
    return with(Map.of(), new Verdict(Verdict.State.VALID, List.of()), List.of(), "1/1");
  }

  /** The same with three events lost. */
  public static Summary lossy() {
    return with(
        Map.of("loss.silent", 3.0, "delivery.seen", 577_997.0),
        new Verdict(Verdict.State.SUSPECT, List.of("publishes began late: lag max 212 ms")),
        List.of("the server runs on the same machine and shares its processors"),
        "1/1");
  }

  public static Summary invalid() {
    return with(
        Map.of("publish.dropped", 1902.0),
        new Verdict(
            Verdict.State.INVALID,
            List.of(
                "publishes began late: lag p99 212.0 ms",
                "1902 publishes could not begin in time and were dropped")),
        List.of(),
        "1/1");
  }

  /** The good one, but for this figure. */
  public static Summary with(String metric, double value) {
    return with(
        Map.of(metric, value), new Verdict(Verdict.State.VALID, List.of()), List.of(), "1/1");
  }

  public static Summary shard(String shard) {
    return with(Map.of(), new Verdict(Verdict.State.VALID, List.of()), List.of(), shard);
  }

  /** The good one, but for how it ended. */
  public static Summary ended(Summary.Ending ending) {
    return changed(ending, Map.of(), 1);
  }

  /** The good one, but for this setting. */
  public static Summary set(String setting, String value) {
    return changed(Summary.Ending.COMPLETE, Map.of(setting, value), 1);
  }

  /** The good one, but every text in it is this. */
  public static Summary saying(String text) {
    Summary s =
        with(Map.of(), new Verdict(Verdict.State.SUSPECT, List.of(text)), List.of(text), text);
    return new Summary(
        text,
        s.startedAt(),
        text,
        List.of(new Setting(text, text, true), new Setting("engine", text, true)),
        s.seed(),
        s.shard(),
        s.ending(),
        s.verdict(),
        s.metrics(),
        s.latencies(),
        List.of(new Summary.StormResult(20, text, 10_000, 7.4, 2310)),
        Map.of(text, 3L),
        s.phases(),
        s.timeline(),
        Map.of(text, text),
        s.notes(),
        List.of(new Threshold.Result(text, text, false)),
        s.outcome());
  }

  /** The good one, but for its deliveries, which took so many times as long. */
  public static Summary slowed(int factor) {
    return changed(Summary.Ending.COMPLETE, Map.of(), factor);
  }

  private static Summary changed(Summary.Ending ending, Map<String, String> settings, int factor) {
    Summary s = good();
    var all = new ArrayList<>(s.settings());
    all.removeIf(setting -> settings.containsKey(setting.option()));
    settings.forEach(
        (option, value) -> all.add(new Setting(option, value, !option.equals("drain"))));
    var latencies = new LinkedHashMap<>(s.latencies());
    latencies.put("delivery.live", histogram(536_129, 2000L * factor, 188_000L * factor));
    return new Summary(
        s.run(),
        s.startedAt(),
        s.scenario(),
        all,
        s.seed(),
        s.shard(),
        ending,
        s.verdict(),
        s.metrics(),
        latencies,
        s.storms(),
        s.errors(),
        s.phases(),
        s.timeline(),
        s.environment(),
        s.notes(),
        s.thresholds(),
        s.outcome());
  }

  private static Summary with(
      Map<String, Double> other, Verdict verdict, List<String> notes, String shard) {
    var metrics = new LinkedHashMap<String, Double>();
    for (Metric metric : Metric.values()) {
      metrics.put(metric.label(), 0.0);
    }
    metrics.put("users.count", 10_000.0);
    metrics.put("publish.planned", 578_006.0);
    metrics.put("publish.accepted", 578_000.0);
    metrics.put("publish.rate", 2200.4);
    metrics.put("delivery.owed", 578_000.0);
    metrics.put("delivery.seen", 578_000.0);
    metrics.put("delivery.rate", 2204.0);
    metrics.put("reconnect.count", 10_000.0);
    metrics.put("reconnect.resumedWithoutLoss", 1.0);
    metrics.put("reconnect.peakRate", 2310.0);
    metrics.put("reconnect.attemptsPerSuccess", 1.0);
    metrics.put("dup.replay", 212.0);
    metrics.put("generator.cpu", 0.61);
    metrics.put("generator.kibPerUser", 31.7);
    metrics.put("server.kibPerConnection", 33.1);
    metrics.put("server.rss", 431.0);
    metrics.put("server.cpu", 0.87);
    metrics.put("server.cpuPerDelivery", 390.0);
    metrics.put("machine.load", 1.5);
    metrics.putAll(other);
    var latencies = new LinkedHashMap<String, Histogram>();
    latencies.put("connect.open", histogram(10_000, 3100, 311_000));
    latencies.put("publish.ack", histogram(528_014, 1100, 140_000));
    latencies.put("delivery.live", histogram(536_129, 2000, 188_000));
    latencies.put("delivery.uncorrected", histogram(536_129, 1900, 141_000));
    latencies.put("delivery.replay", histogram(500, 1_200_000, 11_300_000));
    latencies.put("generator.lag", histogram(528_014, 90, 9000));
    latencies.put("generator.hiccup", histogram(24_000, 60, 14_000));
    var timeline = new ArrayList<Summary.Second>();
    for (int t = 1; t <= 60; t++) {
      boolean storm = t > 30 && t < 38;
      timeline.add(
          new Summary.Second(
              t,
              storm ? 1400.0 * (t - 31) : 10_000,
              2200,
              2200,
              storm ? 400 : 2200,
              storm ? Double.NaN : 2003,
              storm ? Double.NaN : 11_807,
              storm ? Double.NaN : 41_215,
              storm ? 900 : 0,
              storm ? 1428 : 0,
              t == 31 ? 10_000 : 0,
              4000,
              0.61,
              0.87,
              400 + t / 2.0,
              0.74));
    }
    List<Setting> settings =
        List.of(
            new Setting("users", "10000", true),
            new Setting("rate", "2200/s", true),
            new Setting("engine", "sdk", true),
            new Setting("drain", "10s", false));
    return new Summary(
            "k3x9a1",
            Instant.parse("2026-10-03T14:22:00Z"),
            "storm",
            settings,
            7,
            shard,
            Summary.Ending.COMPLETE,
            verdict,
            metrics,
            latencies,
            List.of(new Summary.StormResult(20, "reset 100 %", 10_000, 7.4, 2310)),
            Map.of("eof", 3L),
            new Summary.Phases(5, 10, 55, 60),
            timeline,
            new LinkedHashMap<>(Map.of("processors", "2")),
            notes,
            List.of(),
            new Outcome.Kept())
        .judgedBy(Threshold.DEFAULTS.stream().map(Threshold::parse).toList());
  }

  /** Most around the median, a tail that ends at the maximum. */
  private static Histogram histogram(int count, long median, long max) {
    var histogram = new Histogram(3);
    for (int i = 0; i < count - 1; i++) {
      double share = (i + 0.5) / count;
      double value =
          share < 0.5
              ? median * (0.4 + 1.2 * share)
              : median + (max - median) * Math.pow(2 * share - 1, 60);
      histogram.recordValue(Math.round(value));
    }
    histogram.recordValue(max);
    return histogram;
  }
}
