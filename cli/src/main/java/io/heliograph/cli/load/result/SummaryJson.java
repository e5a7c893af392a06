package io.heliograph.cli.load.result;

import io.heliograph.cli.json.Json;
import io.heliograph.cli.load.meter.Verdict;
import io.heliograph.cli.load.result.Summary.Ending;
import io.heliograph.cli.load.result.Summary.Phases;
import io.heliograph.cli.load.result.Summary.Second;
import io.heliograph.cli.load.result.Summary.StormResult;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** A summary as JSON and back; the schema is docs/reference/simulate-summary.schema.json. */
public final class SummaryJson {
  // A run that a signal ended has this and the number of the signal for its exit code.
  private static final int SIGNALS = 128;
  private static final List<String> PERCENTILES = List.of("p50", "p90", "p99", "p99.9", "p99.99");

  private SummaryJson() {}

  /** The JSON: indented for a file, or on one line. */
  public static String write(Summary s, boolean indented) {
    return Json.write(tree(s), indented);
  }

  /** The same as maps and lists, to be a part of other JSON. */
  public static Map<String, @Nullable Object> tree(Summary s) {
    var root = new LinkedHashMap<String, @Nullable Object>();
    root.put("schema", Summary.SCHEMA);
    root.put("run", s.run());
    root.put("startedAt", s.startedAt().toString());
    var scenario = new LinkedHashMap<String, @Nullable Object>();
    scenario.put("name", s.scenario());
    var settings = new LinkedHashMap<String, @Nullable Object>();
    s.settings().forEach(setting -> settings.put(setting.option(), setting.value()));
    scenario.put("settings", settings);
    scenario.put(
        "compared",
        s.settings().stream().filter(Setting::comparable).map(Setting::option).toList());
    scenario.put("seed", s.seed());
    scenario.put("shard", s.shard());
    root.put("scenario", scenario);
    root.put("aborted", s.aborted());
    root.put("ending", s.ending().name().toLowerCase(Locale.ROOT));
    root.put("verdict", Records.tree(s.verdict()));
    root.put("metrics", s.metrics());
    var latencies = new LinkedHashMap<String, @Nullable Object>();
    s.latencies().forEach((name, histogram) -> latencies.put(name, latency(histogram)));
    root.put("latencyUs", latencies);
    root.put("storms", s.storms().stream().map(Records::tree).toList());
    root.put("errors", s.errors());
    root.put("phases", Records.tree(s.phases()));
    root.put("timeline", columns(s.timeline()));
    root.put("environment", s.environment());
    root.put("notes", s.notes());
    root.put("thresholds", s.thresholds().stream().map(Records::tree).toList());
    root.put("exit", exit(s.outcome()));
    return root;
  }

  private static Map<String, @Nullable Object> latency(Histogram histogram) {
    var map = new LinkedHashMap<String, @Nullable Object>();
    map.put("count", histogram.getTotalCount());
    map.put("min", histogram.getMinValue());
    map.put("mean", Math.round(histogram.getMean() * 10) / 10.0);
    for (String percentile : PERCENTILES) {
      map.put(
          percentile, histogram.getValueAtPercentile(Double.parseDouble(percentile.substring(1))));
    }
    map.put("max", histogram.getMaxValue());
    map.put("hdr", encoded(histogram));
    return map;
  }

  private static String encoded(Histogram histogram) {
    ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
    int length = histogram.encodeIntoCompressedByteBuffer(buffer, Deflater.DEFAULT_COMPRESSION);
    var bytes = new byte[length];
    buffer.flip().get(bytes);
    return Base64.getEncoder().encodeToString(bytes);
  }

  /** A column a figure: a tenth of the size of a row a second, and what plotting wants. */
  private static Map<String, @Nullable Object> columns(List<Second> timeline) {
    var columns = new LinkedHashMap<String, @Nullable Object>();
    for (RecordComponent component : Second.class.getRecordComponents()) {
      columns.put(
          component.getName(), timeline.stream().map(second -> number(component, second)).toList());
    }
    return columns;
  }

  /** A figure of a second, to three digits behind the point. */
  private static double number(RecordComponent component, Second second) {
    double number = Records.number(component, second);
    return Double.isNaN(number) ? Double.NaN : Math.round(number * 1000) / 1000.0;
  }

  /** Reads what {@link #write} wrote; fails if it is something else, or of another schema. */
  public static Summary read(String text) throws IOException {
    try {
      Node root = new Node(Json.read(text));
      if (!root.text("schema").equals(Summary.SCHEMA)) {
        throw new IOException("its schema is " + root.text("schema") + ", not " + Summary.SCHEMA);
      }
      Node scenario = root.at("scenario");
      Node verdict = root.at("verdict");
      var latencies = new LinkedHashMap<String, Histogram>();
      for (String name : root.at("latencyUs").names()) {
        latencies.put(name, histogram(name, root.at("latencyUs").at(name)));
      }
      return new Summary(
          root.text("run"),
          Instant.parse(root.text("startedAt")),
          scenario.text("name"),
          settings(scenario),
          (long) scenario.number("seed"),
          scenario.text("shard"),
          root.bool("aborted") ? Ending.INTERRUPTED : Ending.COMPLETE,
          new Verdict(Verdict.State.valueOf(verdict.text("state")), verdict.strings("reasons")),
          root.at("metrics").numbers(),
          latencies,
          root.records("storms", StormResult.class),
          counts(root.at("errors")),
          root.at("phases").record(Phases.class),
          timeline(root.at("timeline")),
          root.at("environment").texts(),
          root.strings("notes"),
          root.records("thresholds", Threshold.Result.class),
          outcome((int) root.number("exit")));
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new IOException("it is no summary of a simulation: " + e.getMessage(), e);
    }
  }

  /** Of a report that does not say what to compare, all is compared. */
  private static List<Setting> settings(Node scenario) {
    Map<String, String> texts = scenario.at("settings").texts();
    Collection<String> compared =
        scenario.has("compared") ? scenario.strings("compared") : texts.keySet();
    return texts.entrySet().stream()
        .map(text -> new Setting(text.getKey(), text.getValue(), compared.contains(text.getKey())))
        .toList();
  }

  private static int exit(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Kept kept -> 0;
      case Outcome.Untrusted untrusted -> 98;
      case Outcome.Failed failed -> 99;
      case Outcome.Interrupted interrupted -> SIGNALS + interrupted.signal();
    };
  }

  private static Outcome outcome(int exit) {
    return switch (exit) {
      case 0 -> new Outcome.Kept();
      case 98 -> new Outcome.Untrusted();
      case 99 -> new Outcome.Failed();
      case SIGNALS + 2, SIGNALS + 15 -> new Outcome.Interrupted(exit - SIGNALS);
      default -> throw new IllegalArgumentException("no run ends with " + exit);
    };
  }

  private static Histogram histogram(String name, Node latency) {
    Histogram histogram = decoded(name, latency.text("hdr"));
    // It has no checksum of its own that would be looked at.
    if (histogram.getTotalCount() != latency.number("count")
        || histogram.getMaxValue() != latency.number("max")) {
      throw new IllegalArgumentException(
          "the histogram of " + name + " is damaged: it holds other values than its count and max");
    }
    return histogram;
  }

  private static Histogram decoded(String name, String base64) {
    try {
      return Histogram.decodeFromCompressedByteBuffer(
          ByteBuffer.wrap(Base64.getDecoder().decode(base64)), 1);
    } catch (DataFormatException | RuntimeException e) {
      // It trusts its input, and trips over what is damaged in ways of its own.
      throw new IllegalArgumentException("the histogram of " + name + " is damaged", e);
    }
  }

  private static Map<String, Long> counts(Node node) {
    var counts = new TreeMap<String, Long>();
    node.numbers().forEach((name, number) -> counts.put(name, Math.round(number)));
    return counts;
  }

  private static List<Second> timeline(Node table) {
    var columns = new LinkedHashMap<String, List<Double>>();
    int length = table.doubles("t").size();
    for (RecordComponent component : Second.class.getRecordComponents()) {
      List<Double> column = table.doubles(component.getName());
      if (column.size() != length) {
        throw new IllegalArgumentException(
            "the timeline's '" + component.getName() + "' is of another length than its 't'");
      }
      columns.put(component.getName(), column);
    }
    return IntStream.range(0, length)
        .mapToObj(
            i ->
                Records.make(
                    Second.class, c -> columns.getOrDefault(c.getName(), List.of()).get(i)))
        .toList();
  }
}
