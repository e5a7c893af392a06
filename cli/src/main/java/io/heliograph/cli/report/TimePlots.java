package io.heliograph.cli.report;

import io.heliograph.cli.load.result.Metric;
import io.heliograph.cli.load.result.Spans;
import io.heliograph.cli.load.result.Summary;
import io.heliograph.cli.load.result.Summary.Second;
import io.heliograph.cli.load.result.Summary.StormResult;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What a run looked like over time: latencies, users, rates, processors, memory. Pure. */
final class TimePlots {
  private static final int MOST_POINTS = 360;
  private static final int HEAT_LEVELS = 6;

  private final Summary s;
  private final @Nullable HeatMap heat;
  private final StringBuilder html = new StringBuilder();

  private TimePlots(Summary s, @Nullable HeatMap heat) {
    this.s = s;
    this.heat = heat;
  }

  /** The figures of a run whose timeline is not empty. */
  static String of(Summary summary, @Nullable HeatMap heat) {
    return new TimePlots(summary, heat).figures();
  }

  private String figures() {
    List<Second> seconds = thinned(s.timeline());
    latency(seconds);
    heat(seconds);
    users(seconds);
    rates(seconds);
    machines(seconds);
    return html.toString();
  }

  private void latency(List<Second> seconds) {
    double most = max(seconds, Second::max);
    Plot latency =
        Plot.logarithmic(0, end(), Math.max(10, min(seconds, Second::p50)), Math.max(most, 1000));
    latency.verticalAxis(Spans::micros);
    marked(latency)
        .line(points(seconds, Second::max), "c5")
        .line(points(seconds, Second::p99), "c2")
        .line(points(seconds, Second::p50), "c1");
    hints(latency, seconds);
    Figure.add(
        html,
        "Latency over time",
        "live deliveries, second by second",
        latency,
        List.of(
            new String[] {"c1", "p50"}, new String[] {"c2", "p99"}, new String[] {"c5", "max"}));
  }

  private void users(List<Second> seconds) {
    Plot users = Plot.linear(0, end(), max(seconds, Second::users)).verticalAxis(Spans::number);
    marked(users)
        .area(points(seconds, Second::users), "c1")
        .line(points(seconds, Second::users), "c1");
    hints(users, seconds);
    Figure.add(html, "Connected users", "open, and caught up", users, List.of());
  }

  private void rates(List<Second> seconds) {
    Plot rates =
        Plot.linear(
                0, end(), Math.max(max(seconds, Second::delivered), max(seconds, Second::returns)))
            .verticalAxis(Spans::number);
    marked(rates)
        .area(points(seconds, Second::delivered), "c1")
        .line(points(seconds, Second::delivered), "c1")
        .line(points(seconds, Second::planned), "c3 dashed")
        .line(points(seconds, Second::accepted), "c3")
        .line(points(seconds, Second::returns), "c4")
        .line(points(seconds, Second::disconnects), "c5");
    hints(rates, seconds);
    Figure.add(
        html,
        "Rates",
        "a second",
        rates,
        List.of(
            new String[] {"c1", "delivered"},
            new String[] {"c3", "publishes accepted"},
            new String[] {"c3 dashed", "planned"},
            new String[] {"c4", "users back"},
            new String[] {"c5", "connections ended"}));
  }

  private void machines(List<Second> seconds) {
    double cpus = Math.max(max(seconds, Second::serverCpu), max(seconds, Second::generatorCpu));
    Plot cpu = Plot.linear(0, end(), Math.max(cpus, 0.1)).verticalAxis(Spans::number);
    marked(cpu)
        .line(points(seconds, Second::serverCpu), "c1")
        .line(points(seconds, Second::generatorCpu), "c3 dashed");
    hints(cpu, seconds);
    Figure.add(
        html,
        "Processors",
        "how many are busy with it",
        cpu,
        List.of(new String[] {"c1", "server"}, new String[] {"c3 dashed", "generator"}));

    if (s.has(Metric.SERVER_RSS)) {
      Plot memory =
          Plot.linear(0, end(), max(seconds, Second::serverRss)).verticalAxis(Spans::number);
      marked(memory)
          .area(points(seconds, Second::serverRss), "c4")
          .line(points(seconds, Second::serverRss), "c4");
      hints(memory, seconds);
      Figure.add(html, "Server memory", "MiB, resident", memory, List.of());
    }
  }

  /** Darker is more; the steps are equal on a logarithmic scale, for one late event counts, too. */
  private void heat(List<Second> seconds) {
    if (heat == null) {
      return;
    }
    Plot plot = Plot.logarithmic(0, end(), heat.lowestMicros(), heat.highestMicros() * 0.99);
    marked(plot.verticalAxis(Spans::micros));
    double steps = Math.log10(heat.most() + 1.0) / HEAT_LEVELS;
    for (int level = 0; level < HEAT_LEVELS; level++) {
      var cells = new ArrayList<double[]>();
      for (int column = 0; column < heat.columns().size(); column++) {
        long[] rows = heat.columns().get(column);
        double from = column * heat.columnSeconds();
        for (int row = 0; row < rows.length; row++) {
          int its = (int) Math.min(HEAT_LEVELS - 1, Math.log10((double) rows[row]) / steps);
          if (rows[row] > 0 && its == level) {
            double edge =
                heat.lowestMicros() * Math.pow(10, (double) row / HeatMap.ROWS_PER_DECADE);
            double next = edge * Math.pow(10, 1.0 / HeatMap.ROWS_PER_DECADE);
            cells.add(
                new double[] {from, Math.min(end(), from + heat.columnSeconds()), edge, next});
          }
        }
      }
      plot.cells(cells, "heat h" + (level + 1));
    }
    hints(plot, seconds);
    Figure.add(
        html,
        "Latency, all of it",
        "live deliveries: one cell is a span of time and of latency, darker is more",
        plot,
        List.of());
  }

  private double end() {
    return s.timeline().getLast().t();
  }

  /** Storms, the warm-up and the drain stand out in every plot over time. */
  private Plot marked(Plot plot) {
    plot.band(0, s.phases().ramp(), "phase", "ramp");
    plot.band(s.phases().ramp(), s.phases().warmup(), "phase light", "warm-up");
    plot.band(s.phases().measured(), end(), "phase", "drain");
    for (StormResult storm : s.storms()) {
      double from = s.phases().warmup() + storm.atSeconds();
      double length = Double.isNaN(storm.backSeconds()) ? end() : storm.backSeconds();
      plot.band(from, from + length, "storm", "storm: " + storm.what());
    }
    double step = niceStep(end());
    for (double t = 0; t <= end(); t += step) {
      plot.tick(t, Spans.clock(t));
    }
    return plot;
  }

  private static double niceStep(double length) {
    for (double step : new double[] {1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600}) {
      if (length / step <= 8) {
        return step;
      }
    }
    return length / 8;
  }

  private static void hints(Plot plot, List<Second> seconds) {
    double from = 0;
    for (Second second : seconds) {
      String latency =
          Double.isNaN(second.p99())
              ? ""
              : "\np50 "
                  + Spans.micros(second.p50())
                  + "  p99 "
                  + Spans.micros(second.p99())
                  + "  max "
                  + Spans.micros(second.max());
      plot.hint(
          from,
          second.t(),
          Spans.clock(second.t())
              + "\n"
              + Spans.number(second.users())
              + " users, "
              + Spans.number(Math.round(second.delivered()))
              + " deliveries/s"
              + latency
              + (second.returns() > 0
                  ? "\n" + Spans.number(Math.round(second.returns())) + " back"
                  : ""));
      from = second.t();
    }
  }

  /**
   * As many points as can be told apart; of each group the one with the highest maximum, so that no
   * spike is lost.
   */
  private static List<Second> thinned(List<Second> seconds) {
    int group = (seconds.size() + MOST_POINTS - 1) / MOST_POINTS;
    if (group <= 1) {
      return seconds;
    }
    var thinned = new ArrayList<Second>();
    for (int i = 0; i < seconds.size(); i += group) {
      Second worst = seconds.get(i);
      for (Second second : seconds.subList(i, Math.min(seconds.size(), i + group))) {
        worst = second.max() > worst.max() || Double.isNaN(worst.max()) ? second : worst;
      }
      thinned.add(worst);
    }
    return thinned;
  }

  private static List<double[]> points(List<Second> seconds, ToDoubleFunction<Second> value) {
    return seconds.stream()
        .map(second -> new double[] {second.t(), value.applyAsDouble(second)})
        .toList();
  }

  private static double max(List<Second> seconds, ToDoubleFunction<Second> value) {
    return seconds.stream().mapToDouble(value).filter(v -> !Double.isNaN(v)).max().orElse(0);
  }

  private static double min(List<Second> seconds, ToDoubleFunction<Second> value) {
    return seconds.stream().mapToDouble(value).filter(v -> !Double.isNaN(v)).min().orElse(0);
  }
}
