import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Draws the plots of this directory: {@code java Plot.java results/2026-11-30.tsv}. Writes them
 * beside the file.
 */
class Plot {

  private static final String STYLE =
      """
      <style>
        text { font: 13px sans-serif; fill: #333 } .title { font-weight: bold }
        .axis { stroke: #999 } .Heliograph { fill: #1f6fb2 } .nchan { fill: #b0b0b0 }
        .target { stroke: #c0392b; stroke-width: 3 }
        @media (prefers-color-scheme: dark) { text { fill: #ddd } }
      </style>
      """;

  private record Run(String work, String server, double rate, double cpu, double[] latencies) {}

  /** A row of the plot of ratios; a target is reached on its left, or on its right. */
  private record Ratio(String label, double value, double target, boolean isMost) {}

  public static void main(String[] args) throws IOException {
    Path file = Path.of(args[0]);
    List<Run> runs =
        Files.readAllLines(file).stream()
            .filter(line -> !line.startsWith("#") && !line.startsWith("work"))
            .map(line -> line.split("\t"))
            .filter(cells -> !cells[2].equals("60"))
            .map(
                cells ->
                    new Run(
                        cells[0],
                        cells[1],
                        Double.parseDouble(cells[3]),
                        Double.parseDouble(cells[4]),
                        new double[] {
                          Double.parseDouble(cells[5]),
                          Double.parseDouble(cells[6]),
                          Double.parseDouble(cells[7])
                        }))
            .toList();
    String name = file.toString().replace(".tsv", "");
    Files.writeString(
        Path.of(name + "-ratios.svg"),
        ratios(
            List.of(
                new Ratio("broadcast: CPU", of(runs, "broadcast", Run::cpu), 0.7, true),
                new Ratio("broadcast: deliveries/s", of(runs, "broadcast", Run::rate), 1.5, false),
                new Ratio("single publish: CPU", of(runs, "single", Run::cpu), 1.45, true),
                new Ratio("single: p99", of(runs, "single", run -> run.latencies[1]), 2, true),
                new Ratio("single: p99.9", of(runs, "single", run -> run.latencies[2]), 3, true))));
    Files.writeString(Path.of(name + "-latency.svg"), latencies(runs));
  }

  private static double of(List<Run> runs, String work, ToDoubleFunction<Run> value) {
    return median(runs, work, "Heliograph", value) / median(runs, work, "nchan", value);
  }

  private static double median(
      List<Run> runs, String work, String server, ToDoubleFunction<Run> value) {
    double[] sorted =
        runs.stream()
            .filter(run -> run.work.equals(work) && run.server.equals(server))
            .mapToDouble(value)
            .sorted()
            .toArray();
    return sorted[sorted.length / 2];
  }

  private static String ratios(List<Ratio> ratios) {
    var lines = new ArrayList<String>();
    double scale = 130;
    int left = 190;
    lines.add(text(10, 20, "title", "Heliograph ÷ nchan; the red mark is the target"));
    int y = 40;
    for (Ratio ratio : ratios) {
      lines.add(text(10, y + 15, "", ratio.label));
      lines.add(
          format(
              "<rect class='Heliograph' x='%d' y='%d' width='%.0f' height='20'/>",
              left, y, ratio.value * scale));
      double at = left + ratio.target * scale;
      lines.add(
          format("<path class='target' d='M%.0f %d v26'/>", at, y - 3));
      lines.add(
          text(
              (int) (left + Math.max(ratio.value, ratio.target) * scale) + 8,
              y + 15,
              "",
              format("%.2f × (%s %.2f)", ratio.value, ratio.isMost ? "at most" : "at least", ratio.target)));
      y += 34;
    }
    lines.add(format("<path class='axis' d='M%.0f 32 V%d'/>", left + scale, y));
    lines.add(text((int) (left + scale) - 4, y + 16, "", "1"));
    return svg(780, y + 24, lines);
  }

  private static String latencies(List<Run> runs) {
    var lines = new ArrayList<String>();
    lines.add(
        text(10, 20, "title", "10,000 single publishes per second: latency, median of the runs"));
    String[] names = {"p50", "p99", "p99.9"};
    int y = 40;
    for (int i = 0; i < names.length; i++) {
      int which = i;
      for (String server : new String[] {"Heliograph", "nchan"}) {
        double micros = median(runs, "single", server, run -> run.latencies[which]);
        // A decade is 110 wide, from 10 µs on.
        double width = Math.log10(micros / 10) * 110;
        lines.add(text(10, y + 14, "", names[i] + " · " + server));
        lines.add(
            format(
                "<rect class='%s' x='150' y='%d' width='%.0f' height='18'/>", server, y, width));
        lines.add(
            text(
                (int) (158 + width),
                y + 14,
                "",
                micros < 1000 ? format("%.0f µs", micros) : format("%.1f ms", micros / 1000)));
        y += 22;
      }
      y += 8;
    }
    lines.add(text(150, y + 10, "", "logarithmic, from 10 µs"));
    return svg(640, y + 20, lines);
  }

  private static String svg(int width, int height, List<String> lines) {
    return format("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d'>\n", width, height)
        + STYLE
        + String.join("\n", lines)
        + "\n</svg>\n";
  }

  private static String text(int x, int y, String kind, String text) {
    return format("<text class='%s' x='%d' y='%d'>%s</text>", kind, x, y, text);
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
