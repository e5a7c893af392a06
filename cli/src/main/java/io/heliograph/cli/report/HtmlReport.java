package io.heliograph.cli.report;

import static io.heliograph.cli.report.Plot.escaped;

import io.heliograph.cli.load.meter.Timing;
import io.heliograph.cli.load.result.Metric;
import io.heliograph.cli.load.result.Spans;
import io.heliograph.cli.load.result.Summary;
import io.heliograph.cli.load.result.Summary.StormResult;
import io.heliograph.cli.load.result.Threshold;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** A summary as one HTML page that needs nothing else: no script, no network. Pure. */
final class HtmlReport {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private final Summary s;
  private final @Nullable HeatMap heat;
  private final @Nullable Summary other;
  private final StringBuilder html = new StringBuilder();

  private HtmlReport(Summary s, @Nullable HeatMap heat, @Nullable Summary other) {
    this.s = s;
    this.heat = heat;
    this.other = other;
  }

  /**
   * The page.
   *
   * @param heat how long deliveries took over time; null where that was not kept
   * @param other a run to draw beside it; null for none
   */
  static String of(Summary summary, @Nullable HeatMap heat, @Nullable Summary other) {
    return new HtmlReport(summary, heat, other).page();
  }

  private String page() {
    html.append("<!doctype html><html lang='en'><head><meta charset='utf-8'>")
        .append("<meta name='viewport' content='width=device-width, initial-scale=1'><title>")
        .append(escaped(s.scenario() + " · " + s.verdict().state()))
        .append("</title><style>")
        .append(style())
        .append("</style></head><body><main>");
    header();
    tiles();
    percentiles();
    if (!s.timeline().isEmpty()) {
      html.append(TimePlots.of(s, heat));
    }
    tables();
    html.append("</main></body></html>\n");
    return html.toString();
  }

  private static String style() {
    try (InputStream in = HtmlReport.class.getResourceAsStream("report.css")) {
      if (in == null) {
        throw new IllegalStateException("report.css is missing in the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("report.css cannot be read from the jar", e);
    }
  }

  private void header() {
    String state = s.verdict().state().name();
    html.append("<header><div><h1>")
        .append(escaped(s.scenario()))
        .append("</h1><p class='sub'>")
        .append(escaped(TIME.format(s.startedAt())))
        .append(" · run ")
        .append(escaped(s.run()))
        .append(" · engine ")
        .append(escaped(s.settings().getOrDefault("engine", "sdk")))
        .append(" · seed ")
        .append(s.seed())
        .append(
            s.aborted()
                ? " · <b>"
                    + (s.ending() == Summary.Ending.UNFINISHED ? "unfinished" : "aborted")
                    + "</b>"
                : "")
        .append("</p></div><div class='badge ")
        .append(state.toLowerCase(Locale.ROOT))
        .append("'>")
        .append(state)
        .append("</div></header>");
    if (!s.verdict().reasons().isEmpty()) {
      html.append("<p class='reasons ")
          .append(state.toLowerCase(Locale.ROOT))
          .append("'>The generator, not the server: ")
          .append(escaped(String.join("; ", s.verdict().reasons())))
          .append("</p>");
    }
  }

  private void tiles() {
    html.append("<section class='tiles'>");
    tile("users", number(Metric.USERS_COUNT), "");
    tile("deliveries/s", number(Metric.DELIVERY_RATE), "");
    Histogram live = s.latencies().get(Timing.DELIVERY_LIVE.label());
    if (live != null) {
      tile("p50", SummaryText.percentile(live, 50), "");
      tile("p99", SummaryText.percentile(live, 99), "");
      tile("max", Spans.micros(live.getMaxValue()), "");
    }
    alarm("lost silently", Metric.LOSS_SILENT);
    for (StormResult storm : s.storms()) {
      boolean back = !Double.isNaN(storm.backSeconds());
      tile(
          "back after " + storm.what(),
          back ? String.format(Locale.ROOT, "%.1f s", storm.backSeconds()) : "not all",
          back ? "" : "bad");
    }
    long kept = s.thresholds().stream().filter(Threshold.Result::kept).count();
    if (!s.thresholds().isEmpty()) {
      boolean all = kept == s.thresholds().size();
      tile("thresholds", kept + " of " + s.thresholds().size(), all ? "good" : "bad");
    }
    html.append("</section>");
  }

  private void alarm(String label, Metric metric) {
    tile(label, number(metric), s.metric(metric) > 0 ? "bad" : "good");
  }

  private void tile(String label, String value, String kind) {
    html.append("<div class='tile ")
        .append(kind)
        .append("'><b>")
        .append(escaped(value))
        .append("</b><span>")
        .append(escaped(label))
        .append("</span></div>");
  }

  /** Latency by percentile: the axis stretches towards 100 %, because that is where it hurts. */
  private void percentiles() {
    record Curve(String name, String style, Histogram histogram) {}
    var curves = new ArrayList<Curve>();
    add(curves, s, Timing.PUBLISH_ACK, "publish accepted", "c3", Curve::new);
    add(curves, s, Timing.DELIVERY_REPLAY, "after a return (replay)", "c4", Curve::new);
    add(curves, s, Timing.DELIVERY_UNCORRECTED, "live, uncorrected", "c1 dashed", Curve::new);
    add(curves, s, Timing.DELIVERY_LIVE, "live", "c1", Curve::new);
    if (other != null) {
      add(
          curves,
          other,
          Timing.DELIVERY_LIVE,
          "live, " + other.scenario() + " " + other.run(),
          "c2",
          Curve::new);
    }
    if (curves.isEmpty()) {
      return;
    }
    double most = curves.stream().mapToDouble(c -> c.histogram.getMaxValue()).max().orElse(1);
    double least = curves.stream().mapToDouble(c -> c.histogram.getMinValue()).min().orElse(1);
    long samples = curves.stream().mapToLong(c -> c.histogram.getTotalCount()).max().orElse(1);
    double end = Math.max(1, Math.min(6, Math.floor(Math.log10((double) samples))));
    Plot plot = Plot.logarithmic(0, end, least, most).verticalAxis(Spans::micros);
    String[] labels = {"0 %", "90 %", "99 %", "99.9 %", "99.99 %", "99.999 %", "99.9999 %"};
    for (int i = 0; i <= end; i++) {
      plot.tick(i, labels[i]);
    }
    for (Curve curve : curves) {
      var points = new ArrayList<double[]>();
      // Beyond one sample there is nothing to draw.
      double last = Math.min(end, Math.log10((double) curve.histogram.getTotalCount()));
      for (double nines = 0; nines <= last + 1e-9; nines += 0.02) {
        double percentile = 100 * (1 - Math.pow(10, -nines));
        points.add(new double[] {nines, curve.histogram.getValueAtPercentile(percentile)});
      }
      plot.line(points, curve.style);
    }
    var legend = new ArrayList<String[]>();
    curves.reversed().forEach(c -> legend.add(new String[] {c.style, c.name}));
    Figure.add(
        html,
        "Latency by percentile",
        "from when an event was due to when its user had it",
        plot,
        legend);
  }

  private interface CurveMaker<T> {
    T make(String name, String style, Histogram histogram);
  }

  private static <T> void add(
      List<T> curves, Summary of, Timing timing, String name, String style, CurveMaker<T> maker) {
    Histogram histogram = of.latencies().get(timing.label());
    if (histogram != null && histogram.getTotalCount() > 0) {
      curves.add(maker.make(name, style, histogram));
    }
  }

  private void tables() {
    html.append(
        "<section"
            + " class='tables'><div><h2>Latencies</h2><table><tr><th></th><th>p50</th><th>p90</th><th>p99</th><th>p99.9</th><th>max</th><th>count</th></tr>");
    for (Timing timing : Timing.values()) {
      Histogram histogram = s.latencies().get(timing.label());
      if (histogram != null) {
        html.append("<tr><td title='")
            .append(escaped(timing.definition()))
            .append("'>")
            .append(timing.label());
        for (double percentile : new double[] {50, 90, 99, 99.9}) {
          html.append("</td><td>").append(SummaryText.percentile(histogram, percentile));
        }
        html.append("</td><td>").append(Spans.micros(histogram.getMaxValue()));
        html.append("</td><td>")
            .append(Spans.number(histogram.getTotalCount()))
            .append("</td></tr>");
      }
    }
    html.append("</table></div>");
    if (!s.thresholds().isEmpty()) {
      html.append("<div><h2>Thresholds</h2><table>");
      for (Threshold.Result result : s.thresholds()) {
        html.append("<tr class='")
            .append(result.kept() ? "good" : "bad")
            .append("'><td>")
            .append(result.kept() ? "✓ " : "✗ ")
            .append(escaped(result.expression()))
            .append("</td><td>")
            .append(escaped(result.shown()))
            .append("</td></tr>");
      }
      html.append("</table></div>");
    }
    html.append("<div><h2>Figures</h2><table>");
    for (Metric metric : Metric.values()) {
      if (s.has(metric)) {
        html.append("<tr><td title='")
            .append(escaped(metric.definition()))
            .append("'>")
            .append(metric.label());
        html.append("</td><td>").append(number(metric)).append("</td></tr>");
      }
    }
    html.append("</table></div>");
    pairs("Settings", s.settings());
    pairs("Where", s.environment());
    Summary.Floor floor = s.floor();
    if (floor != null) {
      var lines = new LinkedHashMap<String, String>();
      lines.put("p50", Spans.micros(floor.p50Us()));
      lines.put("p99", Spans.micros(floor.p99Us()));
      lines.put("at deliveries/s", Spans.number(Math.round(floor.rate())));
      lines.put("most deliveries/s", Spans.number(Math.round(floor.mostPerSecond())));
      lines.put("calibrated", floor.calibratedAt());
      if (floor.limits()) {
        lines.put("delivery.live", "within twice the floor: limited by the generator");
      }
      pairs("The generator's floor", lines);
    }
    var errors = new java.util.TreeMap<String, String>();
    s.errors().forEach((kind, count) -> errors.put(kind, Spans.number(count)));
    pairs("Errors", errors);
    if (!s.notes().isEmpty()) {
      html.append("<div><h2>Notes</h2><ul>");
      s.notes().forEach(note -> html.append("<li>").append(escaped(note)).append("</li>"));
      html.append("</ul></div>");
    }
    html.append("</section>");
  }

  private void pairs(String title, Map<String, String> pairs) {
    if (pairs.isEmpty()) {
      return;
    }
    html.append("<div><h2>").append(title).append("</h2><table>");
    pairs.forEach(
        (name, value) ->
            html.append("<tr><td>")
                .append(escaped(name))
                .append("</td><td>")
                .append(escaped(value))
                .append("</td></tr>"));
    html.append("</table></div>");
  }

  private String number(Metric metric) {
    return s.has(metric) ? Spans.number(s.metric(metric)) : "?";
  }
}
