package io.heliograph.cli.load.users;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The most in one second; the times are made up. */
final class PeakTest {
  private static final long MS = 1_000_000;

  /** A server that takes three seconds to restart, while ten users a second return. */
  @Test
  void thePeakIsOfOneSecondHoweverLongItLasts() {
    var peak = new Peak(100, 0);

    for (int n = 1; n <= 30; n++) {
      peak.look(100 + n, n * 100L * MS);
    }

    assertThat(peak.end(130)).isEqualTo(10);
  }

  @Test
  void theLastSecondCountsThoughItIsNotOver() {
    var peak = new Peak(0, 0);

    peak.look(3, 1000 * MS);

    assertThat(peak.end(20)).isEqualTo(17);
  }
}
