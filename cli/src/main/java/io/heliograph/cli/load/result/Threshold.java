package io.heliograph.cli.load.result;

import io.heliograph.cli.load.meter.Timing;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * What a run must keep: {@code delivery.live.p99 < 250ms}, {@code loss.silent == 0}.
 *
 * @param expression as it was written
 * @param metric a {@link Metric} or a {@link Timing}
 * @param stat of a timing; empty for a metric
 * @param value in µs for a timing's spans
 */
public record Threshold(
    String expression, String metric, String stat, String operator, double value) {
  // Without deliveries the others prove nothing.
  private static final List<String> OF_PUBLISHING =
      List.of("publish.accepted > 0", "publish.refused == 0", "delivery.seen > 0");

  /** What every run must keep unless the user says otherwise. */
  public static final List<String> DEFAULTS =
      List.of(
          "loss.silent == 0",
          "order.violations == 0",
          "misrouted == 0",
          "corrupt == 0",
          "dup.live == 0",
          "users.absent == 0",
          "publish.unsent == 0");

  private static final Pattern FORM =
      Pattern.compile(
          "\\s*([a-zA-Z0-9.]+)\\s*(<=|>=|==|!=|<|>)\\s*([0-9.]+)\\s*(us|µs|ms|s|m|%)?\\s*");
  private static final List<String> STATS = List.of("min", "mean", "max", "count");
  private static final Pattern PERCENTILE = Pattern.compile("p(\\d{1,2}(?:\\.\\d{1,3})?)");

  /** The defaults of a run, of which one that publishes has some more. */
  public static List<String> defaults(boolean publishes) {
    return publishes ? Stream.concat(DEFAULTS.stream(), OF_PUBLISHING.stream()).toList() : DEFAULTS;
  }

  /** How it came out. {@code shown} is the figure for a person. */
  public record Result(String expression, String shown, boolean kept) {}

  /** Reads one; it must name a figure that there is. */
  public static Threshold parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "'"
              + text
              + "' is not a threshold; write for example 'delivery.live.p99 < 250ms' or"
              + " 'loss.silent == 0'");
    }
    String name = form.group(1);
    String unit = form.group(4) == null ? "" : form.group(4);
    double number = number(form.group(3), text);
    String expression = text.strip().replaceAll("\\s+", " ");
    if (Metric.of(name).isPresent()) {
      if (!unit.isEmpty() && !unit.equals("%")) {
        throw new IllegalArgumentException("'" + text + "': " + name + " is not a duration");
      } else if (unit.equals("%") && !Metric.of(name).get().isShare()) {
        throw new IllegalArgumentException(
            "'" + text + "': " + name + " is not a share, so it has no percentage");
      }
      return new Threshold(
          expression, name, "", form.group(2), unit.equals("%") ? number / 100 : number);
    }
    for (Timing timing : Timing.values()) {
      String prefix = timing.label() + ".";
      String stat = name.startsWith(prefix) ? name.substring(prefix.length()) : "";
      if (STATS.contains(stat) || PERCENTILE.matcher(stat).matches()) {
        if (stat.equals("count") && !unit.isEmpty()) {
          throw new IllegalArgumentException("'" + text + "': a count has no unit");
        } else if (unit.equals("%") || (unit.isEmpty() && !stat.equals("count") && number != 0)) {
          throw new IllegalArgumentException("'" + text + "' needs a duration, such as 250ms");
        }
        return new Threshold(
            expression, timing.label(), stat, form.group(2), number * micros(unit));
      }
    }
    throw new IllegalArgumentException(
        "'" + text + "': unknown metric " + name + "; allowed: " + String.join(", ", names()));
  }

  private static double number(String digits, String text) {
    try {
      return Double.parseDouble(digits);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + text + "': " + digits + " is not a number", e);
    }
  }

  private static double micros(String unit) {
    return switch (unit) {
      case "ms" -> 1e3;
      case "s" -> 1e6;
      case "m" -> 60e6;
      default -> 1;
    };
  }

  private static List<String> names() {
    var names = new ArrayList<String>();
    Arrays.stream(Timing.values()).forEach(timing -> names.add(timing.label() + ".p99"));
    Arrays.stream(Metric.values()).forEach(metric -> names.add(metric.label()));
    return names;
  }

  /** Holds a run against it. A figure that was not taken keeps nothing: no samples is a failure. */
  public Result check(Summary summary) {
    OptionalDouble actual = actual(summary);
    if (actual.isEmpty()) {
      return new Result(expression, "no samples", false);
    }
    double found = actual.getAsDouble();
    boolean kept =
        switch (operator) {
          case "<" -> found < value;
          case "<=" -> found <= value;
          case ">" -> found > value;
          case ">=" -> found >= value;
          case "==" -> found == value;
          default -> found != value;
        };
    boolean span = !stat.isEmpty() && !stat.equals("count");
    return new Result(expression, span ? Spans.micros(found) : Spans.number(found), kept);
  }

  private OptionalDouble actual(Summary summary) {
    if (stat.isEmpty()) {
      Double number = summary.metrics().get(metric);
      return number == null || number.isNaN() ? OptionalDouble.empty() : OptionalDouble.of(number);
    }
    Histogram histogram = summary.latencies().get(metric);
    if (histogram == null || (histogram.getTotalCount() == 0 && !stat.equals("count"))) {
      return OptionalDouble.empty();
    }
    return OptionalDouble.of(
        switch (stat) {
          case "min" -> histogram.getMinValue();
          case "mean" -> histogram.getMean();
          case "max" -> histogram.getMaxValue();
          case "count" -> histogram.getTotalCount();
          default -> histogram.getValueAtPercentile(Double.parseDouble(stat.substring(1)));
        });
  }
}
