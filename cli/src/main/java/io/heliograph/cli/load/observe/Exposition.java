package io.heliograph.cli.load.observe;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Figures in Prometheus' text format. Pure.
 *
 * @param samples by name and labels as they were written: {@code closes_total{reason="drain"}}
 */
record Exposition(Map<String, Double> samples) {
  private static final Pattern SAMPLE =
      Pattern.compile("([a-zA-Z_:][\\w:]*)(\\{.*})?\\s+(\\S+)(?:\\s+-?\\d+)?");

  /** Reads a page; what is no sample is passed over. */
  static Exposition parse(String text) {
    var samples = new HashMap<String, Double>();
    for (String line : text.split("\n", -1)) {
      Matcher sample = SAMPLE.matcher(line.strip());
      if (!line.startsWith("#") && sample.matches()) {
        String labels = sample.group(2) == null ? "" : sample.group(2);
        try {
          samples.merge(sample.group(1) + labels, Double.valueOf(sample.group(3)), Double::sum);
        } catch (NumberFormatException e) {
          // +Inf is written otherwise than Java does; nothing that is of interest here is infinite.
        }
      }
    }
    return new Exposition(samples);
  }

  /**
   * The sum over all that have this label; NaN where the name is not there.
   *
   * @param label such as {@code reason="drain"}; empty for any
   */
  double sum(String name, String label) {
    double sum = Double.NaN;
    for (Map.Entry<String, Double> sample : samples.entrySet()) {
      String key = sample.getKey();
      String rest = key.startsWith(name) ? key.substring(name.length()) : "x";
      if ((rest.isEmpty() || rest.startsWith("{")) && rest.contains(label)) {
        sum = Double.isNaN(sum) ? sample.getValue() : sum + sample.getValue();
      }
    }
    return sum;
  }
}
