package io.heliograph.cli.simulate;

import io.heliograph.cli.option.DurationConverter;
import io.heliograph.cli.report.Metric;
import io.heliograph.cli.report.Threshold;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
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
record SimulatePlan(
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
    @Nullable Path report) {

  /** What holds the users' connections. */
  enum EngineKind {
    /** The client SDK, as an application would use it; a virtual thread a user. */
    sdk,
    /** A selector and a small parser, for many users in little memory. */
    raw
  }

  /** When publishes are due. */
  enum Arrivals {
    /** One after the other in equal steps. */
    uniform,
    /** By chance, as from many who know nothing of each other. */
    poisson,
    /** All of a second at its beginning. */
    burst
  }

  /** How long the parts of a run take; the drain at most so long. */
  record Span(Duration ramp, Duration warmup, Duration measure, Duration drain) {}

  /**
   * What is published.
   *
   * @param rate publishes to one user each a second
   * @param broadcastRate publishes to everybody a second
   * @param size of an envelope in bytes
   * @param zipf whether few users get most of it; else all get the same
   */
  record Load(double rate, double broadcastRate, int size, boolean zipf, Arrivals arrivals) {}

  /**
   * What users do beside listening, and what is done to them.
   *
   * @param churnPerSecond users that leave each second
   * @param offline how long they stay away, on average
   * @param slow share of users that read {@code slowBytesPerSecond}
   * @param stalled share of users that read nothing
   */
  record Behaviour(
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
  record Generator(
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
  record Expected(List<Threshold> thresholds, List<Abort> aborts) {
    /** Of both kinds. */
    List<Threshold> all() {
      return Stream.concat(thresholds.stream(), aborts.stream().map(Abort::threshold)).toList();
    }
  }

  /**
   * A threshold that ends the run as soon as it is not kept.
   *
   * @param grace since the measured span began; before, it is not looked at
   */
  record Abort(Threshold threshold, Duration grace) {
    private static final Pattern FORM = Pattern.compile("(.+?)(?:\\s+after\\s+(\\S+))?\\s*");
    private static final Duration USUAL_GRACE = Duration.ofSeconds(5);

    /**
     * Reads {@code EXPR} and {@code EXPR after 10s}.
     *
     * @throws IllegalArgumentException if it is neither, or names a figure that is known only when
     *     all is over
     */
    static Abort parse(String text) {
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
    String written() {
      return threshold.expression() + " after " + Numbers.seconds(grace);
    }
  }

  /**
   * Where figures of the server come from.
   *
   * @param pid its process on this machine; 0 to look for it
   * @param metrics where it tells of itself; null for nowhere
   */
  record ServerView(long pid, @Nullable URI metrics) {}
}
