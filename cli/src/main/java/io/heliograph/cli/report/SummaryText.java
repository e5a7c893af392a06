package io.heliograph.cli.report;

import io.heliograph.cli.load.meter.Timing;
import io.heliograph.cli.load.result.Metric;
import io.heliograph.cli.load.result.Spans;
import io.heliograph.cli.load.result.Summary;
import io.heliograph.cli.load.result.Summary.StormResult;
import io.heliograph.cli.load.result.Threshold.Result;
import io.heliograph.cli.shell.Paint;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** A summary as text of 80 columns; what matters most comes last. Pure. */
public final class SummaryText {
  private static final List<Timing> ROWS =
      List.of(
          Timing.CONNECT_OPEN,
          Timing.CONNECT_READY,
          Timing.PUBLISH_ACK,
          Timing.DELIVERY_LIVE,
          Timing.DELIVERY_UNCORRECTED,
          Timing.DELIVERY_REPLAY,
          Timing.DELIVERY_SLOW,
          Timing.RECONNECT_DETECT,
          Timing.RECONNECT_WAIT,
          Timing.RECONNECT_OPEN,
          Timing.RECONNECT_CATCHUP,
          Timing.RECONNECT_TOTAL);
  private static final double[] PERCENTILES = {50, 90, 99, 99.9};
  private static final int WIDTH = 80;

  private final Summary s;
  private final Paint paint;
  private final List<String> lines = new ArrayList<>();

  private SummaryText(Summary s, Paint paint) {
    this.s = s;
    this.paint = paint;
  }

  /**
   * The lines.
   *
   * @param place where the report lies; null if there is none
   */
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
      say("note", note);
    }
    thresholds();
    if (place != null) {
      say("report", place);
    }
    verdict();
    return lines;
  }

  private void head() {
    double seconds = s.phases().measured() - s.phases().warmup();
    String what =
        s.scenario()
            + "   "
            + Spans.number(s.metric(Metric.USERS_COUNT))
            + " users, "
            + Spans.number(Math.round(s.metric(Metric.PUBLISH_RATE)))
            + " publishes/s, "
            + Spans.number(Math.round(s.metric(Metric.DELIVERY_RATE)))
            + " deliveries/s, "
            + Spans.number(Math.round(seconds))
            + "s";
    lines.add(paint.bold(what));
    lines.add(
        paint.dim(
            "run "
                + s.run()
                + ", engine "
                + s.settings().getOrDefault("engine", "sdk")
                + ", seed "
                + s.seed()
                + ", shard "
                + s.shard()
                + ended()));
  }

  private String ended() {
    return switch (s.ending()) {
      case COMPLETE -> "";
      case INTERRUPTED -> ", ABORTED";
      case THRESHOLD -> ", ABORTED by a threshold";
      case UNFINISHED -> ", UNFINISHED";
    };
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
  static String percentile(Histogram histogram, double percentile) {
    double needed = 10 / (1 - percentile / 100);
    return histogram.getTotalCount() < needed - 1e-6
        ? "-"
        : Spans.micros(histogram.getValueAtPercentile(percentile));
  }

  private void delivery() {
    say(
        "delivery",
        "owed "
            + number(Metric.DELIVERY_OWED)
            + "  seen "
            + number(Metric.DELIVERY_SEEN)
            + "  silent loss "
            + alarming(Metric.LOSS_SILENT)
            + "  announced "
            + number(Metric.LOSS_ANNOUNCED)
            + "  pending "
            + number(Metric.LOSS_PENDING));
    say(
        "",
        "doubled "
            + alarming(Metric.DUP_LIVE)
            + "  replayed twice "
            + number(Metric.DUP_REPLAY)
            + "  out of order "
            + alarming(Metric.ORDER_VIOLATIONS)
            + "  misrouted "
            + alarming(Metric.MISROUTED)
            + "  corrupt "
            + alarming(Metric.CORRUPT));
    say(
        "publish",
        "accepted "
            + number(Metric.PUBLISH_ACCEPTED)
            + " of "
            + number(Metric.PUBLISH_PLANNED)
            + "  rejected "
            + number(Metric.PUBLISH_REJECTED)
            + "  no answer "
            + number(Metric.PUBLISH_INDETERMINATE)
            + "  dropped "
            + number(Metric.PUBLISH_DROPPED)
            + (s.metric(Metric.PUBLISH_UNSENT) > 0
                ? "  unsent " + number(Metric.PUBLISH_UNSENT)
                : ""));
    if (s.metric(Metric.DELIVERY_MISSED_AWAY) > 0 || s.metric(Metric.OTHER_EVENTS) > 0) {
      say(
          "",
          "missed while away "
              + number(Metric.DELIVERY_MISSED_AWAY)
              + "  events of others "
              + number(Metric.OTHER_EVENTS));
    }
  }

  private void storms() {
    for (StormResult storm : s.storms()) {
      String back =
          Double.isNaN(storm.backSeconds())
              ? paint.red("not all back")
              : "all back in " + String.format(Locale.ROOT, "%.1f", storm.backSeconds()) + " s";
      say(
          "storm",
          "at "
              + Spans.clock(storm.atSeconds())
              + " "
              + storm.what()
              + ": "
              + Spans.number(storm.cut())
              + " cut, "
              + back
              + ", most "
              + Spans.number(storm.peakPerSecond())
              + " in one second");
    }
    if (s.has(Metric.RECONNECT_WITHOUT_LOSS)) {
      say(
          "reconnect",
          number(Metric.RECONNECT_COUNT)
              + " returns, "
              + percent(s.metric(Metric.RECONNECT_WITHOUT_LOSS))
              + " without silent loss, "
              + String.format(Locale.ROOT, "%.2f", s.metric(Metric.RECONNECT_ATTEMPTS))
              + " attempts a stream");
    }
    if (s.metric(Metric.DISCONNECTS) > 0) {
      say("", number(Metric.DISCONNECTS) + " streams ended that the plan did not cut");
    }
    if (s.metric(Metric.SLOW_EVICTED) > 0) {
      say("slow", number(Metric.SLOW_EVICTED) + " streams of slow users ended by the server");
    }
    if (s.metric(Metric.HEARTBEAT_MISSED) > 0) {
      say("heartbeat", number(Metric.HEARTBEAT_MISSED) + " missed");
    }
    if (!s.errors().isEmpty()) {
      var kinds = new ArrayList<String>();
      for (Map.Entry<String, Long> error : s.errors().entrySet()) {
        kinds.add(error.getKey() + " " + Spans.number(error.getValue()));
      }
      say("errors", String.join(", ", kinds));
    }
  }

  private void machine() {
    if (s.has(Metric.SERVER_RSS)) {
      String cpu =
          s.has(Metric.SERVER_CPU_DELIVERY)
              ? ", cpu "
                  + number(Metric.SERVER_CPU)
                  + ", "
                  + number(Metric.SERVER_CPU_DELIVERY)
                  + " µs a delivery"
              : "";
      say(
          "server",
          number(Metric.SERVER_KIB)
              + " KiB/connection, rss "
              + number(Metric.SERVER_RSS)
              + " MiB"
              + cpu);
    }
    if (s.has(Metric.SERVER_CONNECTIONS)) {
      say(
          s.has(Metric.SERVER_RSS) ? "" : "server",
          "it says: most "
              + number(Metric.SERVER_CONNECTIONS)
              + " streams, "
              + number(Metric.SERVER_DELIVERED)
              + " delivered, "
              + number(Metric.SERVER_GAPS)
              + " gaps, "
              + number(Metric.SERVER_WRITE_TIMEOUTS)
              + " write timeouts, logs "
              + number(Metric.SERVER_LOGS)
              + " MiB");
    }
    var generator =
        new StringBuilder("cpu ")
            .append(number(Metric.GENERATOR_CPU))
            .append(", ")
            .append(number(Metric.GENERATOR_KIB))
            .append(" KiB/user");
    Histogram lag = s.latencies().get(Timing.GENERATOR_LAG.label());
    if (lag != null) {
      generator
          .append(", lag p99 ")
          .append(Spans.micros(lag.getValueAtPercentile(99)))
          .append(" max ")
          .append(Spans.micros(lag.getMaxValue()));
    }
    Histogram hiccup = s.latencies().get(Timing.GENERATOR_HICCUP.label());
    if (hiccup != null) {
      generator.append(", hiccup max ").append(Spans.micros(hiccup.getMaxValue()));
    }
    say("generator", generator + ", gc max " + number(Metric.GENERATOR_PAUSE) + "ms");
    floor();
    say(
        "machine",
        "load average "
            + number(Metric.MACHINE_LOAD)
            + " on "
            + s.environment().getOrDefault("processors", "?")
            + " processors");
  }

  private void floor() {
    Summary.Floor floor = s.floor();
    if (floor == null) {
      return;
    }
    String text =
        "p50 "
            + Spans.micros(floor.p50Us())
            + ", p99 "
            + Spans.micros(floor.p99Us())
            + " of a server that does nothing, at "
            + Spans.number(Math.round(floor.rate()))
            + " deliveries/s";
    say("floor", text);
    if (floor.limits()) {
      say("", paint.yellow("delivery.live is within twice the floor: limited by the generator"));
    }
  }

  private void thresholds() {
    String name = "thresholds";
    for (Result result : s.thresholds()) {
      if (!result.kept()) {
        say(name, paint.red("✗ " + result.expression()) + "   (" + result.shown() + ")");
        name = "";
      }
    }
    long kept = s.thresholds().stream().filter(Result::kept).count();
    if (!s.thresholds().isEmpty()) {
      String all = kept + " of " + s.thresholds().size() + " kept";
      say(name, kept == s.thresholds().size() ? paint.green("✓ " + all) : all);
    }
  }

  private void verdict() {
    String state = s.verdict().state().name();
    switch (s.verdict().state()) {
      case VALID -> say(state, paint.green("the generator was fit to measure"));
      case SUSPECT -> say(state, paint.yellow("read the figures with care: " + reasons()));
      case INVALID ->
          say(state, paint.red("the generator, not the server, was the limit: " + reasons()));
    }
  }

  private String reasons() {
    return String.join("; ", s.verdict().reasons());
  }

  private String number(Metric metric) {
    return s.has(metric) ? Spans.number(s.metric(metric)) : "?";
  }

  private String alarming(Metric metric) {
    String number = number(metric);
    return s.metric(metric) > 0 ? paint.red(number) : number;
  }

  static String percent(double share) {
    return String.format(Locale.ROOT, "%.2f %%", Math.floor(share * 10_000) / 100);
  }

  /** A label of eleven columns, and text that is wrapped behind it. */
  private void say(String label, String text) {
    String lead = label.isEmpty() ? " ".repeat(11) : paint.bold("%-11s".formatted(label));
    for (String line : wrapped(text)) {
      lines.add(lead + line);
      lead = " ".repeat(11);
    }
  }

  /**
   * Lines that fit behind a label of eleven columns. Breaks at blanks; escape sequences take no
   * room.
   */
  public static List<String> wrapped(String text) {
    var rows = new ArrayList<String>();
    var row = new StringBuilder();
    int width = 0;
    for (String word : text.split(" ", -1)) {
      int length = word.replaceAll("\033\\[[0-9;]*m", "").length();
      if (!row.isEmpty() && width + 1 + length > WIDTH - 11) {
        rows.add(row.toString());
        row.setLength(0);
        width = 0;
      }
      if (!row.isEmpty() || width > 0) {
        row.append(' ');
        width++;
      }
      row.append(word);
      width += length;
    }
    rows.add(row.toString());
    return rows;
  }
}
