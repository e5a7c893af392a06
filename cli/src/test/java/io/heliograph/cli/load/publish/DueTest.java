package io.heliograph.cli.load.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.heliograph.cli.load.plan.Plan.Arrivals;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

final class DueTest {
  @Test
  void uniformOnesAreEquallyFarApart() {
    assertThat(first(4, Arrivals.uniform, 100)).containsExactly(0.0, 0.01, 0.02, 0.03);
  }

  @Test
  void aBurstIsAllOfASecondAtItsBeginning() {
    assertThat(first(5, Arrivals.burst, 2)).containsExactly(0.0, 0.0, 1.0, 1.0, 2.0);
  }

  @Test
  void poissonOnesComeAsOftenAndVaryAsMuchAsTheirDistance() {
    double[] times = first(20_000, Arrivals.poisson, 1000);
    var gaps = new double[times.length - 1];
    for (int i = 0; i < gaps.length; i++) {
      gaps[i] = times[i + 1] - times[i];
    }
    double mean = DoubleStream.of(gaps).average().orElseThrow();
    double variance = DoubleStream.of(gaps).map(g -> (g - mean) * (g - mean)).sum() / gaps.length;

    assertThat(mean).isCloseTo(0.001, within(0.00005));
    assertThat(Math.sqrt(variance)).isCloseTo(0.001, within(0.0001));
    assertThat(first(10, Arrivals.poisson, 1000)).isEqualTo(first(10, Arrivals.poisson, 1000));
  }

  @Test
  void aRateOfNoneIsNeverDue() {
    assertThat(new Due(Arrivals.uniform, 0, 0, 5, new SplittableRandom(1)).at())
        .isEqualTo(Long.MAX_VALUE);
  }

  /** In seconds since the start. */
  private static double[] first(int n, Arrivals arrivals, double perSecond) {
    var due = new Due(arrivals, perSecond, 0, 7, new SplittableRandom(1));
    var times = new double[n];
    for (int i = 0; i < n; i++) {
      times[i] = (due.at() - 7) / 1e9;
      due.advance();
    }
    return times;
  }
}
