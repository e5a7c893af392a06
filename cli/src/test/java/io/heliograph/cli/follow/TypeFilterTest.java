package io.heliograph.cli.follow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class TypeFilterTest {
  @Test
  void withoutGlobsAllAreTaken() {
    assertThat(new TypeFilter(List.of()).takes("any")).isTrue();
  }

  @Test
  void aStarStandsForAnyTextAndADotForItself() {
    var filter = new TypeFilter(List.of("order.*"));

    assertThat(filter.takes("order.paid")).isTrue();
    assertThat(filter.takes("orders")).isFalse();
    assertThat(filter.takes("my.order.paid")).isFalse();
  }

  @Test
  void anExclamationMarkLeavesOut() {
    var filter = new TypeFilter(List.of("!*.debug"));

    assertThat(filter.takes("a.debug")).isFalse();
    assertThat(filter.takes("a")).isTrue();
  }
}
