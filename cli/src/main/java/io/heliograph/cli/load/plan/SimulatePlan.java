package io.heliograph.cli.load.plan;

import io.heliograph.cli.load.result.Metric;
import io.heliograph.cli.load.result.Setting;
import io.heliograph.cli.load.result.Threshold;
import io.heliograph.cli.load.run.Findings;
import io.heliograph.cli.option.DurationConverter;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What {@code simulate} was asked to do; where it has shards, this shard's part of it.
 *
 * @param name of the scenario: as it was given, the preset's, or {@code custom}
 * @param settings what was chosen, as it was written, for the report and to tell whether two runs
 *     did the same
 * @param report null for none
 */
public record SimulatePlan(
    String name,
    Map<String, String> settings,
    Target target,
    EngineKind engine,
    int users,
    long seed,
    Span span,
    Load load,
    Behaviour behaviour,
    Generator generator,
    Expected expected,
    ServerView server,
    Series series,
    @Nullable Path report) {

  // Two runs may be compared though these differ.
  private static final Set<String> NOT_COMPARED = Set.of("drain", "subscribe", "publish");

  /** What was chosen, for the report. */
  public List<Setting> describe() {
    return settings.entrySet().stream()
        .map(
            entry ->
                new Setting(
                    entry.getKey(), entry.getValue(), !NOT_COMPARED.contains(entry.getKey())))
        .toList();
  }

  /** What holds the users' connections. */
  public enum EngineKind {
    /** The client SDK, as an application would use it; a virtual thread a user. */
    sdk,
    /** A selector and a small parser, for many users in little memory. */
    raw
  }

  /** When publishes are due. */
  public enum Arrivals {
    /** One after the other in equal steps. */
    uniform,
    /** By chance, as from many who know nothing of each other. */
    poisson,
    /** All of a second at its beginning. */
    burst
  }

  /** How long the parts of a run take; the drain at most so long. */
  public record Span(Duration ramp, Duration warmup, Duration measure, Duration drain) {}

  /**
   * What is published.
   *
   * @param rate publishes to one user each a second
   * @param broadcastRate publishes to everybody a second
   * @param size of an envelope in bytes
   * @param zipf whether few users get most of it; else all get the same
   */
  public record Load(
      double rate, double broadcastRate, int size, boolean zipf, Arrivals arrivals) {}

  /**
   * What users do beside listening, and what is done to them.
   *
   * @param churnPerSecond users that leave each second
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
      List<Storm> storms) {}

  /**
   * How this program does it.
   *
   * @param sources addresses to connect from; empty for the system's choice
   * @param lanes connections to publish by
   * @param maxLag a publish that could not begin for so long is given up
   * @param shard from 0
   * @param startAt null for at once
   */
  public record Generator(
      List<InetAddress> sources,
      int lanes,
      Duration maxLag,
      int shard,
      int shards,
      @Nullable Instant startAt) {}

  /**
   * What the run must keep.
   *
   * @param thresholds looked at when it is over
   * @param aborts looked at while it goes on, and when it is over
   */
  public record Expected(List<Threshold> thresholds, List<Abort> aborts) {
    /** Of both kinds. */
    public List<Threshold> all() {
      return Stream.concat(thresholds.stream(), aborts.stream().map(Abort::threshold)).toList();
    }
  }

  /**
   * A threshold that ends the run as soon as it is not kept.
   *
   * @param grace since the measured span began; before, it is not looked at
   */
  public record Abort(Threshold threshold, Duration grace) {
    private static final Pattern FORM = Pattern.compile("(.+?)(?:\\s+after\\s+(\\S+))?\\s*");
    private static final Duration USUAL_GRACE = Duration.ofSeconds(5);

    /**
     * Reads {@code EXPR} and {@code EXPR after 10s}.
     *
     * @throws IllegalArgumentException if it is neither, or names a figure that is known only when
     *     all is over
     */
    public static Abort parse(String text) {
      Matcher form = FORM.matcher(text);
      if (!form.matches()) {
        throw new IllegalArgumentException("a threshold is empty");
      }
      Threshold threshold = Threshold.parse(form.group(1));
      for (Metric metric : Findings.AT_THE_END) {
        if (metric.label().equals(threshold.metric())) {
          throw new IllegalArgumentException(
              "'"
                  + threshold.expression()
                  + "' cannot end a run: "
                  + metric.label()
                  + " is known only when it is over. Use --threshold");
        }
      }
      String grace = form.group(2);
      return new Abort(
          threshold, grace == null ? USUAL_GRACE : new DurationConverter().convert(grace));
    }

    /** As it is written on the command line. */
    public String written() {
      return threshold.expression() + " after " + Numbers.seconds(grace);
    }
  }

  /**
   * Where figures of the server come from.
   *
   * @param pid its process on this machine; 0 to look for it
   * @param metrics where it tells of itself; null for nowhere
   */
  public record ServerView(long pid, @Nullable URI metrics) {}

  /** What is raised until it is too much. */
  public enum Climb {
    rate,
    users
  }

  /**
   * Whether it is done more than once.
   *
   * @param repeat how often the same is done
   * @param climb what is doubled until a threshold is not kept; null for nothing
   */
  public record Series(int repeat, @Nullable Climb climb) {
    public static final Series ONCE = new Series(1, null);
  }

  /** The same, done once, with its report elsewhere. */
  public SimulatePlan once(@Nullable Path place) {
    return with(settings, users, span, load, place);
  }

  /** The same, done once, with this rate or as many users. */
  public SimulatePlan raised(Climb what, double to, @Nullable Path place) {
    var changed = new LinkedHashMap<>(settings);
    if (what == Climb.rate) {
      changed.put("rate", Numbers.plain(to) + "/s");
      return with(
          changed,
          users,
          span,
          new Load(to, load.broadcastRate, load.size, load.zipf, load.arrivals),
          place);
    }
    int count = (int) Math.round(to);
    changed.put("users", Integer.toString(count));
    // As many a second as before: a ramp is not what is to be found out here.
    Duration ramp =
        Duration.ofMillis(Math.max(1, Math.round((double) span.ramp.toMillis() * count / users)));
    changed.put("ramp", Numbers.seconds(ramp));
    return with(changed, count, new Span(ramp, span.warmup, span.measure, span.drain), load, place);
  }

  private SimulatePlan with(
      Map<String, String> otherSettings,
      int otherUsers,
      Span otherSpan,
      Load otherLoad,
      @Nullable Path place) {
    return new SimulatePlan(
        name,
        otherSettings,
        target,
        engine,
        otherUsers,
        seed,
        otherSpan,
        otherLoad,
        behaviour,
        generator,
        expected,
        server,
        Series.ONCE,
        place);
  }
}
