package io.heliograph.cli.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The test of Mann, Whitney and Wilcoxon: whether the figures of one run tend to be higher than
 * those of another, by their ranks alone, so that no single outlier decides. Pure.
 */
final class RankTest {
  private RankTest() {}

  private record Ranked(double value, boolean first) {}

  /**
   * How probable a difference at least this clear would be if both were drawn from the same;
   * two-sided, by the normal approximation with a correction for ties, which is good from about
   * eight figures a side.
   */
  static double probability(List<Double> a, List<Double> b) {
    int n = a.size();
    int m = b.size();
    if (n == 0 || m == 0) {
      return 1;
    }
    var all = new ArrayList<Ranked>();
    a.forEach(value -> all.add(new Ranked(value, true)));
    b.forEach(value -> all.add(new Ranked(value, false)));
    all.sort(Comparator.comparingDouble(Ranked::value));
    double rankSum = 0;
    double ties = 0;
    for (int i = 0; i < all.size(); ) {
      int j = i;
      while (j < all.size() && all.get(j).value == all.get(i).value) {
        j++;
      }
      double rank = (i + 1 + j) / 2.0;
      for (int k = i; k < j; k++) {
        rankSum += all.get(k).first ? rank : 0;
      }
      double t = j - i;
      ties += t * t * t - t;
      i = j;
    }
    double u = rankSum - n * (n + 1) / 2.0;
    double mean = n * (double) m / 2;
    double total = n + m;
    double variance = n * (double) m / 12 * (total + 1 - ties / (total * (total - 1)));
    if (variance <= 0) {
      return 1; // All are equal.
    }
    double z = Math.max(0, Math.abs(u - mean) - 0.5) / Math.sqrt(variance);
    return 2 * upperTail(z);
  }

  /** Of the normal distribution; Abramowitz and Stegun 26.2.17, good to 1e-7. */
  private static double upperTail(double z) {
    double t = 1 / (1 + 0.2316419 * z);
    double polynomial =
        t
            * (0.319381530
                + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
    return Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI) * polynomial;
  }
}
