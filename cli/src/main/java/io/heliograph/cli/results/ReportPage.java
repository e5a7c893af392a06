package io.heliograph.cli.results;

import io.heliograph.cli.json.Json;
import io.heliograph.cli.load.meter.Timing;
import io.heliograph.cli.load.meter.Violation;
import io.heliograph.cli.load.result.Metric;
import io.heliograph.cli.load.result.ReportFiles;
import io.heliograph.cli.load.result.Summary;
import io.heliograph.cli.load.result.SummaryJson;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * A report as one HTML page that needs no other file and no network: the summary as JSON, a script
 * that draws it, and the chart library uPlot.
 */
public final class ReportPage {
  // The percentile axis has this many points for each further nine: 0 %, 90 %, 99 %, 99.9 %.
  private static final int POINTS_PER_NINE = 50;
  private static final int MOST_NINES = 6;
  private static final Pattern PLACE = Pattern.compile("\\{\\{(\\w+)}}");

  private ReportPage() {}

  /** Writes all files of a report but the log. Each file appears whole or not at all. */
  public static void write(Path directory, Summary summary, List<Violation> violations)
      throws IOException {
    ReportFiles.write(directory, summary, violations);
    ReportFiles.replace(
        directory.resolve(ReportFiles.PAGE), of(summary, ReportFiles.log(directory), null));
  }

  /** The page, with what a log of histograms tells, and another run beside it. */
  public static String of(Summary summary, @Nullable Path log, @Nullable Summary other)
      throws IOException {
    String style = resource("uplot/uPlot.min.css") + resource("report.css");
    String library =
        "/*\n" + resource("uplot/LICENSE") + "*/\n" + resource("uplot/uPlot.iife.min.js");
    String script = resource("report.js");
    Map<String, String> parts =
        Map.of(
            "title",
            escaped("Load test " + summary.scenario() + ": " + summary.verdict().state()),
            // Should a string ever break out of the data, the browser still runs nothing of it.
            "policy",
            "default-src 'none'; base-uri 'none'; form-action 'none'; style-src %s; script-src %s %s"
                .formatted(hash(style), hash(library), hash(script)),
            "style",
            style,
            "library",
            library,
            "script",
            script,
            "data",
            // In JSON a "<" stands in strings only; so it can neither end nor begin an element.
            data(summary, log, other).replace("<", "\\u003c"));
    // One pass: what a part holds is not looked at again.
    return PLACE
        .matcher(resource("report.html"))
        .replaceAll(place -> Matcher.quoteReplacement(parts.get(place.group(1))));
  }

  private static String data(Summary summary, @Nullable Path log, @Nullable Summary other)
      throws IOException {
    var first = run(summary);
    HeatMap heat =
        log == null || summary.timeline().isEmpty()
            ? null
            : HeatMap.of(log, summary.timeline().getLast().t());
    if (heat != null) {
      first.put("heat", heat.tree());
    }
    var definitions = new LinkedHashMap<String, String>();
    for (Metric metric : Metric.values()) {
      definitions.put(metric.label(), metric.definition());
    }
    var timings = new LinkedHashMap<String, String>();
    for (Timing timing : Timing.values()) {
      timings.put(timing.label(), timing.definition());
    }
    var data = new LinkedHashMap<String, @Nullable Object>();
    data.put("runs", other == null ? List.of(first) : List.of(first, run(other)));
    data.put("metrics", definitions);
    data.put("timings", timings);
    return Json.write(data, false);
  }

  private static Map<String, @Nullable Object> run(Summary summary) {
    var run = new LinkedHashMap<String, @Nullable Object>();
    run.put("summary", SummaryJson.tree(summary));
    var curves = new LinkedHashMap<String, @Nullable Object>();
    summary.latencies().forEach((name, histogram) -> curves.put(name, curve(histogram)));
    run.put("curves", curves);
    return run;
  }

  /** µs by percentile, as far as there are samples. */
  private static List<Long> curve(Histogram histogram) {
    double nines = Math.min(MOST_NINES, Math.log10((double) histogram.getTotalCount()));
    var curve = new ArrayList<Long>();
    for (int i = 0; i <= nines * POINTS_PER_NINE + 1e-9; i++) {
      double percentile = 100 * (1 - Math.pow(10, -(double) i / POINTS_PER_NINE));
      curve.add(histogram.getValueAtPercentile(percentile));
    }
    return curve;
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static String resource(String name) {
    try (InputStream in = ReportPage.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is missing in the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(name + " cannot be read from the jar", e);
    }
  }
}
