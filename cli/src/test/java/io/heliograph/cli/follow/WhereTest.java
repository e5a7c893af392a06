package io.heliograph.cli.follow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class WhereTest {
  @ParameterizedTest
  @ValueSource(strings = {"(", "!", "/a || "})
  void aConditionWithoutEndIsRefused(String piece) {
    for (int times : new int[] {101, 3000, 100_000}) {
      assertThatThrownBy(() -> new Where(piece.repeat(times)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private static final String ORDER =
      "{\"order\":{\"total\":129.90,\"paid\":true,\"gift\":false,\"note\":null,\"tags\":[\"a\",\"b\"]},"
          + "\"cur\":\"EUR\",\"a/b\":1,\"m~n\":2,\"10\":3}";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/order/total > 100",
        "/order/total == 129.9",
        "/order/total >= 129.9 && /order/total <= 1299e-1",
        "/cur == \"EUR\"",
        "\"EUR\" == /cur",
        "/cur != \"USD\"",
        "/cur < \"USD\"",
        "/cur ~ \"^E.R$\"",
        "/order/paid",
        "/order/paid == true",
        "!/order/gift",
        "!/order/note",
        "/order/note == null",
        "!/order/missing",
        "/order/missing != 1",
        "/order/tags/1 == \"b\"",
        "/a~1b == 1",
        "/m~0n == 2",
        "/10 == 3",
        "/order/gift || /order/paid && /cur == \"EUR\"",
        "!(/order/gift || /cur == \"USD\")",
        "/order/total>100&&/cur==\"EUR\"",
        "/order",
      })
  void fits(String expression) {
    assertThat(new Where(expression).test(ORDER)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/order/total < 100",
        "/order/total == \"129.90\"",
        "/cur > 1",
        "/cur ~ \"^R\"",
        "/order/total ~ \"1\"",
        "/order/missing",
        "/order/missing == null",
        "/order/missing < 1",
        "/order/tags/2",
        "/order/tags/-",
        "/order/tags/01",
        "/order/gift && /order/paid || false",
        "(/order/gift || /order/paid) && /cur == \"USD\"",
      })
  void doesNotFit(String expression) {
    assertThat(new Where(expression).test(ORDER)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/a ==",
        "/a == == 1",
        "(/a",
        "/a)",
        "a == 1",
        "/a ~ b",
        "/a ~ \"(\"",
        "/a & /b"
      })
  void isRefused(String expression) {
    assertThatThrownBy(() -> new Where(expression)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatIsNoJsonFitsNothing() {
    assertThat(new Where("!/a").test("{\"b\":1}")).isTrue();
    assertThat(new Where("!/a").test("plain text")).isFalse();
    assertThat(new Where("!/a").test("{\"b\":1} x")).isFalse();
  }

  @Test
  void aNumberThatNobodyCanHoldIsNoReasonToFail() {
    assertThat(new Where("/a").test("{\"a\":1e99999999999}")).isFalse();
  }
}
