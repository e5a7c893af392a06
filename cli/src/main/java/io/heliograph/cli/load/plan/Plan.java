package io.heliograph.cli.load.plan;

import io.heliograph.cli.load.result.Setting;
import io.heliograph.cli.load.result.Spans;
import io.heliograph.cli.load.result.Threshold;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a load test does; of all shards, unless it is a {@link #part}.
 *
 * @param name of the scenario: as given, the preset's, or {@code custom}
 * @param seed the same seed chooses the same users
 * @param thresholds what the run must meet
 * @param serverPid the server's process on this machine; 0 to search for it
 * @param report the directory of the report; null for none
 */
public record Plan(
    String name,
    Target target,
    EngineKind engine,
    int users,
    long seed,
    Span span,
    Load load,
    Behaviour behaviour,
    Generator generator,
    List<Threshold> thresholds,
    long serverPid,
    @Nullable Path report) {

  /** What holds the users' connections. */
  public enum EngineKind {
    /** The client SDK, as an application would use it; a virtual thread per user. */
    sdk,
    /** A selector and a small parser, for many users in little memory. */
    raw
  }

  /** Whether the same users would need less memory and time with {@link EngineKind#raw}. */
  public boolean couldBeRaw() {
    return engine == EngineKind.sdk && target.isPlain();
  }

  /** When publishes are due. */
  public enum Arrivals {
    /** In equal steps. */
    uniform,
    /** At random, as from many independent publishers. */
    poisson,
    /** All publishes of a second at its beginning. */
    burst
  }

  /** How long the phases of a run take; the drain at most. */
  public record Span(Duration ramp, Duration warmup, Duration measure, Duration drain) {}

  /**
   * What is published.
   *
   * @param rate publishes per second to one user each
   * @param broadcastRate publishes per second to everybody
   * @param size of an envelope in bytes
   */
  public record Load(double rate, double broadcastRate, int size, Arrivals arrivals) {
    public boolean publishes() {
      return rate > 0 || broadcastRate > 0;
    }

    Load withRate(double other) {
      return new Load(other, broadcastRate, size, arrivals);
    }
  }

  /**
   * What users do besides reading, and what is done to them.
   *
   * @param churnPerSecond users that leave per second
   * @param offline how long they stay away, on average
   * @param slow share of users that read {@code slowBytesPerSecond}
   * @param stalled share of users that read nothing
   */
  public record Behaviour(
      double churnPerSecond,
      Duration offline,
      double slow,
      double stalled,
      int slowBytesPerSecond,
      List<Storm> storms) {
    Behaviour withChurn(double other) {
      return new Behaviour(other, offline, slow, stalled, slowBytesPerSecond, storms);
    }
  }

  /**
   * How this program does it.
   *
   * @param sources addresses to connect from; empty for the system's choice
   * @param lanes connections that publish
   * @param maxLag a publish that could not begin for this long is dropped
   * @param shard from 0
   */
  public record Generator(
      List<InetAddress> sources, int lanes, Duration maxLag, int shard, int shards) {}

  /** Every choice that a report states, by option. */
  public List<Setting> describe() {
    return List.of(
        compared("users", Integer.toString(users)),
        compared("ramp", Spans.seconds(span.ramp)),
        compared("rate", Spans.plain(load.rate) + "/s"),
        compared("broadcast", Spans.plain(load.broadcastRate) + "/s"),
        compared("arrivals", load.arrivals.toString()),
        compared("size", load.size + "B"),
        compared("warmup", Spans.seconds(span.warmup)),
        compared("duration", Spans.seconds(span.measure)),
        new Setting("drain", Spans.seconds(span.drain), false),
        compared("churn", Spans.plain(behaviour.churnPerSecond) + "/s"),
        compared("offline", Spans.seconds(behaviour.offline)),
        compared("slow", Spans.percent(behaviour.slow)),
        compared("slow-read", behaviour.slowBytesPerSecond + "B/s"),
        compared("stalled", Spans.percent(behaviour.stalled)),
        compared(
            "storm", String.join(", ", behaviour.storms.stream().map(Storm::written).toList())),
        compared("engine", engine.toString()),
        new Setting("subscribe", target.shownSubscribe(), false),
        new Setting("publish", target.shownPublish(), false));
  }

  private static Setting compared(String option, String value) {
    return new Setting(option, value, true);
  }

  /** This machine's part: its users, and their share of the rates. */
  public Plan part() {
    int shards = generator.shards;
    int mine = users / shards + (generator.shard < users % shards ? 1 : 0);
    double share = (double) mine / users;
    return new Plan(
        name,
        target,
        engine,
        mine,
        seed,
        span,
        load.withRate(load.rate * share),
        behaviour.withChurn(behaviour.churnPerSecond * share),
        generator,
        thresholds,
        serverPid,
        report);
  }
}
