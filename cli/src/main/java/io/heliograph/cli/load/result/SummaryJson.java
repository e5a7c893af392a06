package io.heliograph.cli.load.result;

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
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** A summary as JSON and back; the schema is docs/reference/simulate-summary.schema.json. */
public final class SummaryJson {
  // Control characters, writing directions, line separators, halves of surrogates.
  private static final Pattern UNPRINTABLE =
      Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}]");
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
    var verdict = new LinkedHashMap<String, @Nullable Object>();
    verdict.put("state", s.verdict().state().name());
    verdict.put("reasons", s.verdict().reasons());
    root.put("verdict", verdict);
    root.put("metrics", s.metrics());
    var latencies = new LinkedHashMap<String, @Nullable Object>();
    s.latencies().forEach((name, histogram) -> latencies.put(name, latency(histogram)));
    root.put("latencyUs", latencies);
    root.put("storms", s.storms().stream().map(SummaryJson::record).toList());
    root.put("errors", s.errors());
    root.put("phases", record(s.phases()));
    root.put("timeline", columns(s.timeline()));
    root.put("environment", s.environment());
    root.put("notes", s.notes());
    root.put("thresholds", s.thresholds().stream().map(SummaryJson::record).toList());
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

  private static Map<String, @Nullable Object> record(Record record) {
    var map = new LinkedHashMap<String, @Nullable Object>();
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      map.put(component.getName(), value(component, record));
    }
    return map;
  }

  // Records of doubles, longs, booleans and strings only; no list of fields has to be kept in step
  // by hand.
  private static @Nullable Object value(RecordComponent component, Record record) {
    try {
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("a public record's accessor cannot be called", e);
    }
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
  static double number(RecordComponent component, Second second) {
    double number = value(component, second) instanceof Double d ? d : Double.NaN;
    return Double.isNaN(number) ? Double.NaN : Math.round(number * 1000) / 1000.0;
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IOException if it is something else, or of another schema
   */
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
      Node phases = root.at("phases");
      return new Summary(
          root.text("run"),
          Instant.parse(root.text("startedAt")),
          scenario.text("name"),
          settings(scenario),
          (long) scenario.number("seed"),
          scenario.text("shard"),
          ending(root),
          new Verdict(Verdict.State.valueOf(verdict.text("state")), verdict.strings("reasons")),
          root.at("metrics").numbers(),
          latencies,
          root.list("storms").stream()
              .map(
                  storm ->
                      new StormResult(
                          storm.number("atSeconds"),
                          storm.text("what"),
                          (long) storm.number("cut"),
                          storm.number("backSeconds"),
                          storm.number("peakPerSecond")))
              .toList(),
          counts(root.at("errors")),
          new Phases(
              phases.number("ramp"),
              phases.number("warmup"),
              phases.number("measured"),
              phases.number("drained")),
          timeline(root.at("timeline")),
          root.at("environment").texts(),
          root.strings("notes"),
          root.list("thresholds").stream()
              .map(t -> new Threshold.Result(t.text("expression"), t.text("shown"), t.bool("kept")))
              .toList(),
          outcome((int) root.number("exit")));
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new IOException("it is no summary of a simulation: " + e.getMessage(), e);
    }
  }

  /** Reports of before this field was there only tell whether it was ended early. */
  private static Ending ending(Node root) {
    return root.has("ending")
        ? Ending.valueOf(root.text("ending").toUpperCase(Locale.ROOT))
        : root.bool("aborted") ? Ending.INTERRUPTED : Ending.COMPLETE;
  }

  /** Reports of before "compared" was there say nothing of it: all that was chosen is compared. */
  private static List<Setting> settings(Node scenario) {
    List<String> compared = scenario.has("compared") ? scenario.strings("compared") : List.of();
    var settings = new ArrayList<Setting>();
    scenario
        .at("settings")
        .texts()
        .forEach(
            (option, value) ->
                settings.add(
                    new Setting(
                        option, value, !scenario.has("compared") || compared.contains(option))));
    return List.copyOf(settings);
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

  private static List<Second> timeline(Node columns) {
    var seconds = new ArrayList<Second>();
    List<Double> t = columns.doubles("t");
    for (RecordComponent column : Second.class.getRecordComponents()) {
      if (columns.doubles(column.getName()).size() != t.size()) {
        throw new IllegalArgumentException(
            "the timeline's '" + column.getName() + "' is of another length than its 't'");
      }
    }
    for (int i = 0; i < t.size(); i++) {
      int row = i;
      ToDoubleFunction<String> at = name -> columns.doubles(name).get(row);
      seconds.add(
          new Second(
              t.get(i),
              at.applyAsDouble("users"),
              at.applyAsDouble("planned"),
              at.applyAsDouble("accepted"),
              at.applyAsDouble("delivered"),
              at.applyAsDouble("p50"),
              at.applyAsDouble("p99"),
              at.applyAsDouble("max"),
              at.applyAsDouble("replayed"),
              at.applyAsDouble("returns"),
              at.applyAsDouble("disconnects"),
              at.applyAsDouble("lagMax"),
              at.applyAsDouble("generatorCpu"),
              at.applyAsDouble("serverCpu"),
              at.applyAsDouble("serverRss"),
              at.applyAsDouble("machineCpu")));
    }
    return List.copyOf(seconds);
  }

  /** A value with its kind checked as it is asked for. */
  private record Node(@Nullable Object value) {
    private Map<?, ?> map() {
      if (value instanceof Map<?, ?> map) {
        return map;
      }
      throw new IllegalArgumentException("an object is missing");
    }

    List<String> names() {
      return map().keySet().stream().map(String::valueOf).toList();
    }

    boolean has(String name) {
      return map().get(name) != null;
    }

    Node at(String name) {
      Object found = map().get(name);
      if (found == null) {
        throw new IllegalArgumentException("'" + name + "' is missing");
      }
      return new Node(found);
    }

    String text(String name) {
      return printable(at(name).value);
    }

    /** Whoever sends somebody a report must not write to their terminal by it. */
    private static String printable(@Nullable Object value) {
      return UNPRINTABLE
          .matcher(String.valueOf(value))
          .replaceAll(found -> String.format("\\\\u%04x", (int) found.group().charAt(0)));
    }

    boolean bool(String name) {
      return Boolean.TRUE.equals(at(name).value);
    }

    /** Null is the number that JSON cannot write. */
    double number(String name) {
      return number(map().get(name));
    }

    private static double number(@Nullable Object value) {
      return value instanceof Number number ? number.doubleValue() : Double.NaN;
    }

    private List<?> items(String name) {
      if (at(name).value instanceof List<?> list) {
        return list;
      }
      throw new IllegalArgumentException("'" + name + "' is no list");
    }

    List<Node> list(String name) {
      return items(name).stream().map(item -> new Node(item)).toList();
    }

    List<String> strings(String name) {
      return items(name).stream().map(Node::printable).toList();
    }

    List<Double> doubles(String name) {
      return items(name).stream().map(item -> number(item)).toList();
    }

    Map<String, String> texts() {
      var texts = new LinkedHashMap<String, String>();
      map().forEach((name, text) -> texts.put(printable(name), printable(text)));
      return texts;
    }

    Map<String, Double> numbers() {
      var numbers = new LinkedHashMap<String, Double>();
      map().forEach((name, number) -> numbers.put(printable(name), number(number)));
      return numbers;
    }
  }
}
