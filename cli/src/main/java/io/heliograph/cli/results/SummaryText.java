package io.heliograph.cli.results;

import io.heliograph.cli.load.meter.Timing;
import io.heliograph.cli.load.result.Metric;
import io.heliograph.cli.load.result.Spans;
import io.heliograph.cli.load.result.Summary;
import io.heliograph.cli.load.result.Summary.StormResult;
import io.heliograph.cli.load.result.Threshold.Result;
import io.heliograph.cli.shell.Paint;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** A summary as text of 80 columns; what matters most comes last. Pure. */
public final class SummaryText {
  private static final Set<Timing> ROWS =
      EnumSet.range(Timing.CONNECT_OPEN, Timing.RECONNECT_TOTAL);
  private static final double[] PERCENTILES = {50, 90, 99, 99.9};
  private static final int WIDTH = 80;
  private static final Pattern FIGURE = Pattern.compile("\\{(!?)([a-zA-Z.]+)}");

  private final Summary s;
  private final Paint paint;
  private final List<String> lines = new ArrayList<>();

  private SummaryText(Summary s, Paint paint) {
    this.s = s;
    this.paint = paint;
  }

  /** The lines; {@code place} is where the report lies. */
  public static List<String> of(Summary summary, Paint paint, @Nullable String place) {
    return new SummaryText(summary, paint).lines(place);
  }

  private List<String> lines(@Nullable String place) {
    head();
    latencies();
    lines.add("");
    delivery();
    storms();
    machine();
    for (String note : s.notes()) {
      told("note", note);
    }
    thresholds();
    if (place != null) {
      told("report", place);
    }
    verdict();
    return lines;
  }

  private void head() {
    long seconds = Math.round(s.phases().measured() - s.phases().warmup());
    lines.add(
        paint.bold(
            s.scenario()
                + filled("   {users.count} users, ")
                + Spans.number(Math.round(s.metric(Metric.PUBLISH_RATE)))
                + " publishes/s, "
                + Spans.number(Math.round(s.metric(Metric.DELIVERY_RATE)))
                + " deliveries/s, "
                + Spans.number(seconds)
                + "s"));
    lines.add(
        paint.dim(
            "run %s, engine %s, seed %d, shard %s%s"
                .formatted(
                    s.run(),
                    s.setting("engine").orElse("sdk"),
                    s.seed(),
                    s.shard(),
                    s.aborted() ? ", ABORTED" : "")));
  }

  private void latencies() {
    lines.add(
        paint.dim(
            "%-20s%9s%9s%9s%9s%9s%13s"
                .formatted("", "p50", "p90", "p99", "p99.9", "max", "count")));
    for (Timing timing : ROWS) {
      Histogram histogram = s.latencies().get(timing.label());
      if (histogram == null) {
        continue;
      }
      boolean corrected = timing != Timing.DELIVERY_UNCORRECTED;
      var row = new StringBuilder("%-20s".formatted(corrected ? timing.label() : "  uncorrected"));
      for (double percentile : PERCENTILES) {
        row.append("%9s".formatted(percentile(histogram, percentile)));
      }
      row.append(
          "%9s%13s"
              .formatted(
                  Spans.micros(histogram.getMaxValue()), Spans.number(histogram.getTotalCount())));
      boolean headline = timing == Timing.DELIVERY_LIVE;
      lines.add(
          headline
              ? paint.bold(row.toString())
              : corrected ? row.toString() : paint.dim(row.toString()));
    }
  }

  /** A percentile of which fewer than ten samples lie above is no figure but luck. */
  public static boolean tells(Histogram histogram, double percentile) {
    return histogram.getTotalCount() >= 10 / (1 - percentile / 100) - 1e-6;
  }

  static String percentile(Histogram histogram, double percentile) {
    return tells(histogram, percentile)
        ? Spans.micros(histogram.getValueAtPercentile(percentile))
        : "-";
  }

  private void delivery() {
    say(
        "delivery",
        "owed {delivery.owed}  seen {delivery.seen}  silent loss {!loss.silent}"
            + "  announced {loss.announced}  pending {loss.pending}");
    say(
        "",
        "doubled {!dup.live}  replayed twice {dup.replay}  out of order {!order.violations}"
            + "  misrouted {!misrouted}  corrupt {!corrupt}");
    say(
        "publish",
        "accepted {publish.accepted} of {publish.planned}  rejected {publish.rejected}"
            + "  no answer {publish.indeterminate}  dropped {publish.dropped}"
            + (s.metric(Metric.PUBLISH_UNSENT) > 0 ? "  unsent {publish.unsent}" : ""));
    if (s.metric(Metric.DELIVERY_MISSED_AWAY) > 0 || s.metric(Metric.OTHER_EVENTS) > 0) {
      say("", "missed while away {delivery.missedAway}  events of others {other.events}");
    }
  }

  private void storms() {
    for (StormResult storm : s.storms()) {
      String back =
          Double.isNaN(storm.backSeconds())
              ? paint.red("not all back")
              : String.format(Locale.ROOT, "all back in %.1f s", storm.backSeconds());
      told(
          "storm",
          "at %s %s: %s cut, %s, most %s in one second"
              .formatted(
                  Spans.clock(storm.atSeconds()),
                  storm.what(),
                  Spans.number(storm.cut()),
                  back,
                  Spans.number(storm.peakPerSecond())));
    }
    if (s.has(Metric.RECONNECT_WITHOUT_LOSS)) {
      say(
          "reconnect",
          "{reconnect.count} returns, "
              // Never rounded up to 100 %.
              + String.format(
                  Locale.ROOT,
                  "%.2f %% without silent loss, %.2f attempts a stream",
                  Math.floor(s.metric(Metric.RECONNECT_WITHOUT_LOSS) * 10_000) / 100,
                  s.metric(Metric.RECONNECT_ATTEMPTS)));
    }
    if (s.metric(Metric.DISCONNECTS) > 0) {
      say("", "{disconnects} streams ended that the plan did not cut");
    }
    if (s.metric(Metric.SLOW_EVICTED) > 0) {
      say("slow", "{slow.evicted} streams of slow users ended by the server");
    }
    if (s.metric(Metric.HEARTBEAT_MISSED) > 0) {
      say("heartbeat", "{heartbeat.missed} missed");
    }
    if (!s.errors().isEmpty()) {
      told(
          "errors",
          s.errors().entrySet().stream()
              .map(error -> error.getKey() + " " + Spans.number(error.getValue()))
              .collect(Collectors.joining(", ")));
    }
  }

  private void machine() {
    if (s.has(Metric.SERVER_RSS)) {
      say(
          "server",
          "{server.kibPerConnection} KiB/connection, rss {server.rss} MiB"
              + (s.has(Metric.SERVER_CPU_DELIVERY)
                  ? ", cpu {server.cpu}, {server.cpuPerDelivery} µs a delivery"
                  : ""));
    }
    Histogram lag = s.latencies().get(Timing.GENERATOR_LAG.label());
    Histogram hiccup = s.latencies().get(Timing.GENERATOR_HICCUP.label());
    say(
        "generator",
        "cpu {generator.cpu}, {generator.kibPerUser} KiB/user"
            + (lag == null
                ? ""
                : ", lag p99 "
                    + Spans.micros(lag.getValueAtPercentile(99))
                    + " max "
                    + Spans.micros(lag.getMaxValue()))
            + (hiccup == null ? "" : ", hiccup max " + Spans.micros(hiccup.getMaxValue())));
    told(
        "machine",
        filled("load average {machine.load} on ")
            + s.environment().getOrDefault("processors", "?")
            + " processors");
  }

  private void thresholds() {
    String name = "thresholds";
    for (Result result : s.thresholds()) {
      if (!result.kept()) {
        told(name, paint.red("✗ " + result.expression()) + "   (" + result.shown() + ")");
        name = "";
      }
    }
    long kept = s.thresholds().stream().filter(Result::kept).count();
    if (!s.thresholds().isEmpty()) {
      String all = kept + " of " + s.thresholds().size() + " kept";
      told(name, kept == s.thresholds().size() ? paint.green("✓ " + all) : all);
    }
  }

  private void verdict() {
    String state = s.verdict().state().name();
    switch (s.verdict().state()) {
      case VALID -> told(state, paint.green("the generator was fit to measure"));
      case SUSPECT -> told(state, paint.yellow("read the figures with care: " + reasons()));
      case INVALID ->
          told(state, paint.red("the generator, not the server, was the limit: " + reasons()));
    }
  }

  private String reasons() {
    return String.join("; ", s.verdict().reasons());
  }

  /** With the figures in it: {@code {name}}, or {@code {!name}}, which is red above 0. */
  private String filled(String template) {
    return FIGURE
        .matcher(template)
        .replaceAll(
            found -> {
              Metric metric = Metric.of(found.group(2)).orElseThrow();
              String number = s.has(metric) ? Spans.number(s.metric(metric)) : "?";
              boolean alarming = !found.group(1).isEmpty() && s.metric(metric) > 0;
              return Matcher.quoteReplacement(alarming ? paint.red(number) : number);
            });
  }

  /** A line of our own words and figures. */
  private void say(String label, String template) {
    told(label, filled(template));
  }

  /** A label of eleven columns, and text that is wrapped behind it. */
  private void told(String label, String text) {
    String lead = label.isEmpty() ? " ".repeat(11) : paint.bold("%-11s".formatted(label));
    for (String line : Paint.wrapped(text, WIDTH - 11)) {
      lines.add(lead + line);
      lead = " ".repeat(11);
    }
  }
}
