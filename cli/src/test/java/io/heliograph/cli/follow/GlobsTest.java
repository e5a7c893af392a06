package io.heliograph.cli.follow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

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
}
