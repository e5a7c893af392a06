package io.heliograph.cli.follow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class GlobsTest {
  @Test
  void withoutGlobsAllAreTaken() {
    assertThat(new Globs(List.of()).test("any")).isTrue();
  }

  @Test
  void aStarStandsForAnyTextAndADotForItself() {
    var filter = new Globs(List.of("order.*"));

    assertThat(filter.test("order.paid")).isTrue();
    assertThat(filter.test("orders")).isFalse();
    assertThat(filter.test("my.order.paid")).isFalse();
  }

  @Test
  void anExclamationMarkLeavesOut() {
    var filter = new Globs(List.of("!*.debug"));

    assertThat(filter.test("a.debug")).isFalse();
    assertThat(filter.test("a")).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "*,        '',         true",
    "a*,       a,          true",
    "*a*,      bab,        true",
    "a*b*c,    a-b-b-c,    true",
    "a*b*c,    a-b-b,      false",
    "*ab,      aab,        true",
    "a**b,     a.b,        true",
    "a*a,      a,          false",
    "*.paid,   order.paid, true",
    "x*,       ax,         false"
  })
  void aStarMayStandAnywhere(String glob, String name, boolean fits) {
    assertThat(Globs.fits(glob, name)).isEqualTo(fits);
  }

  /** By a regular expression this takes years. */
  @Test
  @Timeout(10)
  void manyStarsEndSoon() {
    assertThat(Globs.fits("*a".repeat(50) + "b", "a".repeat(1000))).isFalse();
  }
}
