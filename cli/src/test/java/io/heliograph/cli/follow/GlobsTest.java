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
    assertThat(new Globs(List.of()).accept("any")).isTrue();
  }

  @Test
  void aStarStandsForAnyTextAndADotForItself() {
    var filter = new Globs(List.of("order.*"));

    assertThat(filter.accept("order.paid")).isTrue();
    assertThat(filter.accept("orders")).isFalse();
    assertThat(filter.accept("my.order.paid")).isFalse();
  }

  @Test
  void anExclamationMarkLeavesOut() {
    var filter = new Globs(List.of("!*.debug"));

    assertThat(filter.accept("a.debug")).isFalse();
    assertThat(filter.accept("a")).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "*,        '',         true",
    "a.c,      abc,        false",
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
    assertThat(new Globs(List.of(glob)).accept(name)).isEqualTo(fits);
  }

  /** By a regular expression this takes years. */
  @Test
  @Timeout(10)
  void manyStarsEndSoon() {
    assertThat(new Globs(List.of("*a".repeat(50) + "b")).accept("a".repeat(1000))).isFalse();
  }
}
